//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// One frame of HTTP/2, as it is: nothing in it has to be right.
public struct RawFrame: Sendable {
    /// What a frame is for (RFC 9113, section 6).
    public enum Kind: UInt8, Sendable {
        case data = 0
        case headers
        case priority
        case reset
        case settings
        case pushPromise
        case ping
        case goAway
        case windowUpdate
        case continuation
    }

    /// What the flags mean, where they mean anything.
    public enum Flag {
        /// Of data and headers: the stream ends.
        public static let endStream: UInt8 = 1
        /// Of settings and pings: an answer.
        public static let acknowledged: UInt8 = 1
        /// Of header blocks: no more of it follows.
        public static let endHeaders: UInt8 = 4
    }

    /// The numbers of settings (RFC 9113, section 6.5.2).
    public enum Setting {
        /// How many calls at a time.
        public static let maxConcurrentStreams: UInt16 = 3
        /// How much data on a new stream.
        public static let initialWindowSize: UInt16 = 4
        /// The largest frame.
        public static let maxFrameSize: UInt16 = 5
        /// The largest header list.
        public static let maxHeaderListSize: UInt16 = 6
    }

    /// What it is for.
    public var kind: Kind
    /// The flags, as on the wire.
    public var flags: UInt8
    /// The stream; 0 for the connection.
    public var stream: Int
    /// What follows the nine bytes in front.
    public var payload: ByteBuffer
    /// The fields of a header block: of all its frames, of which the first is this.
    public var fields: [(name: String, value: String)] = []
    /// How many frames the header block had.
    public var blockFrames = 1

    /// A frame with this content.
    public init(_ kind: Kind, flags: UInt8 = 0, stream: Int = 0, payload: ByteBuffer = ByteBuffer()) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// Whether the stream ends with it.
    public var endsStream: Bool {
        (self.kind == .data || self.kind == .headers) && self.flags & Flag.endStream != 0
    }

    /// The first field with this name.
    public func field(_ name: String) -> String? {
        self.fields.first { $0.name == name }?.value
    }

    /// The number in the payload of a reset, or the error of a "go away".
    public var code: UInt32? {
        let offset = self.kind == .goAway ? 4 : 0
        return self.payload.getInteger(at: self.payload.readerIndex + offset, as: UInt32.self)
    }

    /// Settings, with their numbers.
    public static func settings(_ settings: [(UInt16, UInt32)]) -> Self {
        var payload = ByteBuffer()
        for (id, value) in settings { payload.writeMultipleIntegers(id, value) }
        return Self(.settings, payload: payload)
    }

    /// The frame as it goes out.
    public var bytes: ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: 9 + self.payload.readableBytes)
        buffer.writeInteger(UInt32(self.payload.readableBytes) << 8 | UInt32(self.kind.rawValue))
        buffer.writeInteger(self.flags)
        buffer.writeInteger(UInt32(self.stream))
        buffer.writeImmutableBuffer(self.payload)
        return buffer
    }
}
