//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

extension Payload {
    /// What the payload says about itself.
    ///
    /// Of a key that comes twice the last value counts.
    ///
    /// - Complexity: O(*m*) in the number of fields; allocates a dictionary.
    public var metadata: [String: [UInt8]] {
        var metadata: [String: [UInt8]] = [:]
        self.forEachMetadataEntry { bytes, key, value in
            metadata[String(decoding: bytes.array(in: key), as: UTF8.self)] = bytes.array(in: value)
        }
        return metadata
    }

    /// The value: a slice of ``serializedBytes``, not copied.
    public var data: ByteBuffer {
        var found: Range<Int>?
        let bytes = self.serializedBytes.readableBytesUInt8Span
        var fields = ProtobufFields(0..<bytes.count)
        while let field = try? fields.next(in: bytes) {
            if field.number == 2, field.isLengthDelimited { found = field.body }
        }
        guard let found else { return ByteBuffer() }
        let start = self.serializedBytes.readerIndex + found.lowerBound
        return self.serializedBytes.getSlice(at: start, length: found.count) ?? ByteBuffer()
    }

    /// For a reference: the serialized sizes of what was stored, in bytes.
    public var externalPayloadSizes: [Int64] {
        var sizes: [Int64] = []
        let bytes = self.serializedBytes.readableBytesUInt8Span
        var fields = ProtobufFields(0..<bytes.count)
        while let field = try? fields.next(in: bytes) {
            guard field.number == 3, field.isLengthDelimited else { continue }
            var size: Int64 = 0
            var details = ProtobufFields(field.body)
            while let detail = try? details.next(in: bytes) {
                if detail.number == 1, detail.isVarint { size = Int64(bitPattern: detail.varint) }
            }
            sizes.append(size)
        }
        return sizes
    }

    /// Calls `body` with the bytes and the ranges of key and value, for every entry as it comes.
    func forEachMetadataEntry(_ body: (_ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>) -> Void) {
        let bytes = self.serializedBytes.readableBytesUInt8Span
        var fields = ProtobufFields(0..<bytes.count)
        while let field = try? fields.next(in: bytes) {
            guard field.number == 1, field.isLengthDelimited else { continue }
            var key = 0..<0
            var value = 0..<0
            var entry = ProtobufFields(field.body)
            while let part = try? entry.next(in: bytes) {
                guard part.isLengthDelimited else { continue }
                if part.number == 1 { key = part.body } else if part.number == 2 { value = part.body }
            }
            body(bytes, key, value)
        }
    }
}

extension Span<UInt8> {
    func array(in range: Range<Int>) -> [UInt8] {
        var array: [UInt8] = []
        array.reserveCapacity(range.count)
        for index in range { array.append(self[index]) }
        return array
    }

    func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for (index, offset) in zip(range, 0...) where unsafe self[index] != expected[offset] { return false }
            return true
        }
    }
}
