//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A driver whose store removes objects by itself when they have an age, by rules that can be read and set.
///
/// Optional, and for the commands of operators: S3 has it.
public protocol ExpiringStorageDriver: MaintainableStorageDriver {
    /// The rules of a container that remove objects by age, in the store's order.
    ///
    /// - Parameter container: One of ``MaintainableStorageDriver/containers()``.
    /// - Returns: All of them, also those that are switched off; empty if there are none.
    /// - Throws: ``ExternalStorageError``, also without the right to read rules; `CancellationError`.
    func expiryRules(of container: String) async throws -> [StoredObjectExpiryRule]

    /// Sets the rule of an id; all other rules stay as they are.
    ///
    /// No two at a time: a store has one list of rules, which is read and written as a whole.
    ///
    /// - Parameters:
    ///   - id: The rule's name; a rule of this name is replaced.
    ///   - prefix: What the keys have to begin with.
    ///   - days: The age at which objects are removed, at least 1.
    ///   - container: One of ``MaintainableStorageDriver/containers()``.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    func setExpiryRule(id: String, prefix: String, days: Int, of container: String) async throws
}

/// A rule by which a store removes objects by age.
public struct StoredObjectExpiryRule: Hashable, Sendable, Codable {
    /// Its name.
    public var id: String
    /// What the keys have to begin with; empty for all objects.
    public var prefix: String
    /// The age at which objects are removed, in days since they were written.
    public var days: Int
    /// Whether the store follows it.
    public var isEnabled: Bool
    /// Whether it is for all objects with the prefix; false if it goes by tags or sizes too.
    public var isForAll: Bool
    /// Whether it is for objects alone that are marked as ones that nothing refers to (``UnreferencedTag``).
    public var isForUnreferenced: Bool

    /// Creates a description.
    ///
    /// - Parameters:
    ///   - id: Its name.
    ///   - prefix: What the keys have to begin with.
    ///   - days: The age at which objects are removed.
    ///   - isEnabled: Whether the store follows it.
    ///   - isForAll: Whether it is for all objects with the prefix.
    ///   - isForUnreferenced: Whether it is for marked objects alone.
    public init(
        id: String,
        prefix: String,
        days: Int,
        isEnabled: Bool,
        isForAll: Bool,
        isForUnreferenced: Bool = false
    ) {
        self.id = id
        self.prefix = prefix
        self.days = days
        self.isEnabled = isEnabled
        self.isForAll = isForAll
        self.isForUnreferenced = isForUnreferenced
    }
}
