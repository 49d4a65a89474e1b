//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// A driver whose store can be looked around in and tidied up, for the commands of operators.
///
/// Optional: a driver without it stores and retrieves all the same, and ``StorageDriver`` alone needs no right to list or
/// to delete. S3, Google Cloud Storage, Azure and the local disk have it.
///
/// Everything that is not known is an error here, never an empty answer: to whoever deletes what nothing refers to, a
/// page that is missing looks like objects that nobody needs.
public protocol MaintainableStorageDriver: StorageDriver {
    /// The containers that the driver stores into: buckets, or one empty name.
    ///
    /// - Throws: ``ExternalStorageError/Code/misconfigured`` if the driver cannot know, because something decides it
    ///   payload by payload.
    func containers() throws(ExternalStorageError) -> [String]

    /// How old an object may be that `store` uses again without writing it; an older one is written again.
    ///
    /// Nil if it uses objects of any age: then nobody can tell whether an object is needed by how old it is. Zero if
    /// every store makes its object young again.
    var renewalMargin: Duration? { get }

    /// Where a claim leads; nothing is asked of the store.
    ///
    /// - Parameter claim: A claim that was read, of any SDK; not to be trusted.
    /// - Returns: The location.
    /// - Throws: ``ExternalStorageError/Code/invalidClaim``.
    func location(of claim: StorageDriverClaim) throws(ExternalStorageError) -> StoredObjectLocation

    /// What the keys of all objects begin with that belong to a namespace; ends with a slash.
    ///
    /// - Parameter namespace: The namespace's name.
    /// - Returns: The beginning, such as `v0/ns/default/`.
    func keyPrefix(ofNamespace namespace: String) -> String

    /// Lists objects by key, a page at a time.
    ///
    /// A listing is no snapshot: what is written while it goes on may be in it or not.
    ///
    /// - Parameters:
    ///   - container: One of ``containers()``.
    ///   - prefix: What the keys have to begin with; empty for all.
    ///   - continuation: That of the page before; nil for the first page.
    /// - Returns: A page; it may be empty without being the last one.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    func listObjects(in container: String, prefix: String, continuation: String?) async throws -> StoredObjectPage

    /// Looks at an object without reading it.
    ///
    /// - Parameter location: Where it is.
    /// - Returns: What the store says; nil if it says that there is none.
    /// - Throws: ``ExternalStorageError``, also where the store does not say whether there is one (without the right to
    ///   list, S3 answers *forbidden*); `CancellationError`.
    func describeObject(at location: StoredObjectLocation) async throws -> StoredObject?

    /// Reads an object, unchecked.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - sizeLimit: The most bytes that are read; more is an error.
    /// - Returns: The bytes.
    /// - Throws: ``ExternalStorageError``: ``ExternalStorageError/Code/notFound`` if there is none; `CancellationError`.
    func readObject(at location: StoredObjectLocation, sizeLimit: Int) async throws -> ByteBuffer

    /// Writes an object, if there is none.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - location: Where to write it.
    /// - Returns: False if there was one, which then is as it was.
    /// - Throws: ``ExternalStorageError``, also on a store that cannot write only where there is nothing;
    ///   `CancellationError`.
    func createObject(_ bytes: ByteBuffer, at location: StoredObjectLocation) async throws -> Bool

    /// Deletes an object, if nothing has been written there since it was looked at.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``: then the object may be there or not; `CancellationError`.
    func deleteObject(_ object: StoredObject) async throws -> StoredObjectDeletion

    /// The time by the clock of the store, in seconds since 1970.
    ///
    /// - Parameter container: One of ``containers()``.
    /// - Returns: The time.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    func currentTime(in container: String) async throws -> Int64
}
