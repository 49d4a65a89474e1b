//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore
import NIOHTTP2

/// Keeps an HTTP/2 connection that is in heavy use, where the HTTP/2 handler behind it would drop it.
///
/// That handler takes 200 pings within 30 seconds for an attack, and 200 resets of streams likewise, and drops the
/// connection with all calls on it. These numbers cannot be set through the gRPC transport, and they are soon reached:
///
/// - gRPC peers ping to measure the connection, as often as once for each message; the Go implementation does, in
///   servers and in clients. A Temporal server gets there with 200 calls. So pings are answered here.
/// - A client resets the stream of a call that it gives up: a worker that stops gives up its polls, and a deadline that
///   passes does the same. So a reset from a client closes the stream here, which comes to the same; the reset that
///   the closing would send back is left out, for the client's HTTP/2 handler may count as well.
///
/// Both have bounds all the same: a peer that does not read the answers to its pings, or gives up 10,000 calls within 30
/// seconds, is handed on to the HTTP/2 handler.
package final class ConnectionGuard: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = IOData
    package typealias OutboundOut = ByteBuffer

    private var filter: ControlFrameFilter
    private var resets = ResetBudget()
    private var streams: [UInt32: any Channel] = [:]
    private var hasAnswered = false
    /// The stream that is being closed because its client has reset it.
    private var closing: UInt32?

    init(peer: ControlFrameFilter.Peer) {
        self.filter = ControlFrameFilter(peer: peer)
    }

    /// Installs the guard on a connection to a server, after the transport has set it up.
    @Sendable
    package static func installOnClient(_ channel: any Channel) -> EventLoopFuture<Void> {
        self.install(on: channel, peer: .server)
    }

    /// Installs the guard on a connection from a client, after the transport has set it up.
    @Sendable
    package static func installOnServer(_ channel: any Channel) -> EventLoopFuture<Void> {
        self.install(on: channel, peer: .client)
    }

    private static func install(on channel: any Channel, peer: ControlFrameFilter.Peer) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            // Behind TLS, if there is any.
            let http2 = try pipeline.handler(type: NIOHTTP2Handler.self)
            try pipeline.addHandler(ConnectionGuard(peer: peer), position: .before(http2))
        }
    }

    /// Tells the guard of a connection of a new stream on it; to be called on the event loop of both.
    package static func register(_ stream: any Channel) throws {
        guard let parent = stream.parent,
            let id = try stream.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID)
        else { return }
        let guardian = try parent.pipeline.syncOperations.handler(type: ConnectionGuard.self)
        guardian.streams[UInt32(Int(id))] = stream
        stream.closeFuture.assumeIsolated().whenComplete { [weak guardian] _ in
            guardian?.streams[UInt32(Int(id))] = nil
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for output in self.filter.receive(Self.unwrapInboundIn(data)) {
            switch output {
            case .passed(let buffer): context.fireChannelRead(Self.wrapInboundOut(buffer))
            case .ping(let ping): self.answer(ping, context)
            case .reset(let stream, let frame): self.reset(stream, frame, context)
            }
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        guard self.hasAnswered else { return }
        self.hasAnswered = false
        context.flush()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let closing = self.closing, case .byteBuffer(let frame) = Self.unwrapOutboundIn(data),
            ControlFrameFilter.isReset(of: closing, frame)
        {
            promise?.succeed()
            return
        }
        context.write(data, promise: promise)
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

    private func reset(_ id: UInt32, _ frame: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let stream = self.streams[id], self.resets.take(at: .now()) else {
            return context.fireChannelRead(Self.wrapInboundOut(frame))
        }
        self.streams[id] = nil
        self.closing = id
        defer { self.closing = nil }
        stream.triggerUserOutboundEvent(ClientReset(), promise: nil)
        stream.close(promise: nil)
    }
}

/// Says within a stream that it closes because the client has reset it.
package struct ClientReset: Sendable {}
