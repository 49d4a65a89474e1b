//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A JSON value of any form: the header and the claims of a token.
enum JSONTree: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    subscript(key: String) -> JSONTree? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }

    /// The value of a name, else what a path of names with dots between them leads to.
    func value(at path: String) -> JSONTree? {
        if let value = self[path] { return value }
        return path.split(separator: ".").reduce(Optional(self)) { value, name in value?[String(name)] }
    }

    var number: Double? {
        guard case .number(let number) = self, number.isFinite else { return nil }
        return number
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A list of texts, or one text as it is: an audience may have blanks in it.
    var texts: [String] {
        if case .string(let text) = self { [text] } else { self.strings }
    }

    /// A list of texts, or the words of one text.
    var strings: [String] {
        switch self {
        case .string(let text): text.split(separator: " ").map(String.init)
        case .array(let values): values.compactMap(\.string)
        case .null, .bool, .number, .object: []
        }
    }
}
