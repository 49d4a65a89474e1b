//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// What an object is tagged with.
package struct ObjectTags: Sendable, Hashable {
    package var values: [String: String]
    /// The version of the object that has them; nil if the store does not say.
    package var version: String?

    package init(values: [String: String], version: String?) {
        self.values = values
        self.version = version
    }
}

/// A store that keeps names and values with an object, and lets them be changed without writing it again.
package protocol TaggingObjectStore: ObjectStore {
    /// The tags of an object.
    ///
    /// - Parameter object: Which.
    /// - Returns: The tags; nil if the store says that there is no such object.
    /// - Throws: `StoreFailure`; `CancellationError`.
    func tags(of object: StoredObjectLocation) async throws -> ObjectTags?

    /// Changes some of the tags of an object; the others stay, and so does the object's version.
    ///
    /// - Parameters:
    ///   - changes: By the names of tags; nil takes a tag away.
    ///   - object: Which.
    ///   - version: The version that may be changed; nil for any.
    /// - Returns: What became of it.
    /// - Throws: `StoreFailure`; `ExternalStorageError` if there is no room for them; `CancellationError`.
    func setTags(
        _ changes: [String: String?],
        of object: StoredObjectLocation,
        ifVersion version: String?
    ) async throws -> StoredObjectMarking
}

/// Marks objects as `TaggingStorageDriver` promises, whatever the store calls it.
extension ObjectStoreEngine where Store: TaggingObjectStore {
    /// Since when an object has been marked, see `TaggingStorageDriver`.
    package func unreferencedSince(_ object: StoredObject) async throws -> Int64? {
        let tags = try await self.maintaining("read the mark of") { try await self.store.tags(of: object.location) }
        guard let tags, tags.version ?? object.revision == object.revision,
            tags.values[UnreferencedTag.name] == UnreferencedTag.value
        else { return nil }
        // A mark without a time is not ours, or was changed by hand: as if it had just been made.
        return tags.values[UnreferencedTag.timeName].flatMap { Int64($0) } ?? .max
    }

    /// Marks an object unless it was written again, see `TaggingStorageDriver`.
    package func markUnreferenced(_ object: StoredObject, since time: Int64) async throws -> StoredObjectMarking {
        let tags = [UnreferencedTag.name: UnreferencedTag.value, UnreferencedTag.timeName: String(time)]
        return try await self.maintaining("mark") {
            try await self.store.setTags(tags, of: object.location, ifVersion: object.revision)
        }
    }

    /// Takes the mark away, see `TaggingStorageDriver`.
    package func unmark(_ location: StoredObjectLocation) async throws -> Bool {
        try await self.maintaining("take the mark from") {
            let names = [UnreferencedTag.name, UnreferencedTag.timeName]
            // Some servers keep the name of what was taken away, without a value.
            guard let tags = try await self.store.tags(of: location),
                names.contains(where: { tags.values[$0]?.isEmpty == false })
            else { return false }
            let changes = [String: String?](uniqueKeysWithValues: names.map { ($0, String?.none) })
            return try await self.store.setTags(changes, of: location, ifVersion: tags.version) == .marked
        }
    }
}
