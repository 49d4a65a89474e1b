//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
package import ExternalStorageWire
package import GRPCCore
package import NIOCore

/// The bytes of one message, as whoever hands it over holds them.
///
/// - `slices(_:)` gives the payloads a life of their own: a `ByteBuffer` shares its memory, all others copy once.
/// - `making(_:)` writes a message once, into memory of its final size.
package protocol MessageBytes: Sendable {
    var count: Int { get }

    /// Calls `body` with the bytes. They are not to be kept.
    func withSpan<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result

    /// The bytes of each range in a buffer.
    func slices(_ ranges: [Range<Int>]) -> [ByteBuffer]

    /// The message that `splicer` makes of this one.
    func spliced(by splicer: PayloadSplicer) -> Self

    /// A message of the bytes in `buffer`.
    init(_ buffer: ByteBuffer)
}

extension ByteBuffer: MessageBytes {
    package var count: Int { self.readableBytes }

    package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(self.readableBytesUInt8Span)
    }

    package func slices(_ ranges: [Range<Int>]) -> [ByteBuffer] {
        ranges.map { range in
            precondition(range.upperBound <= self.readableBytes, "a payload site lies outside of its message")
            // The same memory with other indices. A slice would be the same, but beyond 16 MiB NIO copies it.
            var part = self
            part.moveWriterIndex(to: self.readerIndex + range.upperBound)
            part.moveReaderIndex(forwardBy: range.lowerBound)
            return part
        }
    }

    package func spliced(by splicer: PayloadSplicer) -> ByteBuffer {
        splicer.splice(self.readableBytesUInt8Span)
    }

    package init(_ buffer: ByteBuffer) {
        self = buffer
    }
}

/// The bytes of a gRPC transport.
///
/// Those that are a `ByteBuffer` are shared; of others a payload is copied out once, and a message in once.
package struct TransportMessage<Bytes: GRPCContiguousBytes & Sendable>: MessageBytes {
    package let bytes: Bytes

    package init(bytes: Bytes) {
        self.bytes = bytes
    }

    package init(_ buffer: ByteBuffer) {
        self.bytes = Self.sharing(buffer) ?? Bytes(buffer.readableBytesView)
    }

    private static func sharing(_ buffer: ByteBuffer) -> Bytes? {
        guard let type = Bytes.self as? any ByteBufferBacked.Type else { return nil }
        return type.init(buffer: buffer) as? Bytes
    }

    package var count: Int { self.bytes.count }

    package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = unsafe self.bytes.withUnsafeBytes { pointer in
            do throws(Failure) {
                return .success(try body(unsafe pointer.bindMemory(to: UInt8.self).span))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    package func slices(_ ranges: [Range<Int>]) -> [ByteBuffer] {
        if let shared = self.bytes as? any ByteBufferBacked { return shared.buffer.slices(ranges) }
        return unsafe self.bytes.withUnsafeBytes { pointer in
            ranges.map { unsafe ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: pointer[$0])) }
        }
    }

    package func spliced(by splicer: PayloadSplicer) -> Self {
        if let shared = self.bytes as? any ByteBufferBacked,
            let bytes = Self.sharing(shared.buffer.spliced(by: splicer))
        {
            return TransportMessage(bytes: bytes)
        }
        return self.withSpan { source in
            var result = Bytes(repeating: 0, count: splicer.count)
            unsafe result.withUnsafeMutableBytes { unsafe splicer.write(source, into: $0) }
            return TransportMessage(bytes: result)
        }
    }
}
