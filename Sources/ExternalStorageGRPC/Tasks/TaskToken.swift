//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// A task token with a ``TaskContext`` at its end.
///
/// The context is one unknown length-delimited field behind the server's token, which is a protobuf message itself, so
/// a token that comes back by a road without us is still accepted (tried against server 1.32.0: workflow task
/// completion, heartbeat, activity completion). The field ends in its length and a magic number: so it is found
/// from the end, whatever a server's tokens look like, and a token without one is left as it is.
enum TaskToken {
    /// Far from anything a server uses.
    private static let fieldNumber: UInt32 = 1_837_402
    private static let magic: UInt64 = 0x544D_5052_4C45_5331  // "TMPRLES1"
    private static let footerCount = MemoryLayout<UInt32>.size + MemoryLayout<UInt64>.size

    /// `token` with `context` behind it.
    static func appending(_ context: TaskContext, to token: ByteBuffer) -> ByteBuffer {
        var body = context.serialized
        body.writeInteger(UInt32(body.readableBytes))
        body.writeInteger(Self.magic)
        var result = token
        result.writeField(Self.fieldNumber, bytes: body)
        return result
    }

    /// Takes a token apart.
    ///
    /// - Returns: How many bytes the server's own token has, and the context; nil if the token carries none.
    static func split(_ bytes: Span<UInt8>, in token: Range<Int>) -> (count: Int, context: TaskContext)? {
        guard token.count > Self.footerCount else { return nil }
        var footer: (count: UInt64, magic: UInt64) = (0, 0)
        for offset in (token.upperBound - 8)..<token.upperBound {
            footer.magic = footer.magic << 8 | UInt64(bytes[offset])
        }
        guard footer.magic == Self.magic else { return nil }
        for offset in (token.upperBound - 12)..<(token.upperBound - 8) {
            footer.count = footer.count << 8 | UInt64(bytes[offset])
        }
        // What must stand before the context, if this is what it claims to be.
        guard footer.count <= UInt64(token.count) else { return nil }
        let bodyCount = Int(footer.count) + Self.footerCount
        var header = ByteBuffer()
        header.writeVarint(UInt64(Self.fieldNumber) << 3 | 2)
        header.writeVarint(UInt64(bodyCount))
        let start = token.upperBound - bodyCount - header.readableBytes
        guard start >= token.lowerBound else { return nil }
        for (index, byte) in header.readableBytesView.enumerated() where bytes[start + index] != byte { return nil }
        let body = (token.upperBound - bodyCount)..<(token.upperBound - Self.footerCount)
        guard let context = TaskContext(bytes, in: body) else { return nil }
        return (start - token.lowerBound, context)
    }
}
