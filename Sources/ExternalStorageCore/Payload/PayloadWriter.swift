//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// Serializes a payload, once, into memory of its final size.
enum PayloadWriter {
    static func serialize(metadata: [String: [UInt8]], data: ByteBuffer, externalPayloadSizes: [Int64]) -> ByteBuffer {
        let entries = metadata.map { (key: Array($0.key.utf8), value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let entrySizes = entries.map { Self.size(ofField: $0.key.count) + Self.size(ofField: $0.value.count) }
        let detailSizes = externalPayloadSizes.map { $0 == 0 ? 0 : 1 + Varint.byteCount(UInt64(bitPattern: $0)) }
        let count =
            (entrySizes + detailSizes).reduce(0) { $0 + Self.size(ofField: $1) }
            + (data.readableBytes == 0 ? 0 : Self.size(ofField: data.readableBytes))

        var buffer = ByteBufferAllocator().buffer(capacity: count)
        for (entry, size) in zip(entries, entrySizes) {
            buffer.writeTag(1, count: size)
            buffer.writeTag(1, count: entry.key.count)
            buffer.writeBytes(entry.key)
            buffer.writeTag(2, count: entry.value.count)
            buffer.writeBytes(entry.value)
        }
        if data.readableBytes > 0 {
            buffer.writeTag(2, count: data.readableBytes)
            buffer.writeImmutableBuffer(data)
        }
        for (payloadSize, size) in zip(externalPayloadSizes, detailSizes) {
            buffer.writeTag(3, count: size)
            guard payloadSize != 0 else { continue }
            buffer.writeInteger(UInt8(1 << 3))
            buffer.writeVarint(UInt64(bitPattern: payloadSize))
        }
        return buffer
    }

    /// What comes before the first byte of the data in a payload without external payloads.
    static func head(metadata: [String: [UInt8]], dataSizeInBytes: Int) -> ByteBuffer {
        self.head(
            fields: self.serialize(metadata: metadata, data: ByteBuffer(), externalPayloadSizes: []),
            dataSizeInBytes: dataSizeInBytes
        )
    }

    /// What comes before the first byte of the data, behind other fields.
    static func head(fields: ByteBuffer, dataSizeInBytes: Int) -> ByteBuffer {
        var buffer = fields
        if dataSizeInBytes > 0 { buffer.writeTag(2, count: dataSizeInBytes) }
        return buffer
    }

    /// Tag, length and `count` bytes.
    static func size(ofField count: Int) -> Int {
        1 + Varint.byteCount(forLength: count) + count
    }
}

extension ByteBuffer {
    fileprivate mutating func writeTag(_ number: UInt8, count: Int) {
        self.writeInteger(number << 3 | 2)
        self.writeVarint(UInt64(count))
    }
}
