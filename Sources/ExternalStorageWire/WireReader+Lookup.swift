//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension WireReader {
    /// The last length-delimited field `number` in `range`, or nil.
    ///
    /// The last one counts because protobuf keeps the last value of a singular string or bytes field.
    package static func lastBytes(
        _ number: UInt32,
        in range: Range<Int>,
        of bytes: Span<UInt8>
    ) throws(WireError) -> Range<Int>? {
        var reader = WireReader(range)
        var found: Range<Int>?
        while let field = try reader.next(in: bytes) {
            if field.number == number, field.type == .lengthDelimited { found = field.body }
        }
        return found
    }

    /// The last varint field `number` in `range`, or zero, protobuf's default.
    package static func lastVarint(
        _ number: UInt32,
        in range: Range<Int>,
        of bytes: Span<UInt8>
    ) throws(WireError) -> UInt64 {
        var reader = WireReader(range)
        var value: UInt64 = 0
        while let field = try reader.next(in: bytes) {
            if field.number == number, field.type == .varint { value = field.varint }
        }
        return value
    }

    /// The string field `number` in `range`; the empty string where it is absent.
    package static func string(
        _ number: UInt32,
        in range: Range<Int>?,
        of bytes: Span<UInt8>
    ) throws(WireError) -> String {
        guard let range, let body = try self.lastBytes(number, in: range, of: bytes) else { return "" }
        return bytes.string(in: body)
    }
}

extension Span where Element == UInt8 {
    /// The bytes of `range` as text; what is not UTF-8 becomes U+FFFD.
    package func string(in range: Range<Int>) -> String {
        unsafe self.extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Whether `range` holds exactly the bytes of `text`.
    @inline(__always)
    package func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        let pointer = unsafe text.utf8Start
        for index in 0..<range.count {
            if unsafe self[range.lowerBound &+ index] != pointer[index] { return false }
        }
        return true
    }
}
