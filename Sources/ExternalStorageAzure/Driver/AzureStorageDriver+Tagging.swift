//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import StoreHTTP

/// By the index tags of blobs, which have no part in their entity tag; needs the right to read and write tags.
///
/// Accounts with a hierarchical namespace have no index tags; there marking fails.
extension AzureStorageDriver: TaggingStorageDriver {
    /// A rule of lifecycle management may go by an index tag.
    public var canExpireTagged: Bool { true }

    /// Since when a blob has been marked.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: The time it was marked with; nil if it is not marked.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func unreferencedSince(_ object: StoredObject) async throws -> Int64? {
        try await self.engine.unreferencedSince(object)
    }

    /// Marks a blob, and looks at it once more: a mark that has hit what was written in between is taken back.
    ///
    /// - Parameters:
    ///   - object: What was seen there.
    ///   - time: Since when nothing refers to it.
    /// - Returns: What became of it.
    /// - Throws: `ExternalStorageError`: `misconfigured` if the blob has no room for two more tags; `CancellationError`.
    public func markUnreferenced(_ object: StoredObject, since time: Int64) async throws -> StoredObjectMarking {
        try await self.engine.markUnreferenced(object, since: time)
    }

    /// Takes the mark away; other tags stay.
    ///
    /// - Parameter location: Where the blob is.
    /// - Returns: Whether there was one.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func unmark(_ location: StoredObjectLocation) async throws -> Bool {
        try await self.engine.unmark(location)
    }
}
