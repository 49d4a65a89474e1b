//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import NIOCore
internal import StoreHTTP

/// What the commands of operators need; the role *Storage Blob Data Contributor*, or a signature with `r`, `l`, `c` and `d`, permits it.
extension AzureStorageDriver: MaintainableStorageDriver {
    /// The container of the driver, or those of ``Configuration/readableContainers``.
    ///
    /// - Returns: Names of containers.
    /// - Throws: `misconfigured` if a closure chooses the container and there are no `readableContainers`.
    public func containers() throws(ExternalStorageError) -> [String] {
        try KnownContainers.list(
            fixed: self.fixedContainer,
            readable: self.configuration.readableContainers,
            driver: self.name,
            noun: "container"
        )
    }

    /// ``Configuration/refreshAfter``.
    public var renewalMargin: Duration? { self.configuration.refreshAfter }

    /// Container and name of a claim.
    ///
    /// - Parameter claim: A claim that was read; not to be trusted.
    /// - Returns: The location.
    /// - Throws: `ExternalStorageError`: `invalidClaim`.
    public func location(of claim: StorageDriverClaim) throws(ExternalStorageError) -> StoredObjectLocation {
        try ObjectPlace(azureClaim: claim, readableContainers: self.configuration.readableContainers).location
    }

    /// What the names of a namespace's objects begin with.
    ///
    /// - Parameter namespace: The namespace's name.
    /// - Returns: The beginning, with a slash at its end.
    public func keyPrefix(ofNamespace namespace: String) -> String {
        StorageObjectKey.prefix(ofNamespace: namespace, style: .googleCloud)
    }

    /// Lists objects by name.
    ///
    /// - Parameters:
    ///   - container: A container.
    ///   - prefix: What the names have to begin with.
    ///   - continuation: That of the page before.
    /// - Returns: Up to 1,000 objects.
    /// - Throws: `ExternalStorageError`, also for a page that says less than it should; `CancellationError`.
    public func listObjects(
        in container: String,
        prefix: String,
        continuation: String?
    ) async throws -> StoredObjectPage {
        try await self.engine.listObjects(in: container, prefix: prefix, continuation: continuation)
    }

    /// Looks at an object.
    ///
    /// - Parameter location: Where it is.
    /// - Returns: Its size, time and entity tag; nil if the store says that there is none.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func describeObject(at location: StoredObjectLocation) async throws -> StoredObject? {
        try await self.engine.describeObject(at: location)
    }

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - sizeLimit: The most bytes that are read.
    /// - Returns: The bytes.
    /// - Throws: `ExternalStorageError`: `notFound`, `payloadTooLarge`, else classified by what the store said;
    ///   `CancellationError`.
    public func readObject(at location: StoredObjectLocation, sizeLimit: Int) async throws -> ByteBuffer {
        try await self.engine.readObject(at: location, sizeLimit: sizeLimit)
    }

    /// Writes an object, if there is none.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - location: Where to write it.
    /// - Returns: False if there was one.
    /// - Throws: `ExternalStorageError`; `CancellationError`.
    public func createObject(_ bytes: ByteBuffer, at location: StoredObjectLocation) async throws -> Bool {
        try await self.engine.createObject(bytes, at: location)
    }

    /// Deletes an object if its entity tag is the one that was seen: the store compares, and what is written in between
    /// stays.
    ///
    /// With soft delete or versioning the account keeps what was deleted for as long as it is set to. A blob that has
    /// snapshots is not deleted.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: What became of it.
    /// - Throws: `ExternalStorageError`: `forbidden`, also for what an immutability policy keeps; `unavailable`; `CancellationError`.
    public func deleteObject(_ object: StoredObject) async throws -> StoredObjectDeletion {
        try await self.engine.deleteObject(object)
    }

    /// The time by the clock of the store: the `Date` of an answer.
    ///
    /// - Parameter container: A container.
    /// - Returns: Seconds since 1970.
    /// - Throws: `ExternalStorageError`: `unavailable` if the store does not say; `CancellationError`.
    public func currentTime(in container: String) async throws -> Int64 {
        try await self.engine.currentTime(in: container)
    }
}
