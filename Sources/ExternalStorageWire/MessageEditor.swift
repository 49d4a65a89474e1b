//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

/// Changes single fields of a message and leaves the others byte for byte as they are.
///
/// For the few messages that are not about payloads: a limit to lift, a driver to announce. Payloads are replaced by
/// ``PayloadSplicer``, which copies less.
package enum MessageEditor {
    /// What becomes of one field.
    package enum Edit {
        case keep
        case remove
        /// The same field with other bytes.
        case replace(ByteBuffer)
    }

    /// Rewrites the message in `range`.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that hold the message.
    ///   - range: Where in them it is.
    ///   - decide: Asked for every field, in order.
    /// - Returns: The message in a buffer of its own.
    /// - Throws: ``WireError`` if the message is not protobuf, and what `decide` throws.
    package static func edit(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        _ decide: (WireField) throws(WireError) -> Edit
    ) throws(WireError) -> ByteBuffer {
        var output = ByteBuffer()
        output.reserveCapacity(range.count)
        var reader = WireReader(range)
        while let field = try reader.next(in: bytes) {
            switch try decide(field) {
            case .keep: output.write(bytes, in: field.start..<field.bodyEnd)
            case .remove: break
            case .replace(let replacement):
                output.write(bytes, in: field.start..<field.lengthStart)
                output.writeVarint(UInt64(replacement.readableBytes))
                output.writeImmutableBuffer(replacement)
            }
        }
        return output
    }
}
