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

    /// The pieces of data for a message: one, or its prefix and the message itself, which is not copied.
    static func pieces(of message: ByteBuffer) -> (first: ByteBuffer, second: ByteBuffer?) {
        let isCopied = message.readableBytes <= Self.copyLimit
        var first = ByteBufferAllocator().buffer(capacity: isCopied ? message.readableBytes + 5 : 5)
        first.writeInteger(UInt8(0))
        first.writeInteger(UInt32(message.readableBytes))
        guard isCopied else { return (first, message) }
        first.writeImmutableBuffer(message)
        return (first, nil)
    }
}
