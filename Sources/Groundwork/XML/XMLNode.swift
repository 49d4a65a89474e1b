//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// An element of a small XML document, such as stores and token services answer with: a name, text, children.
///
/// Prefixes and attributes are skipped. XMLCoder, the library for this, brings Foundation's parser and libxml2 into every
/// program, and with them document types and entities of the sender's own, which are refused here.
package struct XMLNode: Hashable, Sendable {
    package var name: String
    package var text = ""
    package var children: [XMLNode] = []

    package init(name: String, text: String = "", children: [XMLNode] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of that name.
    package subscript(name: String) -> XMLNode? {
        self.children.first { $0.name == name }
    }

    /// The element as text, without white space that was not there.
    package var xml: String {
        let inner = XMLText.escaped(self.text) + self.children.map(\.xml).joined()
        return "<\(self.name)>\(inner)</\(self.name)>"
    }

    /// The first element of that name at any depth, this one included; nil if there is none.
    package func first(_ name: String) -> XMLNode? {
        if self.name == name { return self }
        for child in self.children {
            if let found = child.first(name) { return found }
        }
        return nil
    }

    /// All children of that name, in order.
    package func all(_ name: String) -> [XMLNode] {
        self.children.filter { $0.name == name }
    }
}

extension XMLNode {
    private static let maximumDepth = 32

    /// Reads a document; nil if it is not well formed or nested deeper than 32 elements.
    ///
    /// - Parameter bytes: UTF-8. Declarations, comments and attributes are skipped, document types are refused.
    package init?(parsing bytes: some Sequence<UInt8>) {
        var reader = XMLReader(bytes: Array(bytes))
        guard let root = reader.document(maximumDepth: Self.maximumDepth) else { return nil }
        self = root
    }
}

/// Text for the inside of an element.
package enum XMLText {
    /// Replaces what has a meaning in XML; carriage returns too, which a parser would turn into line feeds.
    package static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\r": escaped += "&#13;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
