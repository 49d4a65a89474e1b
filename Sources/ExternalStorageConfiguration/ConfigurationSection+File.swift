//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Yams

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ConfigurationSection {
    /// Reads a file of YAML or JSON, which is YAML too.
    ///
    /// - Parameter path: The path of the file.
    /// - Throws: ``ConfigurationError`` if it is not a mapping of names that come once each. What reading the file throws.
    package init(file path: String) throws {
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        try self.init(text: text, file: path)
    }

    /// - Parameters:
    ///   - text: The content.
    ///   - file: The name of the file, for messages.
    /// - Throws: ``ConfigurationError``.
    package init(text: String, file: String) throws(ConfigurationError) {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw ConfigurationError("\(file) is neither YAML nor JSON: \(error.summary)")
        } catch {
            throw ConfigurationError("\(file) is neither YAML nor JSON: \(error)")
        }
        guard let root, case .mapping(let mapping) = root else {
            throw ConfigurationError("\(file) has to hold names and values, as a mapping of YAML or an object of JSON")
        }
        try self.init(mapping, file: file, place: file)
    }

    private init(_ mapping: Node.Mapping, file: String, place: String) throws(ConfigurationError) {
        self.init(place: place)
        for (key, value) in mapping {
            let line = key.mark.map { "line \($0.line) of \(file)" } ?? file
            guard case .scalar(let name) = key, !name.string.isEmpty else {
                throw ConfigurationError("\(line) has a name that is no text")
            }
            let member = "\"\(name.string)\" in \(line)"
            guard self[name.string] == nil else { throw ConfigurationError("\(member) stands there twice") }
            // A name without a value is one that is not set.
            guard let value = try Value(value, file: file, place: line) else { continue }
            self.members.append(Member(name: name.string, value: value, origin: member))
        }
    }
}

extension ConfigurationSection.Value {
    /// Nil for nothing: `~`, `null`, or no text at all without quotes.
    fileprivate init?(_ node: Node, file: String, place: String) throws(ConfigurationError) {
        let place = node.mark.map { "line \($0.line) of \(file)" } ?? place
        switch node {
        case .scalar(let scalar):
            guard scalar.style != .plain || !["", "~", "null", "Null", "NULL"].contains(scalar.string) else {
                return nil
            }
            self = .text(scalar.string)
        case .sequence(let sequence):
            var values: [Self] = []
            for node in sequence {
                guard let value = try Self(node, file: file, place: place) else {
                    throw ConfigurationError("\(place) has an empty entry in a list")
                }
                values.append(value)
            }
            self = .list(values)
        case .mapping(let mapping):
            self = .section(try ConfigurationSection(mapping, file: file, place: place))
        case .alias:
            throw ConfigurationError("\(place) refers to something that is not there")
        }
    }
}

extension YamlError {
    /// What is wrong and in which line.
    fileprivate var summary: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) in line \(mark.line)"
        case .duplicatedKeysInMapping(let names, let context):
            "\(names.sorted().map { "\"\($0)\"" }.joined(separator: ", ")) more than once, near line \(context.mark.line)"
        default: "\(self)".split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }
}
