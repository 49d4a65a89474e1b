//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Writes messages as they stand in the data of a stream.
enum MessageFrames {
    /// Below this size, in bytes, a copy costs less than a second frame.
    private static let copyLimit = 16_384 - 5

    /// The most that one call writes before others have their turn, in bytes.
    static let pieceSize = 131_072

    /// The data for a message: its prefix, together with the message if that is small, and the rest of it, which is not
    /// copied.
    static func pieces(of message: ByteBuffer) -> (first: ByteBuffer, rest: ByteBuffer) {
        let isCopied = message.readableBytes <= Self.copyLimit
        var first = ByteBufferAllocator().buffer(capacity: isCopied ? message.readableBytes + 5 : 5)
        first.writeInteger(UInt8(0))
        first.writeInteger(UInt32(message.readableBytes))
        guard isCopied else { return (first, message) }
        first.writeImmutableBuffer(message)
        return (first, ByteBuffer())
    }
}
