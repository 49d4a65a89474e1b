//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import NIOCore

/// A response body, made of payloads piece by piece: its memory is that of the payloads and of one piece.
///
/// Proto3 JSON as the Web UI needs it: `externalPayloads` with `sizeBytes` as a string; what is empty is left out.
struct PayloadsBody: Sendable {
    private enum Part {
        case text(ByteBuffer)
        case base64(ByteBuffer)
    }

    /// A multiple of three, so that the pieces of one value can be put after one another.
    private static let pieceSize = 48 * 1_024

    private var parts: [Part] = []
    /// Their memory, in the same order.
    private var sizes: [Int] = []
    /// The size of all pieces, in bytes.
    private(set) var sizeInBytes = 0
    /// The memory of what is not written yet, in bytes; a payload of which a piece is left is there as a whole.
    private(set) var retainedBytes = 0

    init(_ payloads: [Payload]) {
        var text = ByteBuffer()
        func flush() {
            guard text.readableBytes > 0 else { return }
            self.sizeInBytes += text.readableBytes
            self.append(.text(text), text.readableBytes)
            text = ByteBuffer()
        }
        text.writeString("{\"payloads\":[")
        for (index, payload) in payloads.enumerated() {
            text.writeString(index == 0 ? "{" : ",{")
            var separator = ""
            let metadata = payload.metadata
            if !metadata.isEmpty {
                text.writeString("\"metadata\":{")
                let entries = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                for (index, entry) in entries.enumerated() {
                    text.writeString(index == 0 ? "\"" : ",\"")
                    Self.write(escaped: entry.key, to: &text)
                    text.writeString("\":\"")
                    Base64.encode(ByteBuffer(bytes: entry.value), into: &text)
                    text.writeString("\"")
                }
                text.writeString("}")
                separator = ","
            }
            let data = payload.data
            if data.readableBytes > 0 {
                text.writeString("\(separator)\"data\":\"")
                if data.readableBytes <= Self.pieceSize {
                    Base64.encode(data, into: &text)
                } else {
                    flush()
                    self.sizeInBytes += Base64.encodedSize(of: data.readableBytes)
                    self.append(.base64(data), data.readableBytes)
                }
                text.writeString("\"")
                separator = ","
            }
            let sizes = payload.externalPayloadSizes
            if !sizes.isEmpty {
                let details = sizes.map { $0 == 0 ? "{}" : "{\"sizeBytes\":\"\($0)\"}" }.joined(separator: ",")
                text.writeString("\(separator)\"externalPayloads\":[\(details)]")
            }
            text.writeString("}")
            if text.readableBytes >= Self.pieceSize { flush() }
        }
        text.writeString("]}")
        flush()
        // Pieces are taken from the end, and what has been written is let go of.
        self.parts.reverse()
        self.sizes.reverse()
    }

    private mutating func append(_ part: Part, _ size: Int) {
        self.parts.append(part)
        self.sizes.append(size)
        self.retainedBytes += size
    }

    /// The next piece, or nil at the end.
    mutating func next() -> ByteBuffer? {
        switch self.parts.popLast() {
        case nil: return nil
        case .text(let text)?:
            self.retainedBytes -= self.sizes.popLast() ?? 0
            return text
        case .base64(var rest)?:
            guard let piece = rest.readSlice(length: min(Self.pieceSize, rest.readableBytes)) else { return nil }
            if rest.readableBytes > 0 {
                self.parts.append(.base64(rest))
            } else {
                self.retainedBytes -= self.sizes.popLast() ?? 0
            }
            var output = ByteBufferAllocator().buffer(capacity: Base64.encodedSize(of: piece.readableBytes))
            Base64.encode(piece, into: &output)
            return output
        }
    }

    private static func write(escaped text: String, to buffer: inout ByteBuffer) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.writeInteger(UInt8(ascii: "\\"))
                buffer.writeInteger(byte)
            case 0..<0x20:
                buffer.writeString("\\u00")
                buffer.writeInteger(Self.digits[Int(byte >> 4)])
                buffer.writeInteger(Self.digits[Int(byte & 15)])
            default: buffer.writeInteger(byte)
            }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
