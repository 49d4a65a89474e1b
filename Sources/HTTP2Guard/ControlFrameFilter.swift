//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Takes pings and resets of streams out of what an HTTP/2 peer sends.
///
/// Looks at the headers of frames only, and skips what is in them by its length. All else comes out as it came in; a
/// buffer with nothing to take out comes out whole.
struct ControlFrameFilter: Sendable {
    /// Which side of the connection the peer is.
    enum Peer: Sendable {
        /// Begins with the connection preface.
        case client
        /// Its resets are not taken out.
        case server
    }

    /// What a piece of input comes to, in order.
    enum Output: Hashable, Sendable {
        /// Anything else.
        case passed(ByteBuffer)
        /// A ping, with the eight bytes that its answer has to repeat.
        case ping(UInt64)
        /// The client gives up a stream, and the frame that says so.
        case reset(stream: UInt32, frame: ByteBuffer)
    }

    private enum Kind {
        case ping
        case reset(stream: UInt32)
        case other
    }

    private static let prefaceLength = 24
    private static let headerLength = 9

    private let takesResets: Bool
    /// How many bytes of the current frame, or of what is before the first one, are still to come.
    private var remaining: Int
    /// The beginning of a frame of which more has to come to tell what it is.
    private var held = ByteBuffer()

    init(peer: Peer) {
        switch peer {
        case .client: (self.takesResets, self.remaining) = (true, Self.prefaceLength)
        case .server: (self.takesResets, self.remaining) = (false, 0)
        }
    }

    /// The next bytes from the peer.
    mutating func receive(_ input: ByteBuffer) -> [Output] {
        var buffer = input
        if self.held.readableBytes > 0 {
            var whole = self.held
            whole.writeBuffer(&buffer)
            buffer = whole
            self.held = ByteBuffer()
        }
        return self.split(buffer)
    }

    /// Whether a buffer is the frame that resets a stream, and nothing else.
    static func isReset(of stream: UInt32, _ frame: ByteBuffer) -> Bool {
        frame.readableBytes == Self.headerLength + 4
            && frame.getBytes(at: frame.readerIndex, length: 4) == [0, 0, 4, 3]
            && frame.getInteger(at: frame.readerIndex + 5, as: UInt32.self) == stream
    }

    private mutating func split(_ buffer: ByteBuffer) -> [Output] {
        var output: [Output] = []
        var start = buffer.readerIndex
        var index = start + min(self.remaining, buffer.readableBytes)
        self.remaining -= index - start
        while self.remaining == 0, let header = self.header(of: buffer, at: index) {
            let length = Self.headerLength + header.length
            let available = buffer.writerIndex - index
            if case .other = header.kind {
                index += min(length, available)
                self.remaining = max(0, length - available)
                continue
            }
            guard let frame = buffer.getSlice(at: index, length: length) else { break }
            Self.append(buffer, from: start, to: index, to: &output)
            output.append(Self.taken(frame, header.kind))
            index += length
            start = index
        }
        Self.append(buffer, from: start, to: index, to: &output)
        if index < buffer.writerIndex, let rest = buffer.getSlice(at: index, length: buffer.writerIndex - index) {
            self.held = rest
        }
        return output
    }

    private static func taken(_ frame: ByteBuffer, _ kind: Kind) -> Output {
        switch kind {
        case .ping:
            frame.getInteger(at: frame.readerIndex + Self.headerLength).map { .ping($0) } ?? .passed(frame)
        case .reset(let stream): .reset(stream: stream, frame: frame)
        case .other: .passed(frame)
        }
    }

    private static func append(_ buffer: ByteBuffer, from start: Int, to end: Int, to output: inout [Output]) {
        guard start < end, let slice = buffer.getSlice(at: start, length: end - start) else { return }
        output.append(.passed(slice))
    }

    /// The header at an index, or nil if it is not there in full.
    private func header(of buffer: ByteBuffer, at index: Int) -> (length: Int, kind: Kind)? {
        guard buffer.writerIndex - index >= Self.headerLength,
            let high = buffer.getInteger(at: index, as: UInt16.self),
            let low = buffer.getInteger(at: index + 2, as: UInt8.self),
            let type = buffer.getInteger(at: index + 3, as: UInt8.self),
            let flags = buffer.getInteger(at: index + 4, as: UInt8.self),
            let stream = buffer.getInteger(at: index + 5, as: UInt32.self)
        else { return nil }
        let length = Int(high) << 8 | Int(low)
        // What is wrong by its length or stream is an error, which is for others to find; so are answers to pings.
        switch (type, length) {
        case (6, 8) where flags & 1 == 0 && stream == 0: return (length, .ping)
        case (3, 4) where self.takesResets && stream & 0x7fff_ffff != 0:
            return (length, .reset(stream: stream & 0x7fff_ffff))
        default: return (length, .other)
        }
    }
}
