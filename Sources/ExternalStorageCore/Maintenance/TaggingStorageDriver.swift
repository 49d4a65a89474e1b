//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A driver whose store can mark an object as one that nothing refers to, and take the mark back.
///
/// Optional, and for the commands of operators: a collector that marks first and deletes later leaves time to notice a
/// mistake, and where the store has rules that delete by tag, it needs no right to delete. All drivers of this project have it.
///
/// A mark belongs to what was seen: whoever writes the object again takes it away by that. It changes neither the bytes nor
/// ``StoredObject/revision``.
public protocol TaggingStorageDriver: MaintainableStorageDriver {
    /// Whether the store has rules that delete what has the tag ``UnreferencedTag/name``.
    var canExpireTagged: Bool { get }

    /// Since when an object has been marked.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: The time it was marked with, in seconds since 1970; nil if it is not marked, is gone, or was written again.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    func unreferencedSince(_ object: StoredObject) async throws -> Int64?

    /// Marks an object, if nothing has been written there since it was looked at.
    ///
    /// Other tags stay. Whoever writes the object while this goes on does not get the mark: it is looked at once more
    /// afterwards.
    ///
    /// - Parameters:
    ///   - object: What was seen there.
    ///   - time: Since when nothing refers to it, in seconds since 1970.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``: then it may be marked or not; `CancellationError`.
    func markUnreferenced(_ object: StoredObject, since time: Int64) async throws -> StoredObjectMarking

    /// Takes the mark from whatever is at a location.
    ///
    /// - Parameter location: Where it is.
    /// - Returns: Whether there was one.
    /// - Throws: ``ExternalStorageError``: then it may be marked or not; `CancellationError`.
    func unmark(_ location: StoredObjectLocation) async throws -> Bool
}

/// How an object is marked that nothing refers to.
///
/// The value is always the same, so that a rule of the store can ask for it; the time has a tag of its own.
public enum UnreferencedTag {
    /// The name of the tag that a rule of the store may go by.
    public static let name = "temporal-unreferenced"
    /// Its value.
    public static let value = "true"
    /// The name of the tag that says since when, in seconds since 1970.
    public static let timeName = "temporal-unreferenced-since"
}

/// What became of an object that was to be marked if nothing had happened to it.
public enum StoredObjectMarking: Hashable, Sendable {
    /// It is marked.
    case marked
    /// It is gone.
    case missing
    /// Something was written there since: it is not marked.
    case changed
}
