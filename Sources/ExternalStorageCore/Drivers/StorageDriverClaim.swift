//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a driver needs to find a payload again: a map of strings to strings.
///
/// It is written into workflow history, so it holds nothing secret; when it is read back it may come from anywhere, so
/// a driver believes nothing in it.
public struct StorageDriverClaim: Hashable, Sendable {
    /// All entries.
    public var entries: [String: String]

    /// Creates a claim.
    ///
    /// - Parameter entries: Keys and values; free of secrets.
    public init(_ entries: [String: String] = [:]) {
        self.entries = entries
    }

    /// The value of a key, or nil if the claim has none.
    ///
    /// - Parameter key: The key, case-sensitive.
    public subscript(key: String) -> String? {
        get { self.entries[key] }
        set { self.entries[key] = newValue }
    }
}

extension StorageDriverClaim {
    /// The entries by which drivers, of this project and of all SDKs, name an object in a store.
    package static let objectEntries = ["key", "object_name", "object", "blob"]

    /// The entries by which they name where it is.
    package static let containerEntries = ["bucket", "container"]

    /// All that the claim says of the object's name; several spellings of it may stand beside each other.
    package var objectNames: [String] { Self.objectEntries.compactMap { self[$0] } }
}

extension StorageDriverClaim: ExpressibleByDictionaryLiteral {
    /// Creates a claim; of a key that comes twice the last value counts.
    ///
    /// - Parameter elements: Keys and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements) { $1 })
    }
}

extension StorageDriverClaim: CustomStringConvertible {
    /// The entries, sorted by key.
    public var description: String {
        "[" + self.entries.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") + "]"
    }
}
