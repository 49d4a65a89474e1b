//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One call on a connection, as its connection sees it.
///
/// All of it happens on the event loop of the connection.
protocol ConnectionStream: AnyObject {
    /// Whether more data is welcome; if not, the peer's window stays as it is until the stream says otherwise.
    var wantsData: Bool { get }

    /// How much of data the peer may send ahead, in bytes.
    var windowTarget: Int { get }

    /// A stream of this side has its place on the connection, and may write.
    func opened(as id: HTTP2StreamID)

    /// Headers or trailers have arrived.
    func receive(headers: HPACKHeaders, endsStream: Bool)

    /// Data has arrived.
    func receive(data: ByteBuffer, endsStream: Bool)

    /// The stream is closed. Called once on each connection.
    func closed(_ end: StreamEnd)
}

/// How a stream came to its end.
enum StreamEnd {
    /// As it should, or because this side gave it up.
    case finished
    /// The peer, or the protocol, has reset it.
    case reset(HTTP2ErrorCode)
    /// The peer has not looked at it, and never will: it can be tried elsewhere.
    case unprocessed(RPCError)
    /// With its connection. The peer may have done what it was asked for.
    case failed(RPCError)
}
