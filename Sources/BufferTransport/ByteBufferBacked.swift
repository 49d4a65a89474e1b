//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import GRPCCore
public import NIOCore

/// Bytes of a transport that are a `ByteBuffer`.
///
/// Payloads are taken out of such messages, and messages are made of them, without a copy. A transport of your own may
/// use ``BufferBytes``, or let its own type say that it is one.
public protocol ByteBufferBacked: GRPCContiguousBytes {
    /// Bytes that share the memory of a buffer: its readable bytes.
    init(buffer: ByteBuffer)

    /// The bytes, shared.
    var buffer: ByteBuffer { get }
}

/// Bytes of a transport that are a `ByteBuffer`, and nothing more.
public struct BufferBytes: ByteBufferBacked, Hashable, Sendable {
    /// The bytes; all of them are readable.
    public private(set) var buffer: ByteBuffer

    /// Shares the readable bytes of a buffer.
    public init(buffer: ByteBuffer) {
        self.buffer = buffer
    }

    /// Bytes that are all the same.
    public init(repeating byte: UInt8, count: Int) {
        self.buffer = ByteBuffer(repeating: byte, count: count)
    }

    /// A copy of bytes.
    public init(_ sequence: some Sequence<UInt8>) {
        self.buffer = ByteBuffer(bytes: sequence)
    }

    /// The number of bytes.
    public var count: Int { self.buffer.readableBytes }

    /// Calls a closure with the bytes, which are not to be kept.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try unsafe self.buffer.withUnsafeReadableBytes(body)
    }

    /// Calls a closure with the bytes, which it may change and is not to keep.
    public mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try unsafe self.buffer.withUnsafeMutableReadableBytes(body)
    }
}
