//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
package import NIOCore

/// An object as a checked claim names it.
package struct ObjectPlace: Hashable, Sendable {
    /// The bucket or container.
    package var bucket: String
    /// The object's name, not encoded.
    package var name: String
    /// The SHA-256 of the content.
    package var digest: PayloadDigest

    package init(bucket: String, name: String, digest: PayloadDigest) {
        self.bucket = bucket
        self.name = name
        self.digest = digest
    }

    package var location: StoredObjectLocation { StoredObjectLocation(container: self.bucket, key: self.name) }
}

/// What a store says about an object without sending it.
package struct ObjectInfo: Sendable, Hashable {
    /// In bytes.
    package var sizeInBytes: Int
    /// When it was written last, in seconds since 1970-01-01T00:00:00Z, by the store's clock.
    package var lastModified: Int64?
    /// What changes with every write: a generation or an entity tag.
    package var version: String

    package init(sizeInBytes: Int, lastModified: Int64?, version: String) {
        self.sizeInBytes = sizeInBytes
        self.lastModified = lastModified
        self.version = version
    }
}

/// A part of an object.
package struct ObjectPart: Sendable {
    /// The bytes; empty if they went into an assembly.
    package var body: ByteBuffer
    /// The size of the whole object in bytes, as far as the store said it.
    package var sizeOfWhole: Int?

    package init(body: ByteBuffer, sizeOfWhole: Int?) {
        self.body = body
        self.sizeOfWhole = sizeOfWhole
    }
}

/// How an object is read.
package struct ObjectReading: Sendable {
    /// The bytes wanted; nil for all.
    ///
    /// One that ends beyond the object gives what there is.
    package var range: Range<Int>?
    /// The most bytes the answer may have.
    package var maximumSizeInBytes: Int
    /// Where the bytes go, instead of into the result.
    package var assembly: ObjectAssembly?
    /// Where room is reserved for the whole object before the first byte is read (ES-P11).
    package var room: RetrievalRoom?

    package init(
        range: Range<Int>? = nil,
        maximumSizeInBytes: Int,
        assembly: ObjectAssembly? = nil,
        room: RetrievalRoom? = nil
    ) {
        self.range = range
        self.maximumSizeInBytes = maximumSizeInBytes
        self.assembly = assembly
        self.room = room
    }
}

/// What becomes of a write.
package enum PutOutcome: Sendable, Hashable {
    /// The object was written.
    case written
    /// There was one already, and it was left alone.
    case alreadyPresent
}

/// The few operations that ``ObjectStoreEngine`` needs of a store.
///
/// An implementation repeats what is worth repeating, takes one permit of the limiter per request where it is given one,
/// and throws ``StoreFailure``; `CancellationError` and `ExternalStorageError` as they are.
package protocol ObjectStore: Sendable {
    /// Writes what is in memory, in pieces.
    func put(
        _ pieces: [ByteBuffer],
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        limiter: StorageLimiter
    ) async throws -> PutOutcome

    /// Writes a payload as it is read; all or nothing.
    func put(
        _ payload: StreamedPayload,
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        limiter: StorageLimiter
    ) async throws -> PutOutcome

    /// Reads an object or a part of it.
    ///
    /// - Parameters:
    ///   - object: Which.
    ///   - reading: How much of it, and where to.
    /// - Returns: The part.
    /// - Throws: `StoreFailure`; `ExternalStorageError` if there is no room; `CancellationError`.
    func get(_ object: StoredObjectLocation, _ reading: ObjectReading) async throws -> ObjectPart

    /// What the store says about an object; nil if it says that there is none.
    func info(_ object: StoredObjectLocation) async throws -> ObjectInfo?

    /// Lists objects by name, a page at a time.
    ///
    /// - Parameters:
    ///   - bucket: Where.
    ///   - prefix: What the names begin with.
    ///   - continuation: That of the page before; nil for the first.
    /// - Returns: A page.
    /// - Throws: `StoreFailure`, also for a page that says less than it should; `CancellationError`.
    func list(_ bucket: String, prefix: String, continuation: String?) async throws -> ObjectListing

    /// Deletes an object that has not been written again.
    ///
    /// - Parameters:
    ///   - object: Which.
    ///   - version: The version that may be deleted, as the store said it.
    /// - Returns: What became of it.
    /// - Throws: `StoreFailure`; `CancellationError`.
    func delete(_ object: StoredObjectLocation, ifVersion version: String) async throws -> StoredObjectDeletion

    /// The time by the store's clock, in seconds since 1970-01-01T00:00:00Z; nil if it does not say.
    func time(_ bucket: String) async throws -> Int64?

    /// Where an object is, for the texts of errors.
    func place(of object: StoredObjectLocation) -> [(name: String, value: String)]
}

/// A part of a listing.
package struct ObjectListing: Sendable {
    package var entries: [(name: String, info: ObjectInfo)]
    package var continuation: String?

    package init(entries: [(name: String, info: ObjectInfo)], continuation: String?) {
        self.entries = entries
        self.continuation = continuation
    }
}
