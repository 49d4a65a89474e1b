//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

extension JSONValue {
    /// Parses one JSON text (RFC 8259), all of it.
    init(parsing buffer: ByteBuffer) throws(JSONError) {
        var parser = JSONParser(bytes: Array(buffer.readableBytesView))
        self = try parser.parse()
    }
}

/// A parser for JSON that anybody may have written.
///
/// References are small, so it works on an array.
private struct JSONParser {
    /// Deeper than what any writer of references nests.
    private static let depthLimit = 32

    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parse() throws(JSONError) -> JSONValue {
        let value = try self.value(depth: 0)
        self.skipSpace()
        guard self.position == self.bytes.count else { throw self.error("text after the value") }
        return value
    }

    private var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private func error(_ reason: String) -> JSONError { JSONError(reason: reason, position: self.position) }

    private mutating func skipSpace() {
        while let byte = self.current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.current == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.depthLimit else { throw self.error("nested too deep") }
        self.skipSpace()
        switch self.current {
        case UInt8(ascii: "{"): return try .object(self.object(depth: depth))
        case UInt8(ascii: "["):
            try self.array(depth: depth)
            return .array
        case UInt8(ascii: "\""): return try .string(self.string())
        case UInt8(ascii: "t"): return try self.literal("true", .bool)
        case UInt8(ascii: "f"): return try self.literal("false", .bool)
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        case UInt8(ascii: "-"):
            try self.number()
            return .number
        case let digit? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit):
            try self.number()
            return .number
        case nil: throw self.error("end of text where a value is expected")
        default: throw self.error("no value")
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in "\(text)".utf8 {
            guard self.take(byte) else { throw self.error("no value") }
        }
        return value
    }

    private mutating func number() throws(JSONError) {
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) { try self.digits() }
        if self.take(UInt8(ascii: ".")) { try self.digits() }
        guard self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) else { return }
        if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
        try self.digits()
    }

    private mutating func digits() throws(JSONError) {
        let start = self.position
        while let byte = self.current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.position += 1 }
        guard self.position > start else { throw self.error("a digit is missing") }
    }

    private mutating func array(depth: Int) throws(JSONError) {
        self.position += 1
        self.skipSpace()
        guard !self.take(UInt8(ascii: "]")) else { return }
        while true {
            _ = try self.value(depth: depth + 1)
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return }
            guard self.take(UInt8(ascii: ",")) else { throw self.error("a comma or the end of the array is missing") }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> [(key: String, value: JSONValue)] {
        self.position += 1
        self.skipSpace()
        guard !self.take(UInt8(ascii: "}")) else { return [] }
        var entries: [(key: String, value: JSONValue)] = []
        while true {
            self.skipSpace()
            guard self.current == UInt8(ascii: "\"") else { throw self.error("a key is missing") }
            let key = try self.string()
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")) else { throw self.error("a colon is missing") }
            entries.append((key, try self.value(depth: depth + 1)))
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return entries }
            guard self.take(UInt8(ascii: ",")) else { throw self.error("a comma or the end of the object is missing") }
        }
    }

    private mutating func string() throws(JSONError) -> String {
        self.position += 1
        var text: [UInt8] = []
        while let byte = self.current {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw self.error("text is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try self.escape(into: &text)
            case 0..<0x20: throw self.error("a control character in a string")
            default: text.append(byte)
            }
        }
        throw self.error("end of text inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = self.current else { throw self.error("end of text inside a string") }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try text.append(contentsOf: String(Character(self.scalar())).utf8)
        default: throw self.error("an unknown escape")
        }
    }

    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try self.codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) else {
            throw self.error("half of a surrogate pair")
        }
        let second = try self.codeUnit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw self.error("half of a surrogate pair") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw self.error("a hexadecimal digit is missing")
            }
            unit = unit << 4 | UInt32(digit)
            self.position += 1
        }
        return unit
    }
}
