//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension JSONValue {
    /// Parses one JSON text in UTF-8, all of it.
    ///
    /// - Parameters:
    ///   - bytes: The text; white space around it is allowed, a byte order mark is not.
    ///   - maximumDepth: How deep values may nest. Reading uses the stack.
    /// - Throws: ``JSONError``.
    package init(parsing bytes: some Sequence<UInt8>, maximumDepth: Int = 32) throws(JSONError) {
        var parser = JSONParser(bytes: Array(bytes), maximumDepth: maximumDepth)
        self = try parser.parse()
    }
}

/// A parser for JSON that anybody may have written.
private struct JSONParser {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
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
        guard depth < self.maximumDepth else { throw self.error("nested too deep") }
        self.skipSpace()
        switch self.current {
        case UInt8(ascii: "{"): return try .object(self.object(depth: depth))
        case UInt8(ascii: "["): return try .array(self.array(depth: depth))
        case UInt8(ascii: "\""): return try .string(self.string())
        case UInt8(ascii: "t"): return try self.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try self.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        case nil: throw self.error("end of text where a value is expected")
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try .number(self.number())
        default: throw self.error("no value")
        }
    }

    private mutating func literal(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in text.utf8 {
            guard self.take(byte) else { throw self.error("no value") }
        }
        return value
    }

    private mutating func number() throws(JSONError) -> String {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) { try self.digits() }
        if self.take(UInt8(ascii: ".")) { try self.digits() }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            try self.digits()
        }
        return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = self.position
        while let byte = self.current, Self.isDigit(byte) { self.position += 1 }
        guard self.position > start else { throw self.error("a digit is missing") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        self.position += 1
        self.skipSpace()
        guard !self.take(UInt8(ascii: "]")) else { return [] }
        var elements: [JSONValue] = []
        while true {
            elements.append(try self.value(depth: depth + 1))
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return elements }
            guard self.take(UInt8(ascii: ",")) else { throw self.error("a comma or the end of the array is missing") }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> [JSONValue.Member] {
        self.position += 1
        self.skipSpace()
        guard !self.take(UInt8(ascii: "}")) else { return [] }
        var members: [JSONValue.Member] = []
        while true {
            self.skipSpace()
            guard self.current == UInt8(ascii: "\"") else { throw self.error("a key is missing") }
            let key = try self.string()
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")) else { throw self.error("a colon is missing") }
            members.append(JSONValue.Member(key: key, value: try self.value(depth: depth + 1)))
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return members }
            guard self.take(UInt8(ascii: ",")) else { throw self.error("a comma or the end of the object is missing") }
        }
    }

    private mutating func string() throws(JSONError) -> String {
        self.position += 1
        let start = self.position
        while let byte = self.current {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""): return try self.text(self.bytes[start..<(self.position - 1)])
            case UInt8(ascii: "\\"):
                self.position -= 1
                return try self.string(after: Array(self.bytes[start..<self.position]))
            case 0..<0x20: throw self.error("a control character in a string")
            default: break
            }
        }
        throw self.error("end of text inside a string")
    }

    /// The rest of a string that holds escapes.
    private mutating func string(after beginning: [UInt8]) throws(JSONError) -> String {
        var text = beginning
        while let byte = self.current {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""): return try self.text(text)
            case UInt8(ascii: "\\"): try self.escape(into: &text)
            case 0..<0x20: throw self.error("a control character in a string")
            default: text.append(byte)
            }
        }
        throw self.error("end of text inside a string")
    }

    private func text(_ bytes: some Collection<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw self.error("text is not UTF-8") }
        return text
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
            guard let digit = self.current.flatMap(HexDigit.value(of:)) else {
                throw self.error("a hexadecimal digit is missing")
            }
            unit = unit << 4 | UInt32(digit)
            self.position += 1
        }
        return unit
    }
}
