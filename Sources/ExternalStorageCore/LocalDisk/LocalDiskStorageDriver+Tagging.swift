//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// By a small file for each marked one, below `temporal-storage/tags/`, which says what state of the file it is of: whoever
/// touches the file or writes it again has taken the mark away.
extension LocalDiskStorageDriver: TaggingStorageDriver {
    /// Nothing but a collector deletes files.
    public var canExpireTagged: Bool { false }

    /// Since when a file has been marked.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: The time it was marked with; nil if it is not marked, or was touched since.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`.
    public func unreferencedSince(_ object: StoredObject) async throws -> Int64? {
        do {
            let bytes = try await self.readObject(at: Self.tag(of: object.location), sizeLimit: 1_000)
            let words = String(buffer: bytes).split(separator: " ")
            guard words.count == 2, words[1] == object.revision, let time = Int64(words[0]) else { return nil }
            return time
        } catch let error as ExternalStorageError where error.code == .notFound {
            return nil
        }
    }

    /// Marks a file.
    ///
    /// - Parameters:
    ///   - object: What was seen there.
    ///   - time: Since when nothing refers to it.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`, `misconfigured`.
    public func markUnreferenced(_ object: StoredObject, since time: Int64) async throws -> StoredObjectMarking {
        guard try await self.revision(at: object.location) == object.revision else {
            return try await self.describeObject(at: object.location) == nil ? .missing : .changed
        }
        _ = try await self.unmark(object.location)
        _ = try await self.createObject(
            ByteBuffer(string: "\(time) \(object.revision)"),
            at: Self.tag(of: object.location)
        )
        guard let after = try await self.revision(at: object.location) else { return .missing }
        return after == object.revision ? .marked : .changed
    }

    /// Removes the mark of a file, whatever became of the file.
    ///
    /// - Parameter location: Where the file is.
    /// - Returns: Whether there was one.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`.
    public func unmark(_ location: StoredObjectLocation) async throws -> Bool {
        guard let tag = try await self.describeObject(at: Self.tag(of: location)) else { return false }
        let files = self.files
        return try await BlockingWork.run {
            guard let state = try files.state(of: tag.location.key) else { return false }
            return try files.delete(tag.location.key, ifStill: state) == .deleted
        }
    }

    private static func tag(of location: StoredObjectLocation) -> StoredObjectLocation {
        StoredObjectLocation(container: location.container, key: "temporal-storage/tags/\(location.key)")
    }

    private func revision(at location: StoredObjectLocation) async throws -> String? {
        try await self.describeObject(at: location)?.revision
    }
}
