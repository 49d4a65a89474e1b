//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// An element of the small XML documents Amazon S3 sends: a name, text, children.
///
/// Attributes are skipped.
struct XMLNode: Hashable, Sendable {
    var name: String
    var text = ""
    var children: [XMLNode] = []

    /// The first child of that name.
    subscript(name: String) -> XMLNode? {
        self.children.first { $0.name == name }
    }

    /// The element as text, without white space that was not there.
    var xml: String {
        let inner = XMLText.escaped(self.text) + self.children.map(\.xml).joined()
        return "<\(self.name)>\(inner)</\(self.name)>"
    }

    /// All children of that name, in order.
    func all(_ name: String) -> [XMLNode] {
        self.children.filter { $0.name == name }
    }
}

extension XMLNode {
    private static let maximumDepth = 32

    /// Reads a document; nil if it is not well formed or nested deeper than 32 elements.
    ///
    /// - Parameter bytes: UTF-8. Declarations, comments and attributes are skipped, document types are refused.
    init?(parsing bytes: some Sequence<UInt8>) {
        var reader = XMLReader(bytes: Array(bytes))
        guard let root = reader.document(maximumDepth: Self.maximumDepth) else { return nil }
        self = root
    }
}

/// Text for the inside of an element.
enum XMLText {
    /// Replaces what has a meaning in XML; carriage returns too, which a parser would turn into line feeds.
    static func escaped(_ text: String) -> String {
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
