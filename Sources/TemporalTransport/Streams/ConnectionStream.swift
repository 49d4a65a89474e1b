//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import NIOHPACK

/// One call on a connection, as its connection sees it.
///
/// All of it happens on the event loop of the connection.
protocol ConnectionStream: AnyObject {
    /// Whether more data is welcome; if not, the peer's window stays as it is until the stream says otherwise.
    var wantsData: Bool { get }

    /// Headers or trailers have arrived.
    func receive(headers: HPACKHeaders, endsStream: Bool)

    /// Data has arrived.
    func receive(data: ByteBuffer, endsStream: Bool)

    /// The stream is closed: with an error, or nil if it ended as it should. Called once.
    func closed(_ error: RPCError?)
}
