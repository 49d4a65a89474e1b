//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

extension Payload {
    /// What the payload says about itself.
    ///
    /// Of a key that comes twice the last value counts.
    ///
    /// - Complexity: O(*m*) in the number of fields; allocates a dictionary.
    public var metadata: [String: [UInt8]] {
        var metadata: [String: [UInt8]] = [:]
        let bytes = self.fields.readableBytesUInt8Span
        var fields = WireReader(0..<bytes.count)
        while let field = try? fields.next(in: bytes) {
            guard field.number == 1, field.type == .lengthDelimited else { continue }
            let (key, value) = Self.metadataEntry(field.body, of: bytes)
            metadata[bytes.string(in: key)] = bytes.array(in: value)
        }
        return metadata
    }

    /// The data as far as it stands in ``fields``: a slice of them.
    var dataField: ByteBuffer {
        var found: Range<Int>?
        let bytes = self.fields.readableBytesUInt8Span
        var fields = WireReader(0..<bytes.count)
        while let field = try? fields.next(in: bytes) {
            if field.number == 2, field.type == .lengthDelimited { found = field.body }
        }
        guard let found else { return ByteBuffer() }
        let start = self.fields.readerIndex + found.lowerBound
        return self.fields.getSlice(at: start, length: found.count) ?? ByteBuffer()
    }

    /// For a reference: the serialized sizes of what was stored, in bytes.
    public var externalPayloadSizes: [Int64] {
        var sizes: [Int64] = []
        let bytes = self.fields.readableBytesUInt8Span
        var fields = WireReader(0..<bytes.count)
        while let field = try? fields.next(in: bytes) {
            guard field.number == 3, field.type == .lengthDelimited else { continue }
            var size: Int64 = 0
            var details = WireReader(field.body)
            while let detail = try? details.next(in: bytes) {
                if detail.number == 1, detail.type == .varint { size = Int64(bitPattern: detail.varint) }
            }
            sizes.append(size)
        }
        return sizes
    }

    /// Where key and value of an entry stand.
    static func metadataEntry(_ entry: Range<Int>, of bytes: Span<UInt8>) -> (key: Range<Int>, value: Range<Int>) {
        var (key, value) = (0..<0, 0..<0)
        var parts = WireReader(entry)
        while let part = try? parts.next(in: bytes) {
            guard part.type == .lengthDelimited else { continue }
            if part.number == 1 { key = part.body } else if part.number == 2 { value = part.body }
        }
        return (key, value)
    }
}

extension Span<UInt8> {
    func array(in range: Range<Int>) -> [UInt8] {
        var array: [UInt8] = []
        array.reserveCapacity(range.count)
        for index in range { array.append(self[index]) }
        return array
    }
}
