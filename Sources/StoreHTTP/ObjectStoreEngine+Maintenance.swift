//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
package import NIOCore

/// What the commands of operators need, whatever the store.
extension ObjectStoreEngine {
    /// Lists objects, see `MaintainableStorageDriver`.
    package func listObjects(
        in bucket: String,
        prefix: String,
        continuation: String?
    ) async throws -> StoredObjectPage {
        let page = try await self.maintaining("list") {
            try await self.store.list(bucket, prefix: prefix, continuation: continuation)
        }
        return StoredObjectPage(
            objects: page.entries.map { entry in
                Self.object(StoredObjectLocation(container: bucket, key: entry.name), entry.info)
            },
            continuation: page.continuation
        )
    }

    /// Looks at an object, see `MaintainableStorageDriver`.
    package func describeObject(at location: StoredObjectLocation) async throws -> StoredObject? {
        try await self.maintaining("describe") { try await self.store.info(location) }
            .map { Self.object(location, $0) }
    }

    /// Reads an object, see `MaintainableStorageDriver`.
    package func readObject(at location: StoredObjectLocation, sizeLimit: Int) async throws -> ByteBuffer {
        try await self.maintaining("retrieve") {
            try await self.store.get(location, ObjectReading(maximumSizeInBytes: sizeLimit)).body
        }
    }

    /// Writes an object if there is none, see `MaintainableStorageDriver`.
    package func createObject(_ bytes: ByteBuffer, at location: StoredObjectLocation) async throws -> Bool {
        let object = ObjectPlace(
            bucket: location.container,
            name: location.key,
            digest: PayloadDigest(hashing: bytes)
        )
        return try await self.maintaining("store") {
            try await self.store.put(
                [bytes],
                to: object,
                onlyIfAbsent: true,
                limiter: StorageLimiter(permits: 1)
            ) == .written
        }
    }

    /// Deletes an object unless it was written again, see `MaintainableStorageDriver`.
    ///
    /// The store itself compares: what is written in between stays.
    package func deleteObject(_ object: StoredObject) async throws -> StoredObjectDeletion {
        try await self.maintaining("delete") {
            try await self.store.delete(object.location, ifVersion: object.revision)
        }
    }

    /// The time by the store's clock, see `MaintainableStorageDriver`.
    package func currentTime(in bucket: String) async throws -> Int64 {
        let time = try await self.maintaining("ask for the time of") { try await self.store.time(bucket) }
        guard let time else {
            throw ExternalStorageError(
                code: .unavailable,
                message: "the store does not say what time it is, so that ages cannot be told [bucket=\(bucket)]"
            )
        }
        return time
    }

    private static func object(_ location: StoredObjectLocation, _ info: ObjectInfo) -> StoredObject {
        StoredObject(
            location: location,
            sizeInBytes: info.sizeInBytes,
            lastModified: info.lastModified,
            revision: info.version
        )
    }

    func maintaining<Result>(_ verb: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let failure as StoreFailure {
            throw failure.externalStorageError(verb)
        }
    }
}
