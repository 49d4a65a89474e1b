//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import NIOCore

/// Proto3 JSON of `temporal.api.common.v1.Payloads`, read from whoever wrote it.
///
/// The Web UI writes proto3 JSON, the CLI what Go makes of its generated structs: `external_payloads` for
/// `externalPayloads`, and sizes as numbers instead of strings. Both spellings of both are read. Fields that nobody knows
/// are stepped over.
enum PayloadsJSON {
    /// Why a body cannot be read; names the place, never the content.
    struct Malformed: Error, Hashable {
        var reason: String
        var position: Int
    }

    /// What a body may hold.
    struct Limits: Hashable, Sendable {
        /// How many payloads.
        var count: Int
        /// The largest payload, in serialized bytes.
        var payloadSizeInBytes: Int
    }

    /// Reads a body, all of it.
    static func payloads(in body: ByteBuffer, limits: Limits) throws(Malformed) -> [Payload] {
        let bytes = body.readableBytesUInt8Span
        var parser = PayloadsParser(limits: limits)
        return try parser.parse(bytes)
    }
}

private struct PayloadsParser {
    typealias Malformed = PayloadsJSON.Malformed

    /// Deeper than what any writer of payloads nests.
    private static let depthLimit = 32

    var limits: PayloadsJSON.Limits
    private var position = 0

    init(limits: PayloadsJSON.Limits) {
        self.limits = limits
    }

    mutating func parse(_ bytes: Span<UInt8>) throws(Malformed) -> [Payload] {
        var payloads: [Payload] = []
        try self.object(bytes) { parser, key, bytes throws(Malformed) in
            guard key == "payloads" else { return try parser.skipValue(bytes, depth: 1) }
            payloads = []
            guard !parser.takeNull(bytes) else { return }
            try parser.array(bytes) { parser, bytes throws(Malformed) in
                guard payloads.count < parser.limits.count else {
                    throw parser.malformed("more than \(parser.limits.count) payloads")
                }
                payloads.append(try parser.payload(bytes))
            }
        }
        self.skipSpace(bytes)
        guard self.position == bytes.count else { throw self.malformed("text after the payloads") }
        return payloads
    }

    private mutating func payload(_ bytes: Span<UInt8>) throws(Malformed) -> Payload {
        var metadata: [String: [UInt8]] = [:]
        var data = ByteBuffer()
        var sizes: [Int64] = []
        try self.object(bytes) { parser, key, bytes throws(Malformed) in
            switch key {
            case "metadata":
                guard !parser.takeNull(bytes) else { return }
                try parser.object(bytes) { parser, key, bytes throws(Malformed) in
                    metadata[key] = Array((try parser.base64(bytes)).readableBytesView)
                }
            case "data":
                guard !parser.takeNull(bytes) else { return }
                data = try parser.base64(bytes)
            case "externalPayloads", "external_payloads":
                sizes = []
                guard !parser.takeNull(bytes) else { return }
                try parser.array(bytes) { parser, bytes throws(Malformed) in
                    sizes.append(try parser.details(bytes))
                }
            default: try parser.skipValue(bytes, depth: 3)
            }
        }
        let payload = Payload(metadata: metadata, data: data, externalPayloadSizes: sizes)
        guard payload.sizeInBytes <= self.limits.payloadSizeInBytes else {
            throw self.malformed("a payload of more than \(self.limits.payloadSizeInBytes) bytes")
        }
        return payload
    }

    private mutating func details(_ bytes: Span<UInt8>) throws(Malformed) -> Int64 {
        var size: Int64 = 0
        try self.object(bytes) { parser, key, bytes throws(Malformed) in
            guard key == "sizeBytes" || key == "size_bytes" else { return try parser.skipValue(bytes, depth: 5) }
            guard !parser.takeNull(bytes) else { return }
            size = try parser.size(bytes)
        }
        return size
    }

    /// A 64-bit number, as a number or as a string.
    private mutating func size(_ bytes: Span<UInt8>) throws(Malformed) -> Int64 {
        self.skipSpace(bytes)
        let start = self.position
        let isQuoted = self.take(UInt8(ascii: "\""), bytes)
        var digits: [UInt8] = []
        while let byte = self.current(bytes), digits.count < 32,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        {
            digits.append(byte)
            self.position += 1
        }
        let text = String(decoding: digits, as: UTF8.self)
        // As protobuf has it, 5e3 and 5.0 are whole numbers too.
        guard let size = Int64(text) ?? Double(text).flatMap(Int64.init(exactly:)), size >= 0,
            !isQuoted || self.take(UInt8(ascii: "\""), bytes)
        else {
            self.position = start
            throw self.malformed("a size that is no whole number of bytes")
        }
        return size
    }

    private mutating func base64(_ bytes: Span<UInt8>) throws(Malformed) -> ByteBuffer {
        self.skipSpace(bytes)
        let start = self.position
        let (range, isEscaped) = try self.stringRange(bytes)
        var decoded: ByteBuffer?
        if isEscaped {
            let characters = try self.unescape(range, bytes)
            decoded = Base64.decode(characters.span)
        } else {
            decoded = Base64.decode(bytes.extracting(range))
        }
        guard let decoded else {
            self.position = start
            throw self.malformed("a value that is not Base64")
        }
        return decoded
    }
}

// MARK: JSON

extension PayloadsParser {
    private func current(_ bytes: Span<UInt8>) -> UInt8? {
        self.position < bytes.count ? bytes[self.position] : nil
    }

    private func malformed(_ reason: String) -> Malformed { Malformed(reason: reason, position: self.position) }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while let byte = self.current(bytes), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard self.current(bytes) == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func takeLiteral(_ text: StaticString, _ bytes: Span<UInt8>) -> Bool {
        let end = self.position + text.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for (offset, byte) in "\(text)".utf8.enumerated() where bytes[self.position + offset] != byte { return false }
        self.position = end
        return true
    }

    private mutating func takeNull(_ bytes: Span<UInt8>) -> Bool {
        self.skipSpace(bytes)
        return self.takeLiteral("null", bytes)
    }

    private mutating func object(
        _ bytes: Span<UInt8>,
        _ member: (inout Self, String, Span<UInt8>) throws(Malformed) -> Void
    ) throws(Malformed) {
        self.skipSpace(bytes)
        guard self.take(UInt8(ascii: "{"), bytes) else { throw self.malformed("no object where one is expected") }
        self.skipSpace(bytes)
        guard !self.take(UInt8(ascii: "}"), bytes) else { return }
        while true {
            self.skipSpace(bytes)
            let key = try self.key(bytes)
            self.skipSpace(bytes)
            guard self.take(UInt8(ascii: ":"), bytes) else { throw self.malformed("a colon is missing") }
            try member(&self, key, bytes)
            self.skipSpace(bytes)
            if self.take(UInt8(ascii: "}"), bytes) { return }
            guard self.take(UInt8(ascii: ","), bytes) else {
                throw self.malformed("a comma or the end of an object is missing")
            }
        }
    }

    private mutating func array(
        _ bytes: Span<UInt8>,
        _ element: (inout Self, Span<UInt8>) throws(Malformed) -> Void
    ) throws(Malformed) {
        self.skipSpace(bytes)
        guard self.take(UInt8(ascii: "["), bytes) else { throw self.malformed("no array where one is expected") }
        self.skipSpace(bytes)
        guard !self.take(UInt8(ascii: "]"), bytes) else { return }
        while true {
            try element(&self, bytes)
            self.skipSpace(bytes)
            if self.take(UInt8(ascii: "]"), bytes) { return }
            guard self.take(UInt8(ascii: ","), bytes) else {
                throw self.malformed("a comma or the end of an array is missing")
            }
        }
    }

    private mutating func key(_ bytes: Span<UInt8>) throws(Malformed) -> String {
        let (range, isEscaped) = try self.stringRange(bytes)
        var text: [UInt8] = []
        if isEscaped {
            text = try self.unescape(range, bytes)
        } else {
            for index in range { text.append(bytes[index]) }
        }
        guard let key = String(validating: text, as: UTF8.self) else { throw self.malformed("a key is not UTF-8") }
        return key
    }

    /// Steps over a string, and says where its characters stand.
    private mutating func stringRange(_ bytes: Span<UInt8>) throws(Malformed) -> (Range<Int>, isEscaped: Bool) {
        guard self.take(UInt8(ascii: "\""), bytes) else { throw self.malformed("no string where one is expected") }
        let start = self.position
        var isEscaped = false
        while let byte = self.current(bytes) {
            switch byte {
            case UInt8(ascii: "\""):
                self.position += 1
                return (start..<self.position - 1, isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                self.position += 2
            case 0..<0x20: throw self.malformed("a control character in a string")
            default: self.position += 1
            }
        }
        throw self.malformed("end of text inside a string")
    }

    private func unescape(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(Malformed) -> [UInt8] {
        var text: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                var unit = try self.codeUnit(&index, range, bytes)
                if (0xD800..<0xDC00).contains(unit), index + 1 < range.upperBound, bytes[index] == UInt8(ascii: "\\"),
                    bytes[index + 1] == UInt8(ascii: "u")
                {
                    index += 2
                    let second = try self.codeUnit(&index, range, bytes)
                    guard (0xDC00..<0xE000).contains(second) else { throw self.malformed("half of a surrogate pair") }
                    unit = 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
                }
                guard let scalar = Unicode.Scalar(unit) else { throw self.malformed("half of a surrogate pair") }
                text.append(contentsOf: String(Character(scalar)).utf8)
            default: throw self.malformed("an unknown escape")
            }
        }
        return text
    }

    private func codeUnit(_ index: inout Int, _ range: Range<Int>, _ bytes: Span<UInt8>) throws(Malformed) -> UInt32 {
        guard index + 4 <= range.upperBound else { throw self.malformed("a hexadecimal digit is missing") }
        var unit: UInt32 = 0
        for offset in 0..<4 {
            let byte = bytes[index + offset]
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.malformed("a hexadecimal digit is missing")
            }
            unit = unit << 4 | UInt32(digit)
        }
        index += 4
        return unit
    }

    private mutating func skipValue(_ bytes: Span<UInt8>, depth: Int) throws(Malformed) {
        guard depth < Self.depthLimit else { throw self.malformed("nested too deep") }
        self.skipSpace(bytes)
        switch self.current(bytes) {
        case UInt8(ascii: "{"):
            try self.object(bytes) { parser, _, bytes throws(Malformed) in
                try parser.skipValue(bytes, depth: depth + 1)
            }
        case UInt8(ascii: "["):
            try self.array(bytes) { parser, bytes throws(Malformed) in
                try parser.skipValue(bytes, depth: depth + 1)
            }
        case UInt8(ascii: "\""):
            _ = try self.stringRange(bytes)
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            while let byte = self.current(bytes),
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
            { self.position += 1 }
        default:
            guard
                self.takeLiteral("true", bytes) || self.takeLiteral("false", bytes) || self.takeLiteral("null", bytes)
            else { throw self.malformed("no value where one is expected") }
        }
    }
}
