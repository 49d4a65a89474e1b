//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Reads one XML document from bytes.
///
/// Everything it does not know is an error, never a guess.
struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document(maximumDepth: Int) -> XMLNode? {
        guard self.skipMisc(), let root = self.element(depth: maximumDepth), self.skipMisc() else { return nil }
        return self.position == self.bytes.count ? root : nil
    }

    private mutating func element(depth: Int) -> XMLNode? {
        guard depth > 0, self.take("<"), let name = self.name() else { return nil }
        var node = XMLNode(name: name)
        guard let isEmpty = self.skipAttributes() else { return nil }
        if isEmpty { return node }
        var text: [UInt8] = []
        while self.position < self.bytes.count {
            if self.take("</") {
                guard self.name() == name else { return nil }
                self.skipSpace()
                guard self.take(">") else { return nil }
                guard let decoded = String(validating: text, as: UTF8.self) else { return nil }
                node.text = decoded
                return node
            } else if self.take("<!--") {
                guard self.skip(through: "-->") else { return nil }
            } else if self.take("<![CDATA[") {
                let start = self.position
                guard self.skip(through: "]]>") else { return nil }
                text.append(contentsOf: self.bytes[start..<(self.position - 3)])
            } else if self.take("<?") {
                guard self.skip(through: "?>") else { return nil }
            } else if self.bytes[self.position] == UInt8(ascii: "<") {
                guard let child = self.element(depth: depth - 1) else { return nil }
                node.children.append(child)
            } else if self.take("&") {
                guard let scalar = self.entity() else { return nil }
                text.append(contentsOf: String(scalar).utf8)
            } else {
                text.append(self.bytes[self.position])
                self.position += 1
            }
        }
        return nil
    }

    /// Skips to the end of a start tag.
    ///
    /// True if the element ends there too; nil if the tag is not well formed.
    private mutating func skipAttributes() -> Bool? {
        var quote: UInt8?
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            self.position += 1
            if let open = quote {
                if byte == open { quote = nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
            case UInt8(ascii: ">"): return false
            case UInt8(ascii: "/"): return self.take(">") ? true : nil
            case UInt8(ascii: "<"): return nil
            default: continue
            }
        }
        return nil
    }

    /// A name without its prefix.
    private mutating func name() -> String? {
        let start = self.position
        while self.position < self.bytes.count, Self.isNameByte(self.bytes[self.position]) { self.position += 1 }
        guard start < self.position else { return nil }
        let name = String(validating: self.bytes[start..<self.position], as: UTF8.self)
        return name?.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init)
    }

    private mutating func entity() -> Unicode.Scalar? {
        let start = self.position
        guard self.skip(through: ";"), self.position - start <= 12 else { return nil }
        let text = String(decoding: self.bytes[start..<(self.position - 1)], as: UTF8.self)
        switch text {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard text.first == "#" else { return nil }
            let digits = text.dropFirst()
            let value = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return value.flatMap(Unicode.Scalar.init)
        }
    }

    /// White space, comments and processing instructions between the elements at the top.
    private mutating func skipMisc() -> Bool {
        while true {
            self.skipSpace()
            if self.take("<?") {
                guard self.skip(through: "?>") else { return false }
            } else if self.take("<!--") {
                guard self.skip(through: "-->") else { return false }
            } else {
                return true
            }
        }
    }

    private mutating func skipSpace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x09, 0x0a, 0x0d: self.position += 1
            default: return
            }
        }
    }

    private mutating func take(_ token: String) -> Bool {
        guard self.bytes[self.position...].starts(with: token.utf8) else { return false }
        self.position += token.utf8.count
        return true
    }

    private mutating func skip(through token: String) -> Bool {
        while self.position < self.bytes.count {
            if self.take(token) { return true }
            self.position += 1
        }
        return false
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."), 0x80...0xff:
            true
        default:
            false
        }
    }
}
