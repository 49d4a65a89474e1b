//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// One field of a message: its number, how it is written, and where.
package struct WireField: Hashable, Sendable {
    package var number: UInt32
    package var type: WireType
    /// Where the tag begins.
    package var start: Int
    /// Where the length of a length-delimited field begins; otherwise the same as ``bodyStart``.
    package var lengthStart: Int
    /// Where the value begins: the bytes of a length-delimited field, else the number itself.
    package var bodyStart: Int
    /// Where the value ends; for a group, where its closing tag ends.
    package var bodyEnd: Int
    /// The value of a varint; zero for all other types.
    package var varint: UInt64

    package var body: Range<Int> { self.bodyStart..<self.bodyEnd }
    package var count: Int { self.bodyEnd - self.bodyStart }
}

/// A position in a message that moves from field to field.
///
/// The bytes are passed to every call and never kept, so the reader is an ordinary value.
package struct WireReader: Sendable {
    package private(set) var position: Int
    package let end: Int

    /// A reader of the fields in `range`.
    @inline(__always)
    package init(_ range: Range<Int>) {
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    @inline(__always)
    package var isAtEnd: Bool { self.position >= self.end }

    /// The next field, or nil at the end.
    ///
    /// Groups are skipped as one field: protobuf's readers treat them as unknown fields too.
    @inline(__always)
    package mutating func next(in bytes: Span<UInt8>) throws(WireError) -> WireField? {
        guard self.position < self.end else { return nil }
        let start = self.position
        let tag = try self.readTag(in: bytes)
        let number = tag >> 3
        guard number != 0 else { throw WireError(.invalidFieldNumber, at: start) }
        var field = WireField(
            number: number,
            type: .varint,
            start: start,
            lengthStart: self.position,
            bodyStart: self.position,
            bodyEnd: self.position,
            varint: 0
        )
        // Nearly all fields are of these two types; tests for them are predicted better than a jump through a table.
        if tag & 7 == 2 {
            field.type = .lengthDelimited
            let length = try self.readVarint(in: bytes)
            guard length <= UInt64(self.end - self.position) else { throw WireError(.truncated, at: start) }
            field.bodyStart = self.position
            self.position += Int(truncatingIfNeeded: length)
        } else if tag & 7 == 0 {
            field.varint = try self.readVarint(in: bytes)
        } else {
            field.type = try self.skipRareField(tag, from: start, in: bytes)
        }
        field.bodyEnd = self.position
        return field
    }

    /// Skips a field that is neither length-delimited nor a varint, and returns its type.
    @inline(never)
    private mutating func skipRareField(
        _ tag: UInt32,
        from start: Int,
        in bytes: Span<UInt8>
    ) throws(WireError) -> WireType {
        switch tag & 7 {
        case 1:
            try self.skip(8)
            return .fixed64
        case 5:
            try self.skip(4)
            return .fixed32
        case 3:
            try self.skipGroup(number: tag >> 3, in: bytes)
            return .startGroup
        case 4:
            throw WireError(.unbalancedGroup, at: start)
        default:
            throw WireError(.invalidWireType, at: start)
        }
    }

    @inline(__always)
    private mutating func readTag(in bytes: Span<UInt8>) throws(WireError) -> UInt32 {
        let first = bytes[self.position]
        if first < 0x80 {
            self.position += 1
            return UInt32(first)
        }
        let start = self.position
        let tag = try self.readVarint(in: bytes)
        guard tag <= UInt64(UInt32.max) else { throw WireError(.invalidFieldNumber, at: start) }
        return UInt32(truncatingIfNeeded: tag)
    }

    /// A varint of at most ten bytes; bits above the 64th are dropped, as protobuf's readers do.
    @inline(__always)
    package mutating func readVarint(in bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        guard self.position < self.end else { throw WireError(.truncated, at: self.position) }
        let first = bytes[self.position]
        if first < 0x80 {
            self.position += 1
            return UInt64(first)
        }
        if self.end - self.position > 1 {
            let second = bytes[self.position + 1]
            if second < 0x80 {
                self.position += 2
                return UInt64(first & 0x7F) | UInt64(second) &<< 7
            }
        }
        return try self.readLongVarint(in: bytes)
    }

    @inline(never)
    private mutating func readLongVarint(in bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        let start = self.position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < self.end {
            let byte = bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 70 else { throw WireError(.malformedVarint, at: start) }
        }
        throw WireError(.truncated, at: start)
    }

    @inline(__always)
    private mutating func skip(_ count: Int) throws(WireError) {
        guard self.end - self.position >= count else { throw WireError(.truncated, at: self.position) }
        self.position += count
    }

    /// Skips to behind the tag that closes group `number`, whose opening tag has been read.
    @inline(never)
    private mutating func skipGroup(number: UInt32, in bytes: Span<UInt8>) throws(WireError) {
        var open = [number]
        while let innermost = open.last {
            guard self.position < self.end else { throw WireError(.unbalancedGroup, at: self.position) }
            let start = self.position
            let tag = try self.readTag(in: bytes)
            guard tag >> 3 != 0 else { throw WireError(.invalidFieldNumber, at: start) }
            switch tag & 7 {
            case 0: _ = try self.readVarint(in: bytes)
            case 1: try self.skip(8)
            case 2:
                let length = try self.readVarint(in: bytes)
                guard length <= UInt64(self.end - self.position) else { throw WireError(.truncated, at: start) }
                self.position += Int(truncatingIfNeeded: length)
            case 3:
                guard open.count < PayloadScanner.depthLimit else { throw WireError(.tooDeep, at: start) }
                open.append(tag >> 3)
            case 4:
                guard tag >> 3 == innermost else { throw WireError(.unbalancedGroup, at: start) }
                open.removeLast()
            case 5: try self.skip(4)
            default: throw WireError(.invalidWireType, at: start)
            }
        }
    }
}
