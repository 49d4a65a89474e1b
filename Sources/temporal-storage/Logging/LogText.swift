//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Text of strangers that goes to a log or a terminal.
///
/// By scalar and not by character: CR and LF are one character to Swift, and two line breaks to others.
enum LogText {
    /// Whether a scalar ends a line for somebody, or commands a terminal: C0, DEL, C1, and the separators of Unicode.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: false
        }
    }

    /// The text with every such scalar as an escape: `\n`, `\r`, `\t`, else `\u001b`.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            guard Self.isControl(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }
}

extension String {
    /// The text as one line: line breaks and what surrounds them as single spaces, other controls as escapes.
    var singleLine: String {
        let lines = self.unicodeScalars.split { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) }
            .map { String($0).trimmed }
            .filter { !$0.isEmpty }
        return LogText.escaped(lines.joined(separator: " "))
    }

    /// The text without blanks before and behind it.
    var trimmed: String {
        let text = self.drop(while: \.isWhitespace)
        return text.lastIndex { !$0.isWhitespace }.map { String(text[...$0]) } ?? ""
    }
}
