//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

/// Rewrites a message in which a singular field stands more than once on the way to a payload.
///
/// Protobuf allows that: readers merge the occurrences, and merging is the same as reading their bytes one after the
/// other. Half a payload must not be stored, so such a message is merged first. Encoders do not write such messages;
/// the result means the same, but is not byte-identical.
package enum MessageNormalizer {
    /// The same message with every singular field of the table at most once.
    package static func normalize(_ bytes: Span<UInt8>, as type: MessageType) throws(WireError) -> ByteBuffer {
        var output = ByteBuffer()
        output.reserveCapacity(bytes.count)
        try self.message(bytes, ranges: [0..<bytes.count], type: type, into: &output, depth: 0)
        return output
    }

    /// Writes the merged message whose serialized form is the concatenation of `ranges`.
    private static func message(
        _ bytes: Span<UInt8>,
        ranges: [Range<Int>],
        type: MessageType,
        into output: inout ByteBuffer,
        depth: Int
    ) throws(WireError) {
        guard depth < PayloadScanner.depthLimit else { throw WireError(.tooDeep, at: ranges[0].lowerBound) }
        let table = PayloadPaths.table
        // Which occurrences of each singular field count, and where the last one stands.
        var occurrences: [UInt32: [Range<Int>]] = [:]
        var lastStart: [UInt32: Int] = [:]
        for range in ranges {
            var reader = WireReader(range)
            while let field = try reader.next(in: bytes) {
                guard field.type == .lengthDelimited, let row = table.field(field.number, of: type), !row.isRepeated
                else { continue }
                // Setting one member of a oneof clears the others, with all that was merged into them.
                if row.oneof != 0 {
                    for number in occurrences.keys where number != field.number {
                        if table.field(number, of: type)?.oneof == row.oneof { occurrences[number] = nil }
                    }
                }
                occurrences[field.number, default: []].append(field.body)
                lastStart[field.number] = field.start
            }
        }
        for range in ranges {
            var reader = WireReader(range)
            while let field = try reader.next(in: bytes) {
                guard field.type == .lengthDelimited, let row = table.field(field.number, of: type) else {
                    output.write(bytes, in: field.start..<field.bodyEnd)
                    continue
                }
                var bodies = [field.body]
                if !row.isRepeated {
                    guard lastStart[field.number] == field.start, let merged = occurrences[field.number] else {
                        continue
                    }
                    bodies = merged
                }
                var body = ByteBuffer()
                switch row.kind {
                case PayloadPaths.Kind.message.rawValue:
                    try self.message(bytes, ranges: bodies, type: row.child, into: &body, depth: depth + 1)
                case PayloadPaths.Kind.taskToken.rawValue:
                    // Bytes are not merged: the last value counts.
                    if let last = bodies.last { body.write(bytes, in: last) }
                default:
                    for range in bodies { body.write(bytes, in: range) }
                }
                output.write(bytes, in: field.start..<field.lengthStart)
                output.writeVarint(UInt64(body.readableBytes))
                output.writeBuffer(&body)
            }
        }
    }
}
