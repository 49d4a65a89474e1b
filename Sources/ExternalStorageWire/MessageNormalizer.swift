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
    /// How deep messages may be nested in one that has to be rewritten: deeper than any encoder of such messages goes.
    private static let depthLimit = 250

    /// The same message with every singular field of the table at most once.
    package static func normalize(_ bytes: Span<UInt8>, as type: MessageType) throws(WireError) -> ByteBuffer {
        try self.message(bytes, ranges: [0..<bytes.count], type: type, depth: 0)
    }

    /// The merged message whose serialized form is the concatenation of `ranges`.
    private static func message(
        _ bytes: Span<UInt8>,
        ranges: [Range<Int>],
        type: MessageType,
        depth: Int
    ) throws(WireError) -> ByteBuffer {
        guard depth < Self.depthLimit else { throw WireError(.tooDeep, at: ranges[0].lowerBound) }
        let table = PayloadPaths.table
        let occurrences = try Occurrences(of: type, in: ranges, of: bytes)
        let isSystemOperation = try EmbeddedMessage.isSystemOperation(ranges, as: type, of: bytes, table: table)
        var output = ByteBuffer()
        for range in ranges {
            var reader = WireReader(range)
            while let field = try reader.next(in: bytes) {
                guard field.type == .lengthDelimited, let row = table.fields(of: type)[field.number] else {
                    output.write(bytes, in: field.start..<field.bodyEnd)
                    continue
                }
                guard let bodies = row.isRepeated ? [field.body] : occurrences.merged(at: field) else { continue }
                let body: ByteBuffer
                switch row.kind {
                case PayloadPaths.Kind.message.rawValue:
                    body = try self.message(bytes, ranges: bodies, type: row.child, depth: depth + 1)
                case PayloadPaths.Kind.clears.rawValue:
                    body = self.concatenation(of: bodies, in: bytes)
                case PayloadPaths.Kind.taskToken.rawValue:
                    // Bytes are not merged: the last value counts.
                    body = self.concatenation(of: bodies.suffix(1), in: bytes)
                default:
                    let merged = self.concatenation(of: bodies, in: bytes)
                    body = try self.embedding(merged, kind: row.kind, isInSystem: isSystemOperation, depth: depth + 1)
                }
                output.write(bytes, in: field.start..<field.lengthStart)
                output.writeVarint(UInt64(body.readableBytes))
                output.writeImmutableBuffer(body)
            }
        }
        return output
    }

    private static func concatenation(of ranges: some Sequence<Range<Int>>, in bytes: Span<UInt8>) -> ByteBuffer {
        var result = ByteBuffer()
        for range in ranges { result.write(bytes, in: range) }
        return result
    }

    /// The same `Any`, blob or payload with the message inside in its normal form.
    ///
    /// Only now, merged, it says what it is; what it said in parts does not count.
    private static func embedding(
        _ outer: ByteBuffer,
        kind: UInt8,
        isInSystem: Bool,
        depth: Int
    ) throws(WireError) -> ByteBuffer {
        let (bytes, whole) = (outer.readableBytesUInt8Span, 0..<outer.readableBytes)
        let embedded: EmbeddedMessage?
        switch kind {
        case PayloadPaths.Kind.anyValue.rawValue:
            embedded = try EmbeddedMessage(inAny: whole, of: bytes, depth: depth)
        case PayloadPaths.Kind.historyBlob.rawValue:
            embedded = try EmbeddedMessage(inBlob: whole, of: bytes, depth: depth)
        default:
            let traits = try PayloadTraits(of: bytes, in: whole)
            let isEnvelope = !traits.isReference && (isInSystem || traits.contains(.systemEnvelope))
            embedded = isEnvelope ? try EmbeddedMessage(inEnvelope: whole, of: bytes, depth: depth) : nil
        }
        guard let embedded else { return outer }
        let inner = try self.message(
            bytes,
            ranges: [embedded.field.body],
            type: embedded.type,
            depth: embedded.depth
        )
        return try MessageEditor.edit(bytes, in: whole) { field in
            field.start == embedded.field.start ? .replace(inner) : .keep
        }
    }
}

/// Which occurrences of the singular fields of a message count.
private struct Occurrences {
    private var bodies: [UInt32: [Range<Int>]] = [:]
    private var lastStart: [UInt32: Int] = [:]

    init(of type: MessageType, in ranges: [Range<Int>], of bytes: Span<UInt8>) throws(WireError) {
        let fields = PayloadPaths.table.fields(of: type)
        for range in ranges {
            var reader = WireReader(range)
            while let field = try reader.next(in: bytes) {
                guard field.type == .lengthDelimited, let row = fields[field.number], !row.isRepeated
                else { continue }
                // Setting one member of a oneof clears the others, with all that was merged into them.
                if row.oneof != 0 {
                    for number in Array(self.bodies.keys) where number != field.number {
                        if fields[number]?.oneof == row.oneof { self.bodies[number] = nil }
                    }
                }
                self.bodies[field.number, default: []].append(field.body)
                self.lastStart[field.number] = field.start
            }
        }
    }

    /// The bodies to merge into `field`, or nil if it is not the occurrence that stands for all.
    func merged(at field: WireField) -> [Range<Int>]? {
        self.lastStart[field.number] == field.start ? self.bodies[field.number] : nil
    }
}
