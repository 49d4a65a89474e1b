//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A mapping of a configuration: names, each with a text, a list, or a section of its own.
///
/// Numbers and truth values are kept as they were written: `expectedBucketOwner: 012345678901` is these twelve digits to
/// a reader that asks for text, and only a reader that asks for a number finds out whether it is one.
package struct ConfigurationSection: Sendable {
    /// What a name stands for.
    package indirect enum Value: Sendable {
        case text(String)
        case list([Value])
        case section(ConfigurationSection)
    }

    package struct Member: Sendable {
        package var name: String
        package var value: Value
        /// What to call it in messages: `"bucket" in line 7 of storage.yaml`, or `--bucket`.
        package var origin: String

        package init(name: String, value: Value, origin: String) {
            self.name = name
            self.value = value
            self.origin = origin
        }
    }

    package var members: [Member]
    /// Where the section stands, for messages: `storage.yaml`, `line 4 of storage.yaml`.
    package var place: String

    package init(members: [Member] = [], place: String) {
        self.members = members
        self.place = place
    }

    package subscript(_ name: String) -> Member? { self.members.first { $0.name == name } }

    /// The section without some of its members.
    package func without(_ names: String...) -> Self {
        Self(members: self.members.filter { !names.contains($0.name) }, place: self.place)
    }

    /// All members by the dotted names that readers use: `cache.sizeInBytes` is `sizeInBytes` in the section `cache`.
    var flattened: [Member] {
        self.members.flatMap { member in
            guard case .section(let section) = member.value else { return [member] }
            return section.flattened.map { inner in
                Member(name: "\(member.name).\(inner.name)", value: inner.value, origin: inner.origin)
            }
        }
    }
}

extension ConfigurationSection.Member {
    /// - Throws: ``ConfigurationError`` if it is a list or a section.
    package func text() throws(ConfigurationError) -> String {
        guard case .text(let text) = self.value else { throw ConfigurationError("\(self.origin) has to be one value") }
        return text
    }

    /// The texts of a list; a text that stands alone is a list of one.
    ///
    /// - Throws: ``ConfigurationError`` if it is a section, or a list of something else than texts.
    package func texts() throws(ConfigurationError) -> [String] {
        guard let texts = self.value.texts else {
            throw ConfigurationError("\(self.origin) has to be one value, or a list of values")
        }
        return texts
    }

    /// - Throws: ``ConfigurationError`` if it is anything but a list of sections.
    package func sections() throws(ConfigurationError) -> [ConfigurationSection] {
        guard case .list(let values) = self.value else {
            throw ConfigurationError("\(self.origin) has to be a list; in YAML its entries begin with a dash")
        }
        return try values.map { value throws(ConfigurationError) in
            guard case .section(let section) = value else {
                throw ConfigurationError("\(self.origin) has to be a list of names and values")
            }
            return section
        }
    }
}

extension ConfigurationSection.Value {
    var texts: [String]? {
        switch self {
        case .text(let text): return [text]
        case .section: return nil
        case .list(let values):
            let texts = values.compactMap { value in
                if case .text(let text) = value { text } else { nil }
            }
            return texts.count == values.count ? texts : nil
        }
    }
}
