//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Writes JSON text.
package struct JSONWriter: Sendable {
    /// What has been written, in UTF-8.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Writes text that is JSON already.
    package mutating func write(_ text: String) {
        self.bytes.append(contentsOf: text.utf8)
    }

    /// Writes a quoted string.
    ///
    /// Escaped is what JSON demands, and nothing else.
    package mutating func write(string: String) {
        self.bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0..<0x20:
                self.bytes.append(contentsOf: "\\u00".utf8)
                self.bytes.append(HexDigit.lowercase(byte >> 4))
                self.bytes.append(HexDigit.lowercase(byte & 15))
            default:
                self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a value without white space, members in their order.
    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: self.write("null")
        case .bool(let value): self.write(value ? "true" : "false")
        case .number(let digits): self.write(digits)
        case .string(let value): self.write(string: value)
        case .array(let elements):
            self.write("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { self.write(",") }
                self.write(element)
            }
            self.write("]")
        case .object(let members):
            self.write("{")
            for (index, member) in members.enumerated() {
                if index > 0 { self.write(",") }
                self.write(string: member.key)
                self.write(":")
                self.write(member.value)
            }
            self.write("}")
        }
    }
}

extension JSONValue {
    /// The value as JSON text in UTF-8, without white space, members in their order.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The value as JSON text, without white space, members in their order.
    package var text: String { String(decoding: self.bytes, as: UTF8.self) }
}
