//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHPACK

/// Finds frames in bytes, and does what a connection does by itself.
final class RawFrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Event {
        /// The channel is open, and the greeting is on its way.
        case open
        case frame(RawFrame)
        case closed
    }

    private var skips: Int
    /// What is said first of all: nothing may come before it, not even an answer to what the peer says first.
    private let greeting: ByteBuffer
    private let habits: RawConnection.Habits
    private let tell: (Event) -> Void
    private var bytes = ByteBuffer()
    private var decoder: HPACKDecoder
    private var block: RawFrame?

    init(skips: Int, greeting: ByteBuffer, habits: RawConnection.Habits, tell: @escaping (Event) -> Void) {
        self.skips = skips
        self.greeting = greeting
        self.habits = habits
        self.tell = tell
        self.decoder = HPACKDecoder(
            allocator: ByteBufferAllocator(),
            maxDynamicTableSize: 4_096,
            maxHeaderListSize: 1 << 26
        )
    }

    func channelActive(context: ChannelHandlerContext) {
        if self.greeting.readableBytes > 0 {
            context.writeAndFlush(Self.wrapOutboundOut(self.greeting), promise: nil)
        }
        self.tell(.open)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.bytes.writeImmutableBuffer(Self.unwrapInboundIn(data))
        let skipped = min(self.skips, self.bytes.readableBytes)
        self.bytes.moveReaderIndex(forwardBy: skipped)
        self.skips -= skipped
        while let frame = self.frame() { self.received(frame, context) }
        self.bytes.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.tell(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func frame() -> RawFrame? {
        let start = self.bytes.readerIndex
        guard let word = self.bytes.getInteger(at: start, as: UInt32.self),
            self.bytes.readableBytes >= 9 + Int(word >> 8),
            let flags = self.bytes.getInteger(at: start + 4, as: UInt8.self),
            let stream = self.bytes.getInteger(at: start + 5, as: UInt32.self)
        else { return nil }
        self.bytes.moveReaderIndex(forwardBy: 9)
        let payload = self.bytes.readSlice(length: Int(word >> 8)) ?? ByteBuffer()
        // A kind that nobody knows is passed over, as HTTP/2 has it.
        guard let kind = RawFrame.Kind(rawValue: UInt8(truncatingIfNeeded: word)) else { return self.frame() }
        return RawFrame(kind, flags: flags, stream: Int(stream), payload: payload)
    }

    private func received(_ frame: RawFrame, _ context: ChannelHandlerContext) {
        switch frame.kind {
        case .headers: self.block = frame
        case .continuation:
            self.block?.payload.writeImmutableBuffer(frame.payload)
            self.block?.blockFrames += 1
        case .settings where frame.flags & RawFrame.Flag.acknowledged == 0 && self.habits.acknowledgesSettings:
            self.write(RawFrame(.settings, flags: RawFrame.Flag.acknowledged), context)
        case .ping where frame.flags & RawFrame.Flag.acknowledged == 0 && self.habits.answersPings:
            self.write(RawFrame(.ping, flags: RawFrame.Flag.acknowledged, payload: frame.payload), context)
        case .data where self.habits.growsWindows && frame.payload.readableBytes > 0:
            let increment = ByteBuffer(integer: UInt32(frame.payload.readableBytes))
            self.write(RawFrame(.windowUpdate, payload: increment), context)
            if !frame.endsStream {
                self.write(RawFrame(.windowUpdate, stream: frame.stream, payload: increment), context)
            }
        default: break
        }
        guard frame.kind == .headers || frame.kind == .continuation else { return self.tell(.frame(frame)) }
        guard frame.flags & RawFrame.Flag.endHeaders != 0, var block = self.block else { return }
        self.block = nil
        var payload = block.payload
        guard let fields = try? self.decoder.decodeHeaders(from: &payload) else { return context.close(promise: nil) }
        block.fields = fields.map { ($0.name, $0.value) }
        self.tell(.frame(block))
    }

    private func write(_ frame: RawFrame, _ context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(frame.bytes), promise: nil)
    }
}
