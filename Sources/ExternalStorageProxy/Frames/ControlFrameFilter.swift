//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Takes the pings out of what an HTTP/2 peer sends.
///
/// Looks at the headers of frames only, and skips what is in them by its length. What is not a ping comes out as it came
/// in; a buffer without a ping comes out whole.
struct PingFilter: Sendable {
    /// What a piece of input comes to, in order.
    enum Output: Hashable, Sendable {
        /// What is no ping.
        case passed(ByteBuffer)
        /// A ping, with the eight bytes that its answer has to repeat.
        case ping(UInt64)
    }

    private static let headerLength = 9
    private static let pingLength = 8
    private static let pingType: UInt8 = 6
    private static let acknowledgement: UInt8 = 1

    /// How many bytes of the current frame, or of what is before the first one, are still to come.
    private var remaining: Int
    /// The beginning of a frame of which more has to come to tell what it is.
    private var held = ByteBuffer()

    /// - Parameter prefaceLength: The bytes before the first frame: 24 from a client, none from a server.
    init(prefaceLength: Int) {
        self.remaining = prefaceLength
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

    private mutating func split(_ buffer: ByteBuffer) -> [Output] {
        var output: [Output] = []
        var start = buffer.readerIndex
        var index = start + min(self.remaining, buffer.readableBytes)
        self.remaining -= index - start
        while self.remaining == 0, let header = Self.header(of: buffer, at: index) {
            let available = buffer.writerIndex - index
            guard header.isPing else {
                let length = Self.headerLength + header.length
                index += min(length, available)
                self.remaining = max(0, length - available)
                continue
            }
            guard let ping = buffer.getInteger(at: index + Self.headerLength, as: UInt64.self) else { break }
            Self.append(buffer, from: start, to: index, to: &output)
            output.append(.ping(ping))
            index += Self.headerLength + Self.pingLength
            start = index
        }
        Self.append(buffer, from: start, to: index, to: &output)
        if index < buffer.writerIndex, let rest = buffer.getSlice(at: index, length: buffer.writerIndex - index) {
            self.held = rest
        }
        return output
    }

    private static func append(_ buffer: ByteBuffer, from start: Int, to end: Int, to output: inout [Output]) {
        guard start < end, let slice = buffer.getSlice(at: start, length: end - start) else { return }
        output.append(.passed(slice))
    }

    /// The header at an index, or nil if it is not there in full.
    private static func header(of buffer: ByteBuffer, at index: Int) -> (length: Int, isPing: Bool)? {
        guard buffer.writerIndex - index >= Self.headerLength,
            let high = buffer.getInteger(at: index, as: UInt16.self),
            let low = buffer.getInteger(at: index + 2, as: UInt8.self),
            let type = buffer.getInteger(at: index + 3, as: UInt8.self),
            let flags = buffer.getInteger(at: index + 4, as: UInt8.self),
            let stream = buffer.getInteger(at: index + 5, as: UInt32.self)
        else { return nil }
        let length = Int(high) << 8 | Int(low)
        // A ping that is none by its length or stream is an error, which is for others to find.
        let isPing =
            type == Self.pingType && flags & Self.acknowledgement == 0 && length == Self.pingLength && stream == 0
        return (length, isPing)
    }
}
