//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Walks the fields of one protobuf message, once, front to back.
///
/// Sees the whole wire format: fields it does not know are stepped over, groups included.
struct ProtobufFields {
    /// One field.
    ///
    /// `body` holds the bytes of a length-delimited field, and is empty for all others.
    struct Field {
        var number: UInt64
        var isLengthDelimited = false
        var isVarint = false
        var varint: UInt64 = 0
        var body: Range<Int> = 0..<0
    }

    /// The bytes end inside a field, or are no protobuf at all.
    struct Malformed: Error {
        var position: Int
    }

    /// More nesting than any message of Temporal has; groups are all that is nested here.
    private static let groupDepthLimit = 32

    private var position: Int
    private let end: Int

    /// - Parameter range: Where the message stands among the bytes.
    init(_ range: Range<Int>) {
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// The next field, or nil at the end of the message.
    mutating func next(in bytes: Span<UInt8>) throws(Malformed) -> Field? {
        guard self.position < self.end else { return nil }
        let tag = try self.varint(in: bytes)
        var field = Field(number: tag >> 3)
        guard field.number > 0, tag >> 32 == 0 else { throw self.malformed }
        switch tag & 7 {
        case 0:
            field.isVarint = true
            field.varint = try self.varint(in: bytes)
        case 1: try self.skip(8)
        case 2:
            field.isLengthDelimited = true
            field.body = try self.body(in: bytes)
        case 3: try self.skipGroup(field.number, in: bytes)
        case 5: try self.skip(4)
        default: throw self.malformed
        }
        return field
    }

    private var malformed: Malformed { Malformed(position: self.position) }

    private mutating func varint(in bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard self.position < self.end else { throw self.malformed }
            let byte = bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw self.malformed
    }

    private mutating func body(in bytes: Span<UInt8>) throws(Malformed) -> Range<Int> {
        let count = try self.varint(in: bytes)
        let start = self.position
        guard count <= UInt64(self.end - start) else { throw self.malformed }
        self.position = start + Int(count)
        return start..<self.position
    }

    private mutating func skip(_ count: Int) throws(Malformed) {
        guard count <= self.end - self.position else { throw self.malformed }
        self.position += count
    }

    private mutating func skipGroup(_ number: UInt64, in bytes: Span<UInt8>) throws(Malformed) {
        var open = [number]
        while let innermost = open.last {
            let tag = try self.varint(in: bytes)
            guard tag >> 3 > 0, tag >> 32 == 0 else { throw self.malformed }
            switch tag & 7 {
            case 0: _ = try self.varint(in: bytes)
            case 1: try self.skip(8)
            case 2: _ = try self.body(in: bytes)
            case 3:
                guard open.count < Self.groupDepthLimit else { throw self.malformed }
                open.append(tag >> 3)
            case 4:
                guard tag >> 3 == innermost else { throw self.malformed }
                open.removeLast()
            case 5: try self.skip(4)
            default: throw self.malformed
            }
        }
    }
}
