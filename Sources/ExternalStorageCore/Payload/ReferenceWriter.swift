//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// Writes the payload of a reference at once, into memory of its final size.
///
/// Every store writes one, and one that finds its payload in the cache does little else.
enum ReferenceWriter {
    /// What stands before the data of every plain reference: metadata in the order of its keys.
    private static let metadata = Array(
        PayloadWriter.serialize(
            metadata: [
                "encoding": Array(StorageReference.encoding.utf8),
                "messageType": Array(StorageReference.messageType.utf8),
            ],
            data: ByteBuffer(),
            externalPayloadSizes: []
        ).readableBytesView
    )

    /// - Parameters:
    ///   - reference: The reference; its JSON has its keys sorted and no spaces, as the Python SDK writes it.
    ///   - sizeInBytes: The size of what was stored.
    /// - Returns: The payload.
    static func payload(_ reference: StorageReference, forStored sizeInBytes: Int) -> Payload {
        var entries = reference.claim.entries.map { (key: QuotedText($0.key), value: QuotedText($0.value)) }
        entries.sort { $0.key.text.precedes($1.key.text) }
        let driverName = QuotedText(reference.driverName)
        var json = "{\"claimData\":{},\"driverName\":}".utf8.count + driverName.count + max(0, entries.count - 1)
        for entry in entries { json += entry.key.count + 1 + entry.value.count }
        let size = UInt64(bitPattern: Int64(sizeInBytes))
        let details = sizeInBytes == 0 ? 0 : 1 + Varint.byteCount(size)
        let metadata = Self.metadata
        let count = metadata.count + PayloadWriter.size(ofField: json) + PayloadWriter.size(ofField: details)

        var buffer = ByteBufferAllocator().buffer(capacity: count)
        _ = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            var output = unsafe ReferenceOutput(memory)
            unsafe output.write(metadata)
            unsafe output.write(UInt8(2 << 3 | 2))
            unsafe output.write(varint: UInt64(json))
            unsafe output.write("{\"claimData\":{" as StaticString)
            for (index, entry) in entries.enumerated() {
                if index > 0 { unsafe output.write(UInt8(ascii: ",")) }
                unsafe output.write(entry.key)
                unsafe output.write(UInt8(ascii: ":"))
                unsafe output.write(entry.value)
            }
            unsafe output.write("},\"driverName\":" as StaticString)
            unsafe output.write(driverName)
            unsafe output.write(UInt8(ascii: "}"))
            unsafe output.write(UInt8(3 << 3 | 2))
            unsafe output.write(varint: UInt64(details))
            if sizeInBytes != 0 {
                unsafe output.write(UInt8(1 << 3))
                unsafe output.write(varint: size)
            }
            return unsafe output.count
        }
        precondition(buffer.readableBytes == count, "a reference has the size that was worked out for it")
        return Payload(unchecked: buffer)
    }
}

/// A text, and how many bytes it takes as a JSON string.
private struct QuotedText {
    var text: String
    var count: Int

    init(_ text: String) {
        self.text = text
        self.count = text.utf8.count + 2 + text.escapes
    }

    var isPlain: Bool { self.count == self.text.utf8.count + 2 }
}

/// Memory that is filled from its beginning: a `ByteBuffer` asks at every byte whether it is the only one to hold it.
///
/// Each write checks that there is room for it, so nothing is written behind the end. Valid as long as the memory is.
@unsafe
private struct ReferenceOutput {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe self.memory = memory
    }

    @inline(__always)
    mutating func write(_ byte: UInt8) {
        unsafe precondition(self.count < self.memory.count, "a byte has a place")
        unsafe self.memory[self.count] = byte
        unsafe self.count += 1
    }

    @inline(__always)
    mutating func write(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            unsafe self.write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        unsafe self.write(UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe self.write($0) } }

    mutating func write(_ text: StaticString) {
        unsafe self.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        unsafe precondition(bytes.count <= self.memory.count - self.count, "bytes have a place")
        guard let start = bytes.baseAddress, let memory = unsafe self.memory.baseAddress else { return }
        unsafe (memory + self.count).copyMemory(from: start, byteCount: bytes.count)
        unsafe self.count += bytes.count
    }

    /// Escaped is what JSON demands, and nothing else.
    mutating func write(_ quoted: QuotedText) {
        unsafe self.write(UInt8(ascii: "\""))
        let isCopied: Void? =
            quoted.isPlain
            ? unsafe quoted.text.utf8.withContiguousStorageIfAvailable { unsafe self.write(UnsafeRawBufferPointer($0)) }
            : nil
        if isCopied == nil {
            for byte in quoted.text.utf8 { unsafe self.write(escaping: byte) }
        }
        unsafe self.write(UInt8(ascii: "\""))
    }

    private mutating func write(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            unsafe self.write(UInt8(ascii: "\\"))
            unsafe self.write(byte)
        case 0..<0x20:
            unsafe self.write("\\u00" as StaticString)
            unsafe self.write(Self.digit(byte >> 4))
            unsafe self.write(Self.digit(byte & 15))
        default: unsafe self.write(byte)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension String {
    /// How many bytes more it takes in JSON, for what has to be escaped there.
    fileprivate var escapes: Int {
        // In one piece of memory without a bounds check per byte, so that the loop becomes a few instructions.
        unsafe self.utf8.withContiguousStorageIfAvailable { Self.escapes(unsafe $0.span) }
            ?? Self.escapes(Array(self.utf8).span)
    }

    private static func escapes(_ bytes: Span<UInt8>) -> Int {
        var count = 0
        for index in 0..<bytes.count {
            let byte = unsafe bytes[unchecked: index]
            count &+= byte < 0x20 ? 5 : 0
            count &+= byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0
        }
        return count
    }

    /// Whether its bytes come before those of another text.
    fileprivate func precedes(_ other: String) -> Bool {
        let order = unsafe self.utf8.withContiguousStorageIfAvailable { own in
            unsafe other.utf8.withContiguousStorageIfAvailable { other in
                let common = min(own.count, other.count)
                for index in 0..<common where unsafe own[index] != other[index] {
                    return unsafe own[index] < other[index]
                }
                return own.count < other.count
            }
        }
        return (order ?? nil) ?? self.utf8.lexicographicallyPrecedes(other.utf8)
    }
}
