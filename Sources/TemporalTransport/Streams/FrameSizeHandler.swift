//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Lets header blocks through that are larger than a frame of the peer.
///
/// swift-nio-http2 writes a header block as one frame: it knows no CONTINUATION, and a block that is larger than the
/// peer's frames is an error of the whole connection to it, after its compression has gone out of step with the peer's.
/// This handler stands between it and the network. It tells it that the peer takes frames of any size, and cuts what it
/// then writes into frames that the peer does take.
///
/// A peer may send large header lists at once, before it has acknowledged the settings that allow them, as HTTP/2 begins
/// without a limit; swift-nio-http2 begins with 16 KiB. So it hears of an acknowledgement with the peer's settings, and
/// not of the peer's own.
///
/// Of what the peer does not say about calls at a time, of what it is told about header lists, and of names that are none,
/// it makes what is right as well: see ``Mode``, ``announcedHeaderList`` and ``NamelessFields``.
final class FrameSizeHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    /// Which side of the connection this is.
    enum Mode {
        case client
        case server
    }

    /// The largest frame that is accepted, in bytes, which the peer is told.
    static let acceptedFrame = 262_144

    /// The largest frame that there can be, in bytes.
    static let largestFrame = (1 << 24) - 1

    /// What frames begin with.
    static let smallestLimit = 16_384

    /// How many calls a server takes that says nothing of it.
    ///
    /// By HTTP/2 any number; swift-nio-http2 would take it for 100.
    private static let unlimitedStreams: UInt32 = 1 << 30

    /// Said to the handlers after it: the peer is told of an error, and so the connection ends.
    struct ToldOfError: Sendable {}

    /// What the peer is told of the largest header list, in bytes.
    ///
    /// Less than what swift-nio-http2 accepts. Beyond that a connection ends; in between only the call does.
    private let announcedHeaderList: UInt32

    private let mode: Mode
    /// The largest frame that the peer takes, in bytes.
    private var peerLimit = FrameSizeHandler.smallestLimit

    // What arrives.
    /// Bytes of the current frame, or of the client's preface, that need no look.
    private var skipped: Int
    /// The beginning of a frame that is not there yet.
    private var held = ByteBuffer()
    /// What is known of the header block that has begun.
    private var fields = NamelessFields()
    private var isFirstSettings = true
    private var hasAcknowledged = false

    // What is written.
    private var expectsPreface: Bool
    private var next = Next.frame

    private enum Next {
        case frame
        /// The payload of a frame whose header has been written.
        case payload
        /// The payload of a frame of data that is too large for the peer.
        case largeData(Frame)
    }

    /// The nine bytes that a frame begins with.
    private struct Frame {
        static let size = 9

        var length: Int
        var type: UInt8
        var flags: UInt8
        var stream: UInt32

        init(length: Int, type: UInt8, flags: UInt8, stream: UInt32) {
            self.length = length
            self.type = type
            self.flags = flags
            self.stream = stream
        }

        init?(in buffer: ByteBuffer) {
            let start = buffer.readerIndex
            guard buffer.readableBytes >= Self.size,
                let word = buffer.getInteger(at: start, as: UInt32.self),
                let flags = buffer.getInteger(at: start + 4, as: UInt8.self),
                let stream = buffer.getInteger(at: start + 5, as: UInt32.self)
            else { return nil }
            self.init(length: Int(word >> 8), type: UInt8(truncatingIfNeeded: word), flags: flags, stream: stream)
        }

        func write(to buffer: inout ByteBuffer) {
            buffer.writeInteger(UInt32(self.length) << 8 | UInt32(self.type))
            buffer.writeInteger(self.flags)
            buffer.writeInteger(self.stream)
        }
    }

    private enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let settings: UInt8 = 4
        static let goAway: UInt8 = 7
        static let continuation: UInt8 = 9
    }

    private enum Flag {
        static let endStream: UInt8 = 1
        static let acknowledged: UInt8 = 1
        static let endHeaders: UInt8 = 4
        static let padded: UInt8 = 8
        static let priority: UInt8 = 0x20
    }

    private enum Setting {
        static let size = 6
        static let maxConcurrentStreams: UInt16 = 3
        static let maxFrameSize: UInt16 = 5
        static let maxHeaderListSize: UInt16 = 6
    }

    /// - Parameters:
    ///   - mode: Which side this is.
    ///   - announcedHeaderList: What the peer is told of the largest header list, in bytes.
    init(_ mode: Mode, announcedHeaderList: Int) {
        self.mode = mode
        self.announcedHeaderList = UInt32(announcedHeaderList)
        self.skipped = mode == .server ? 24 : 0
        self.expectsPreface = mode == .client
    }

    // MARK: What is written

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(let buffer) = Self.unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        switch self.next {
        case .payload:
            self.next = .frame
            context.write(data, promise: promise)
        case .largeData(let frame):
            self.next = .frame
            self.cut(frame, buffer, continuation: frame.type, lastFlags: 0, context, promise)
        case .frame:
            guard !self.expectsPreface, let frame = Frame(in: buffer) else {
                self.expectsPreface = false
                return context.write(data, promise: promise)
            }
            self.write(frame, buffer, data, context, promise)
        }
    }

    private func write(
        _ frame: Frame,
        _ buffer: ByteBuffer,
        _ data: NIOAny,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        switch frame.type {
        case FrameType.data:
            guard frame.length > self.peerLimit else { break }
            self.next = .largeData(frame)
            promise?.succeed()
            return
        case FrameType.headers where frame.length > self.peerLimit:
            let block = buffer.getSlice(at: buffer.readerIndex + Frame.size, length: frame.length) ?? ByteBuffer()
            var first = frame
            first.flags &= ~Flag.endHeaders
            return self.cut(
                first,
                block,
                continuation: FrameType.continuation,
                lastFlags: Flag.endHeaders,
                context,
                promise
            )
        case FrameType.settings where frame.flags & Flag.acknowledged == 0:
            var buffer = buffer
            self.announce(in: &buffer, frame)
            return context.write(Self.wrapOutboundOut(buffer), promise: promise)
        case FrameType.goAway:
            let code = buffer.getInteger(at: buffer.readerIndex + Frame.size + 4, as: UInt32.self)
            if code != 0 { context.fireUserInboundEventTriggered(ToldOfError()) }
        default:
            break
        }
        if frame.type == FrameType.data || frame.length > buffer.readableBytes - Frame.size { self.next = .payload }
        context.write(data, promise: promise)
    }

    /// Writes a payload as several frames, none larger than the peer takes, and nothing between them.
    private func cut(
        _ frame: Frame,
        _ payload: ByteBuffer,
        continuation: UInt8,
        lastFlags: UInt8,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        var payload = payload
        var piece = frame
        // Data ends with its last frame; a header block says with its first whether the stream ends.
        if frame.type == FrameType.data { piece.flags &= ~Flag.endStream }
        while payload.readableBytes > 0 {
            guard let slice = payload.readSlice(length: min(self.peerLimit, payload.readableBytes)) else { break }
            let isLast = payload.readableBytes == 0
            piece.length = slice.readableBytes
            if isLast { piece.flags |= frame.type == FrameType.data ? frame.flags : lastFlags }
            var header = context.channel.allocator.buffer(capacity: Frame.size)
            piece.write(to: &header)
            context.write(Self.wrapOutboundOut(header), promise: nil)
            context.write(Self.wrapOutboundOut(slice), promise: isLast ? promise : nil)
            piece.type = continuation
            if frame.type != FrameType.data { piece.flags = 0 }
        }
    }

    private func announce(in buffer: inout ByteBuffer, _ frame: Frame) {
        let start = buffer.readerIndex + Frame.size
        for offset in stride(from: start, to: start + frame.length, by: Setting.size) {
            guard buffer.getInteger(at: offset, as: UInt16.self) == Setting.maxHeaderListSize else { continue }
            buffer.setInteger(self.announcedHeaderList, at: offset + 2)
        }
    }

    // MARK: What arrives

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = Self.unwrapInboundIn(data)
        if self.held.readableBytes > 0 {
            // Only ever a few bytes, or settings.
            self.held.writeImmutableBuffer(buffer)
            buffer = self.held
            self.held = ByteBuffer()
        }
        var position = buffer.readerIndex
        while true {
            let available = buffer.writerIndex - position
            guard self.skipped < available || (self.skipped == available && available == 0) else {
                self.skipped -= available
                position = buffer.writerIndex
                break
            }
            position += self.skipped
            self.skipped = 0
            var rest = buffer
            rest.moveReaderIndex(to: position)
            guard rest.readableBytes > 0 else { break }
            guard let frame = Frame(in: rest) else {
                self.hold(rest, of: &buffer)
                break
            }
            if self.isAcknowledgement(frame), !self.hasAcknowledged {
                self.hasAcknowledged = true
                if let before = buffer.readSlice(length: position - buffer.readerIndex), before.readableBytes > 0 {
                    context.fireChannelRead(Self.wrapInboundOut(before))
                }
                buffer.moveReaderIndex(forwardBy: Frame.size)
                position = buffer.readerIndex
                continue
            }
            guard self.isSettings(frame) || self.isHeaders(frame) else {
                self.skipped = Frame.size + frame.length
                continue
            }
            guard rest.readableBytes >= Frame.size + frame.length else {
                self.hold(rest, of: &buffer)
                break
            }
            if self.isHeaders(frame) {
                rest.moveWriterIndex(to: position + Frame.size + frame.length)
                guard let named = self.named(rest, frame) else {
                    self.skipped = Frame.size + frame.length
                    continue
                }
                if let before = buffer.readSlice(length: position - buffer.readerIndex), before.readableBytes > 0 {
                    context.fireChannelRead(Self.wrapInboundOut(before))
                }
                context.fireChannelRead(Self.wrapInboundOut(named))
                buffer.moveReaderIndex(forwardBy: Frame.size + frame.length)
                position = buffer.readerIndex
                continue
            }
            // What comes before them, then the settings, and on with what comes after.
            if let before = buffer.readSlice(length: position - buffer.readerIndex), before.readableBytes > 0 {
                context.fireChannelRead(Self.wrapInboundOut(before))
            }
            buffer.moveReaderIndex(forwardBy: Frame.size)
            let settings = buffer.readSlice(length: frame.length) ?? ByteBuffer()
            context.fireChannelRead(Self.wrapInboundOut(self.rewritten(settings, frame, context)))
            position = buffer.readerIndex
        }
        if buffer.readableBytes > 0 { context.fireChannelRead(Self.wrapInboundOut(buffer)) }
    }

    /// Keeps what cannot be judged yet.
    private func hold(_ rest: ByteBuffer, of buffer: inout ByteBuffer) {
        self.held = ByteBuffer()
        self.held.writeImmutableBuffer(rest)
        buffer.moveWriterIndex(to: rest.readerIndex)
    }

    /// Whether a frame holds a header block or a part of one; those that are too large are refused by those who read them.
    private func isHeaders(_ frame: Frame) -> Bool {
        (frame.type == FrameType.headers || frame.type == FrameType.continuation) && frame.length <= Self.acceptedFrame
    }

    /// A frame of headers in which all fields have names; nil if that is the frame itself.
    private func named(_ whole: ByteBuffer, _ frame: Frame) -> ByteBuffer? {
        let bytes = whole.readableBytesUInt8Span
        var block = Frame.size..<bytes.count
        if frame.type == FrameType.headers {
            self.fields = NamelessFields()
            let isPadded = frame.flags & Flag.padded != 0 && frame.length > 0
            let start = block.lowerBound + (isPadded ? 1 : 0) + (frame.flags & Flag.priority != 0 ? 5 : 0)
            let end = block.upperBound - (isPadded ? Int(bytes[Frame.size]) : 0)
            // More padding than there is room for: no frame.
            guard start <= end else { return nil }
            block = start..<end
        }
        let nameless = self.fields.find(in: bytes.extracting(block))
        guard !nameless.isEmpty else { return nil }
        var frame = frame
        frame.length += nameless.count * (NamelessFields.name.count - 1)
        var named = ByteBufferAllocator().buffer(capacity: Frame.size + frame.length)
        frame.write(to: &named)
        var position = whole.readerIndex + Frame.size
        for offset in nameless {
            let index = whole.readerIndex + block.lowerBound + offset
            if let before = whole.getSlice(at: position, length: index - position) {
                named.writeImmutableBuffer(before)
            }
            named.writeBytes(NamelessFields.name)
            position = index + 1
        }
        if let rest = whole.getSlice(at: position, length: whole.writerIndex - position) {
            named.writeImmutableBuffer(rest)
        }
        return named
    }

    /// Whether a frame is one of settings, and as it should be; the others are refused by those who read them.
    private func isSettings(_ frame: Frame) -> Bool {
        frame.type == FrameType.settings && frame.flags & Flag.acknowledged == 0 && frame.stream == 0
            && frame.length % Setting.size == 0 && frame.length <= Self.smallestLimit
    }

    private func isAcknowledgement(_ frame: Frame) -> Bool {
        frame.type == FrameType.settings && frame.flags & Flag.acknowledged != 0 && frame.stream == 0
            && frame.length == 0
    }

    /// The settings as swift-nio-http2 should see them.
    private func rewritten(_ settings: ByteBuffer, _ frame: Frame, _ context: ChannelHandlerContext) -> ByteBuffer {
        var settings = settings
        var hasStreams = false
        var payload = context.channel.allocator.buffer(capacity: settings.readableBytes + 2 * Setting.size)
        while let (id, value) = settings.readMultipleIntegers(as: (UInt16, UInt32).self) {
            if id == Setting.maxFrameSize, (Self.smallestLimit...Self.largestFrame).contains(Int(value)) {
                self.peerLimit = Int(value)
                continue
            }
            if id == Setting.maxConcurrentStreams { hasStreams = true }
            payload.writeMultipleIntegers(id, value)
        }
        payload.writeMultipleIntegers(Setting.maxFrameSize, UInt32(Self.largestFrame))
        if self.mode == .client, self.isFirstSettings, !hasStreams {
            payload.writeMultipleIntegers(Setting.maxConcurrentStreams, Self.unlimitedStreams)
        }
        let isFirst = self.isFirstSettings
        self.isFirstSettings = false
        var frame = frame
        frame.length = payload.readableBytes
        var whole = context.channel.allocator.buffer(capacity: Frame.size + frame.length)
        frame.write(to: &whole)
        whole.writeImmutableBuffer(payload)
        if isFirst { Frame(length: 0, type: FrameType.settings, flags: Flag.acknowledged, stream: 0).write(to: &whole) }
        return whole
    }
}
