//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
public import NIOCore
import NIOHPACK

/// One end of a connection of HTTP/2, frame by frame, for tests: it does right what nobody asks of it, and wrong what it
/// is told to.
///
/// By itself it acknowledges settings and pings, and gives back the windows that data takes; see ``Habits``.
public final class RawConnection: Sendable {
    /// What a connection does by itself.
    public struct Habits: Sendable {
        /// Settings of the peer are acknowledged.
        public var acknowledgesSettings = true
        /// Pings are answered.
        public var answersPings = true
        /// Data gives its windows back.
        public var growsWindows = true

        /// All of it.
        public init() {}
    }

    /// There is no such frame: the connection has ended, or it did not come in time.
    public struct Missing: Error {
        /// What was waited for.
        public var what: String
    }

    /// The channel of the connection.
    public let channel: any Channel
    private let frames: AsyncStream<RawFrame>
    /// Those that have come before one that was asked for.
    private let passed = NIOLockedValueBox<[RawFrame]>([])
    private let encoder = NIOLockedValueBox(HPACKEncoder(allocator: ByteBufferAllocator()))

    /// Takes a channel over.
    ///
    /// - Parameters:
    ///   - channel: The channel, on its event loop.
    ///   - isServer: Whether the peer begins with the preface of a client.
    ///   - greeting: What is sent as soon as there is a connection.
    ///   - habits: What is done by itself.
    ///   - opened: Told on the event loop when the channel is open.
    /// - Throws: An error of NIO.
    init(
        on channel: any Channel,
        isServer: Bool,
        greeting: ByteBuffer = ByteBuffer(),
        habits: Habits,
        opened: @escaping (RawConnection) -> Void = { _ in }
    ) throws {
        self.channel = channel
        let (frames, continuation) = AsyncStream<RawFrame>.makeStream()
        self.frames = frames
        try channel.pipeline.syncOperations.addHandler(
            RawFrameHandler(skips: isServer ? 24 : 0, greeting: greeting, habits: habits) { event in
                switch event {
                case .open: opened(self)
                case .frame(let frame): continuation.yield(frame)
                case .closed: continuation.finish()
                }
            }
        )
    }

    // MARK: What arrives

    /// The next frame of a kind.
    ///
    /// What comes before it stays for whoever asks for that: frames of several streams come in any order. To be called by
    /// one task at a time.
    ///
    /// - Throws: ``Missing`` if the connection ends before.
    public func next(_ kind: RawFrame.Kind, on stream: Int? = nil) async throws -> RawFrame {
        try await self.next("\(kind)") { $0.kind == kind && (stream == nil || stream == $0.stream) }
    }

    /// Whether a frame of a kind has come before what was read last, and nobody has asked for it.
    public func hasPassed(_ kind: RawFrame.Kind, on stream: Int) -> Bool {
        self.passed.withLockedValue { $0.contains { $0.kind == kind && $0.stream == stream } }
    }

    private func next(_ what: String, _ isWanted: (RawFrame) -> Bool) async throws -> RawFrame {
        let kept = self.passed.withLockedValue { passed in
            passed.firstIndex(where: isWanted).map { passed.remove(at: $0) }
        }
        if let kept { return kept }
        for await frame in self.frames {
            if isWanted(frame) { return frame }
            self.passed.withLockedValue { $0.append(frame) }
        }
        throw Missing(what: what)
    }

    /// Reads on until a stream ends, with data or with trailers; the bytes of its data.
    ///
    /// - Throws: ``Missing`` if the connection ends before.
    @discardableResult
    public func body(on stream: Int) async throws -> ByteBuffer {
        var bytes = ByteBuffer()
        while true {
            let frame = try await self.next("end of stream \(stream)") {
                $0.stream == stream && ($0.kind == .data || ($0.kind == .headers && $0.endsStream))
            }
            if frame.kind == .data { bytes.writeImmutableBuffer(frame.payload) }
            if frame.endsStream { return bytes }
        }
    }

    /// Reads whatever comes until the connection is closed.
    public func untilClosed() async {
        for await _ in self.frames {}
    }

    // MARK: What is sent

    /// Sends a frame.
    public func send(_ frame: RawFrame) {
        self.channel.writeAndFlush(frame.bytes, promise: nil)
    }

    /// Sends bytes as they are.
    public func send(bytes: [UInt8]) {
        self.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// Sends settings.
    public func settings(_ settings: [(UInt16, UInt32)] = []) {
        self.send(.settings(settings))
    }

    /// Sends a header block.
    ///
    /// - Parameters:
    ///   - fields: The names and values, whatever is in them.
    ///   - stream: The stream.
    ///   - endsStream: Whether the stream ends with it.
    ///   - frameSize: The size of its frames, in bytes; more of them are CONTINUATION.
    ///   - encoded: Further fields, as they stand in a block.
    public func headers(
        _ fields: [(String, String)],
        on stream: Int,
        endsStream: Bool = false,
        frameSize: Int = 16_384,
        encoded: [UInt8] = []
    ) {
        var block = ByteBuffer()
        let headers = HPACKHeaders(fields)
        // The encoder fails only if its table was changed wrongly, which nobody does here.
        self.encoder.withLockedValue { try? $0.encode(headers: headers, to: &block) }
        block.writeBytes(encoded)
        var frame = RawFrame(.headers, flags: endsStream ? RawFrame.Flag.endStream : 0, stream: stream)
        repeat {
            frame.payload = block.readSlice(length: min(frameSize, block.readableBytes)) ?? ByteBuffer()
            if block.readableBytes == 0 { frame.flags |= RawFrame.Flag.endHeaders }
            self.send(frame)
            frame.kind = .continuation
            frame.flags = 0
        } while block.readableBytes > 0
    }

    /// Sends data.
    public func data(_ bytes: ByteBuffer, on stream: Int, endsStream: Bool = false) {
        var bytes = bytes
        repeat {
            let piece = bytes.readSlice(length: min(16_384, bytes.readableBytes)) ?? ByteBuffer()
            let isLast = endsStream && bytes.readableBytes == 0
            self.send(RawFrame(.data, flags: isLast ? RawFrame.Flag.endStream : 0, stream: stream, payload: piece))
        } while bytes.readableBytes > 0
    }

    /// Resets a stream.
    public func reset(_ stream: Int, _ code: UInt32) {
        self.send(RawFrame(.reset, stream: stream, payload: ByteBuffer(integer: code)))
    }

    /// Says which stream is the last.
    public func goAway(last: Int, _ code: UInt32 = 0) {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(UInt32(last), code)
        self.send(RawFrame(.goAway, payload: payload))
    }

    /// Grows a window.
    public func window(_ increment: Int, on stream: Int = 0) {
        self.send(RawFrame(.windowUpdate, stream: stream, payload: ByteBuffer(integer: UInt32(increment))))
    }

    /// Closes the connection.
    public func close() {
        self.channel.close(promise: nil)
    }

    /// Reads nothing more, as a peer does that is stuck.
    public func stopReading() async throws {
        try await self.channel.setOption(.autoRead, value: false).get()
    }
}

// MARK: gRPC

extension RawConnection {
    /// A message as it stands in data.
    public static func message(_ bytes: [UInt8], flag: UInt8 = 0) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(flag)
        buffer.writeInteger(UInt32(bytes.count))
        buffer.writeBytes(bytes)
        return buffer
    }

    /// The headers of a request.
    public static func requestHeaders(_ path: String, _ further: [(String, String)] = []) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"), ("te", "trailers"),
            ("content-type", "application/grpc"),
        ] + further
    }

    /// The headers of a response.
    public static let responseHeaders = [(":status", "200"), ("content-type", "application/grpc")]

    /// Answers a call with one message, and a good status.
    public func answer(_ stream: Int, _ message: [UInt8], trailers: [(String, String)] = [("grpc-status", "0")]) {
        self.headers(Self.responseHeaders, on: stream)
        self.data(Self.message(message), on: stream)
        self.headers(trailers, on: stream, endsStream: true)
    }

    /// Waits for the next call, and for the end of its request.
    ///
    /// - Returns: The headers.
    /// - Throws: ``Missing`` if the connection ends before.
    public func call() async throws -> RawFrame {
        let headers = try await self.next(.headers)
        if !headers.endsStream { try await self.body(on: headers.stream) }
        return headers
    }
}
