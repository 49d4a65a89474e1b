//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Finds single values in the short XML answers of STS.
///
/// The values that are looked for are leaves without attributes, with names that are unique in the answer. Anything
/// else is not found, so a document of another shape gives an error, never a wrong value.
enum XMLText {
    /// The text of the first element of that name.
    ///
    /// - Returns: Its text with the entities replaced; nil if there is none or it holds elements.
    static func value(of name: String, in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard let start = self.end(of: Array("<\(name)>".utf8), in: bytes, from: 0),
            let stop = bytes[start...].firstIndex(of: UInt8(ascii: "<")),
            bytes[stop...].starts(with: Array("</\(name)>".utf8))
        else { return nil }
        return self.unescape(String(decoding: bytes[start..<stop], as: UTF8.self)).trimmingASCIIWhitespace()
    }

    private static func end(of needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        for index in start...(bytes.count - needle.count) where bytes[index...].starts(with: needle) {
            return index + needle.count
        }
        return nil
    }

    private static func unescape(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "&") {
            result += rest[..<mark]
            rest = rest[mark...]
            guard let end = rest.firstIndex(of: ";"),
                let character = self.entity(rest[rest.index(after: mark)..<end])
            else {
                result.append("&")
                rest = rest.dropFirst()
                continue
            }
            result.unicodeScalars.append(character)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func entity(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where name.hasPrefix("#x"): UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        case _ where name.hasPrefix("#"): UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
        default: nil
        }
    }
}
