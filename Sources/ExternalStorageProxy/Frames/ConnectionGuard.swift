//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHTTP2

/// Answers the pings of an HTTP/2 peer before the HTTP/2 handler sees them.
///
/// gRPC peers ping to measure the connection, as often as once for each message; the Go implementation does, in servers
/// and clients, and so do others. The HTTP/2 handler takes 200 pings within 30 seconds for an attack, and drops the
/// connection with all calls on it; that number cannot be set through the gRPC transport. A Temporal server reaches it
/// after 200 calls. The transport's server in turn takes such pings for a keep-alive that is too eager.
///
/// A peer that sends pings and does not read the answers gets no further ones here: its pings go the usual way.
final class PingResponder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var filter: PingFilter
    private var hasAnswered = false

    init(prefaceLength: Int) {
        self.filter = PingFilter(prefaceLength: prefaceLength)
    }

    /// Installs the handler on a connection that the transport has set up as a client.
    @Sendable
    static func installOnClient(_ channel: any Channel) -> EventLoopFuture<Void> {
        self.install(on: channel, prefaceLength: 0)
    }

    /// Installs the handler on a connection that the transport has accepted.
    @Sendable
    static func installOnServer(_ channel: any Channel) -> EventLoopFuture<Void> {
        self.install(on: channel, prefaceLength: 24)
    }

    private static func install(on channel: any Channel, prefaceLength: Int) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            // Behind TLS, if there is any.
            let http2 = try pipeline.handler(type: NIOHTTP2Handler.self)
            try pipeline.addHandler(PingResponder(prefaceLength: prefaceLength), position: .before(http2))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for output in self.filter.receive(Self.unwrapInboundIn(data)) {
            switch output {
            case .passed(let buffer): context.fireChannelRead(Self.wrapInboundOut(buffer))
            case .ping(let ping): self.answer(ping, context)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        guard self.hasAnswered else { return }
        self.hasAnswered = false
        context.flush()
    }

    private func answer(_ ping: UInt64, _ context: ChannelHandlerContext) {
        let isRead = context.channel.isWritable
        var frame = context.channel.allocator.buffer(capacity: 17)
        // Length 8, type 6, no flags or "acknowledgement", connection.
        frame.writeBytes([0, 0, 8, 6, isRead ? 1 : 0, 0, 0, 0, 0])
        frame.writeInteger(ping)
        guard isRead else { return context.fireChannelRead(Self.wrapInboundOut(frame)) }
        self.hasAnswered = true
        context.write(Self.wrapOutboundOut(frame), promise: nil)
    }
}
