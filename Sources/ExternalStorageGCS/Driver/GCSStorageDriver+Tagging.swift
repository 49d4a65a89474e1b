//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import StoreHTTP

/// By custom metadata of objects, which has no part in their generation; needs `storage.objects.update`.
extension GCSStorageDriver: TaggingStorageDriver {
    /// Lifecycle rules of Google Cloud Storage do not look at custom metadata, and what they look at cannot be taken back.
    public var canExpireTagged: Bool { false }

    /// Since when an object has been marked.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: The time it was marked with; nil if it is not marked, or was written again.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func unreferencedSince(_ object: StoredObject) async throws -> Int64? {
        try await self.engine.unreferencedSince(object)
    }

    /// Marks an object if its generation is the one that was seen: the store compares.
    ///
    /// - Parameters:
    ///   - object: What was seen there.
    ///   - time: Since when nothing refers to it.
    /// - Returns: What became of it.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func markUnreferenced(_ object: StoredObject, since time: Int64) async throws -> StoredObjectMarking {
        try await self.engine.markUnreferenced(object, since: time)
    }

    /// Takes the mark away; other metadata stays.
    ///
    /// - Parameter location: Where the object is.
    /// - Returns: Whether there was one.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func unmark(_ location: StoredObjectLocation) async throws -> Bool {
        try await self.engine.unmark(location)
    }
}
