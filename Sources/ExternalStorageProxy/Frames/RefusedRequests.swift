//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import HTTP2Guard
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Answers requests that the transport refuses.
///
/// The transport resets the stream of a request that is too large or cannot be decompressed. All that a client learns
/// from that is "cancelled", which could mean anything. So a reset before any answer becomes an answer that says what
/// is wrong.
final class RefusedRequests: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let messageSizeLimit: Int
    /// What stands before the first message: whether it is compressed, and its length.
    private var prefix: [UInt8] = []
    private var hasAnswered = false
    private var hasRefused = false

    init(messageSizeLimit: Int) {
        self.messageSizeLimit = messageSizeLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The rest of a refused request is of no use.
        guard !self.hasRefused else { return }
        if case .data(let frame) = Self.unwrapInboundIn(data), case .byteBuffer(let buffer) = frame.data {
            self.prefix += buffer.readableBytesView.prefix(5 - self.prefix.count)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .headers = Self.unwrapOutboundIn(data) { self.hasAnswered = true }
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ClientReset else { return context.triggerUserOutboundEvent(event, promise: promise) }
        // The client wants no answer any more.
        self.hasAnswered = true
        promise?.succeed()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard case .all = mode, !self.hasAnswered, context.channel.isActive, let refusal = self.refusal else {
            return context.close(mode: mode, promise: promise)
        }
        self.hasAnswered = true
        self.hasRefused = true
        let headers: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": "\(refusal.code)",
            "grpc-message": refusal.message,
        ]
        if let promise { context.channel.closeFuture.cascade(to: promise) }
        context.write(Self.wrapOutboundOut(.headers(.init(headers: headers, endStream: true))), promise: nil)
        // "No error" after a complete answer: do not send the rest of the request (RFC 9113, section 8.1).
        context.writeAndFlush(Self.wrapOutboundOut(.rstStream(.noError)), promise: nil)
    }

    /// What is wrong with the request, as far as its first bytes tell; nil if there is nothing to see.
    private var refusal: (code: Int, message: String)? {
        guard self.prefix.count == 5 else { return nil }
        let length = self.prefix[1...].reduce(0) { $0 << 8 | Int($1) }
        if length > self.messageSizeLimit {
            return (
                8,
                "\(MessageTooLarge.prefix): the request has \(length) bytes, and the proxy takes "
                    + "\(self.messageSizeLimit); raise its max-message-bytes, or send less at a time."
            )
        }
        guard self.prefix[0] != 0 else { return nil }
        return (
            13,
            "The compressed request cannot be decompressed, or is larger than the \(self.messageSizeLimit) bytes that "
                + "the proxy takes; see its max-message-bytes."
        )
    }
}
