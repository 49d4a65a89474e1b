//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Words as a shell reads them, which the names of sections in the config file are.
enum ShellWords {
    /// Splits a text at white space that is not in quotation marks.
    ///
    /// Between single marks everything stands for itself; between double ones, and outside, a backslash takes the next
    /// character literally (between double ones only a mark or another backslash).
    ///
    /// - Parameter text: The text.
    /// - Returns: The words without their marks; nil if a mark is not closed.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: [UInt8]?
        var quotation: UInt8?
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch (byte, quotation) {
            case (UInt8(ascii: "\\"), nil):
                guard let next = bytes.next() else { return nil }
                word = (word ?? []) + [next]
            case (UInt8(ascii: "\\"), UInt8(ascii: "\"")):
                guard let next = bytes.next() else { return nil }
                let isEscape = next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                word = (word ?? []) + (isEscape ? [next] : [byte, next])
            case (_, let mark?) where byte == mark: quotation = nil
            case (UInt8(ascii: "\""), nil), (UInt8(ascii: "'"), nil):
                quotation = byte
                word = word ?? []
            case (_, nil) where byte.isASCIIWhitespace:
                if let word { words.append(String(decoding: word, as: UTF8.self)) }
                word = nil
            default: word = (word ?? []) + [byte]
            }
        }
        guard quotation == nil else { return nil }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
