//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Tells a message from bytes that are none.
///
/// A scan skips what it does not need, so what it meets depends on what it looks for. This looks at everything a scan of
/// any purpose can meet, so that its answer is the same for all of them, before and after payloads are replaced.
package enum MessageCheck {
    /// Whether bytes can be read as a message along all paths of the table.
    ///
    /// What stands serialized inside is not looked into: to whoever reads the message it is a string of bytes.
    ///
    /// - Parameters:
    ///   - range: Where in `bytes` the message is.
    ///   - type: Its type.
    ///   - bytes: The bytes that hold it.
    ///   - depth: How many messages it stands in; too deep for a scan is unreadable.
    /// - Returns: Whether it is one. If so, no scan of it fails, and neither does ``MessageNormalizer`` as far down as it
    ///   goes.
    /// - Complexity: O(*n*) in the number of fields on the way to payloads, whatever their size.
    package static func isReadable(_ range: Range<Int>, as type: MessageType, of bytes: Span<UInt8>, depth: Int) -> Bool
    {
        do throws(WireError) {
            var open = [Part(range: range, type: type, depth: depth)]
            while let part = open.popLast() { try self.check(part, of: bytes, putOff: &open) }
            return true
        } catch {
            return false
        }
    }

    /// A message, and how many messages it stands in.
    private struct Part {
        var range: Range<Int>
        var type: MessageType
        var depth: Int
    }

    private static func check(_ part: Part, of bytes: Span<UInt8>, putOff: inout [Part]) throws(WireError) {
        guard part.depth < PayloadScanner.depthLimit else { throw WireError(.tooDeep, at: part.range.lowerBound) }
        let fields = PayloadPaths.table.fields(of: part.type)
        var reader = WireReader(part.range)
        while let field = try reader.next(in: bytes) {
            guard field.type == .lengthDelimited, let row = fields[field.number] else { continue }
            switch row.kind {
            case PayloadPaths.Kind.message.rawValue:
                let inner = Part(range: field.body, type: row.child, depth: part.depth + 1)
                if inner.depth % PayloadScanner.recursionLimit == 0 {
                    putOff.append(inner)
                } else {
                    try self.check(inner, of: bytes, putOff: &putOff)
                }
            case PayloadPaths.Kind.payload.rawValue:
                _ = try PayloadTraits(of: bytes, in: field.body)
            case PayloadPaths.Kind.taskToken.rawValue, PayloadPaths.Kind.clears.rawValue:
                break
            default:
                // An `Any` or a blob: plain fields.
                var parts = WireReader(field.body)
                while try parts.next(in: bytes) != nil {}
            }
        }
    }
}
