//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

extension LocalDiskStorageDriver: MaintainableStorageDriver {
    /// For every page the whole directory is read.
    private static let pageSize = 10_000

    /// One, without a name: the root.
    ///
    /// - Returns: An empty name.
    public func containers() throws(ExternalStorageError) -> [String] { [""] }

    /// Zero: a file that is there is touched.
    public var renewalMargin: Duration? { .zero }

    /// The file that a claim names.
    ///
    /// - Parameter claim: A claim that was read.
    /// - Returns: The location.
    /// - Throws: ``ExternalStorageError/Code/invalidClaim``.
    public func location(of claim: StorageDriverClaim) throws(ExternalStorageError) -> StoredObjectLocation {
        StoredObjectLocation(container: "", key: try LocalDiskClaim(claim).key)
    }

    /// What the keys of a namespace begin with.
    ///
    /// - Parameter namespace: The namespace's name.
    /// - Returns: The beginning, with a slash at its end.
    public func keyPrefix(ofNamespace namespace: String) -> String {
        StorageObjectKey.prefix(ofNamespace: namespace, style: .file)
    }

    /// Lists files by key; see ``MaintainableStorageDriver/listObjects(in:prefix:continuation:)``.
    ///
    /// All names of one directory at a time are in memory.
    ///
    /// - Parameters:
    ///   - container: The empty name.
    ///   - prefix: What the keys have to begin with.
    ///   - continuation: That of the page before.
    /// - Returns: Up to 1,000 files.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`, `misconfigured`.
    public func listObjects(
        in container: String,
        prefix: String,
        continuation: String?
    ) async throws -> StoredObjectPage {
        let files = self.files
        let found = try await BlockingWork.run {
            try files.list(prefix: prefix, after: continuation, maximumCount: Self.pageSize)
                .map { Self.object($0.key, $0.state) }
        }
        let isLast = found.count < Self.pageSize
        return StoredObjectPage(objects: found, continuation: isLast ? nil : found.last?.location.key)
    }

    /// Looks at a file.
    ///
    /// - Parameter location: Where it is.
    /// - Returns: Its size and time; nil if there is none.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`, `invalidClaim`.
    public func describeObject(at location: StoredObjectLocation) async throws -> StoredObject? {
        let files = self.files
        return try await BlockingWork.run {
            try files.state(of: location.key).map { Self.object(location.key, $0) }
        }
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - sizeLimit: The most bytes that are read.
    /// - Returns: The bytes.
    /// - Throws: ``ExternalStorageError``: `notFound`, `forbidden`, `unavailable`.
    public func readObject(at location: StoredObjectLocation, sizeLimit: Int) async throws -> ByteBuffer {
        let files = self.files
        return try await BlockingWork.run { try files.readBytes(of: location.key, sizeLimit: sizeLimit) }
    }

    /// Writes a file, if there is none.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - location: Where to write it.
    /// - Returns: False if there was one.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`, `misconfigured`.
    public func createObject(_ bytes: ByteBuffer, at location: StoredObjectLocation) async throws -> Bool {
        let files = self.files
        return try await BlockingWork.run { try files.create(bytes, at: location.key) }
    }

    /// Deletes a file, if nothing has touched it since.
    ///
    /// Never ``StoredObjectDeletion/deletedAfterLastLook``: it is taken out of the way first, and looked at then.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``: `forbidden`, `unavailable`, `misconfigured`.
    public func deleteObject(_ object: StoredObject) async throws -> StoredObjectDeletion {
        let files = self.files
        let outcome: StoredObjectDeletion = try await BlockingWork.run {
            guard let state = try files.state(of: object.location.key) else { return .missing }
            guard Self.revision(of: state) == object.revision else { return .changed }
            return try files.delete(object.location.key, ifStill: state)
        }
        // Its mark says nothing any more.
        if outcome == .deleted { _ = try await self.unmark(object.location) }
        return outcome
    }

    /// The time of the file system.
    ///
    /// - Parameter container: The empty name.
    /// - Returns: Seconds since 1970.
    /// - Throws: ``ExternalStorageError``: `forbidden` if nothing can be written below the root; `unavailable`.
    public func currentTime(in container: String) async throws -> Int64 {
        let files = self.files
        return try await BlockingWork.run { try files.currentTime() }
    }

    private static func object(_ key: String, _ state: FileState) -> StoredObject {
        StoredObject(
            location: StoredObjectLocation(container: "", key: key),
            sizeInBytes: state.sizeInBytes,
            lastModified: state.modifiedSeconds,
            revision: Self.revision(of: state)
        )
    }

    private static func revision(of state: FileState) -> String {
        "\(state.modifiedSeconds).\(state.modifiedNanoseconds)-\(state.inode)-\(state.sizeInBytes)"
    }
}
