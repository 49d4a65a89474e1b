//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHPACK
import NIOHTTP2

/// Keeps the transport from compressing responses.
///
/// A transport that takes compressed requests also compresses every response to a client that would accept it, and
/// cannot be told not to. Between a sidecar and its worker that costs far more time than it saves: compressing 5 MiB
/// takes longer than all the rest of the call. So the client's offer is taken out of the headers before the transport
/// sees it; a response that is not compressed suits every client.
final class UncompressedResponses: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(var frame) = Self.unwrapInboundIn(data),
            frame.headers.contains(name: "grpc-accept-encoding")
        else { return context.fireChannelRead(data) }
        frame.headers.remove(name: "grpc-accept-encoding")
        context.fireChannelRead(Self.wrapInboundOut(.headers(frame)))
    }
}
