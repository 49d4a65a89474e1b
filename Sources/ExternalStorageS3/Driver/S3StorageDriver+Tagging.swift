//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// By the tags of objects; needs `s3:GetObjectTagging` and `s3:PutObjectTagging`, and no right to delete.
extension S3StorageDriver: TaggingStorageDriver {
    /// A lifecycle rule may go by a tag.
    public var canExpireTagged: Bool { true }

    /// Since when an object has been marked.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: The time it was marked with; nil if it is not marked.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    public func unreferencedSince(_ object: StoredObject) async throws -> Int64? {
        guard let tags = try await self.tags(of: object.location), Self.isMarked(tags) else { return nil }
        // A mark without a time is not ours, or was changed by hand: as if it had just been made.
        return tags.first { $0.name == UnreferencedTag.timeName }.flatMap { Int64($0.value) } ?? .max
    }

    /// Marks an object, and looks at it once more: a tag that has hit what was written in between is taken back.
    ///
    /// - Parameters:
    ///   - object: What was seen there.
    ///   - time: Since when nothing refers to it.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``: `misconfigured` if the object has no room for two more tags.
    public func markUnreferenced(_ object: StoredObject, since time: Int64) async throws -> StoredObjectMarking {
        guard let found = try await self.describeObject(at: object.location) else { return .missing }
        guard found.revision == object.revision else { return .changed }
        guard let tags = try await self.tags(of: object.location) else { return .missing }
        let others = tags.filter { !Self.isOurs($0) }
        guard others.count <= 8 else {
            throw ExternalStorageError(
                code: .misconfigured,
                message:
                    "the object \"\(object.location.key)\" has \(others.count) tags, and a store keeps ten: there is no "
                    + "room for the two of a quarantine [bucket=\(object.location.container)]"
            )
        }
        let marked =
            others + [
                S3Tag(UnreferencedTag.name, UnreferencedTag.value), S3Tag(UnreferencedTag.timeName, String(time)),
            ]
        guard try await self.replaceTags(of: object.location, with: marked) else { return .missing }
        let after = try await self.describeObject(at: object.location)
        guard after?.revision != object.revision else { return .marked }
        guard after != nil else { return .missing }
        _ = try await self.unmark(object.location)
        return .changed
    }

    /// Takes the mark away; other tags stay.
    ///
    /// - Parameter location: Where the object is.
    /// - Returns: Whether there was one.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    public func unmark(_ location: StoredObjectLocation) async throws -> Bool {
        guard let tags = try await self.tags(of: location), tags.contains(where: Self.isOurs) else { return false }
        return try await self.replaceTags(of: location, with: tags.filter { !Self.isOurs($0) })
    }

    private static func isMarked(_ tags: [S3Tag]) -> Bool {
        tags.contains { $0.name == UnreferencedTag.name && $0.value == UnreferencedTag.value }
    }

    private static func isOurs(_ tag: S3Tag) -> Bool {
        [UnreferencedTag.name, UnreferencedTag.timeName].contains(tag.name)
    }

    /// The tags; nil if there is no object.
    private func tags(of location: StoredObjectLocation) async throws -> [S3Tag]? {
        try await self.maintaining("read the tags of") { client in
            do {
                return try await client.tags(bucket: location.container, key: location.key)
            } catch let failure as S3Failure where failure.kind == .notFound {
                return nil
            }
        }
    }

    /// Whether there was an object.
    private func replaceTags(of location: StoredObjectLocation, with tags: [S3Tag]) async throws -> Bool {
        try await self.maintaining("set the tags of") { client in
            do {
                try await client.setTags(tags, bucket: location.container, key: location.key)
                return true
            } catch let failure as S3Failure where failure.kind == .notFound {
                return false
            }
        }
    }
}
