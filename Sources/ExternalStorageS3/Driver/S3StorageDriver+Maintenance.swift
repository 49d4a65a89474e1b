//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import NIOCore
internal import StoreHTTP

/// Through a client that conforms to ``S3BucketClient``, as ``S3HTTPClient`` does; with another one, all of it throws.
extension S3StorageDriver: MaintainableStorageDriver {
    /// The bucket of the driver, or those of ``Configuration/readableBuckets``.
    ///
    /// - Returns: Buckets.
    /// - Throws: `misconfigured` if a closure chooses the bucket and there are no `readableBuckets`.
    public func containers() throws(ExternalStorageError) -> [String] {
        try KnownContainers.list(
            fixed: self.bucket.fixed,
            readable: self.configuration.readableBuckets,
            driver: self.name,
            noun: "bucket"
        )
    }

    /// ``Configuration/refreshAfter``.
    public var renewalMargin: Duration? { self.configuration.refreshAfter }

    /// Bucket and key of a claim.
    ///
    /// - Parameter claim: A claim that was read, of any SDK.
    /// - Returns: The location.
    /// - Throws: ``ExternalStorageError/Code/invalidClaim``.
    public func location(of claim: StorageDriverClaim) throws(ExternalStorageError) -> StoredObjectLocation {
        let claim = try self.checked(claim)
        return StoredObjectLocation(container: claim.bucket, key: claim.key)
    }

    /// What the keys of a namespace begin with.
    ///
    /// - Parameter namespace: The namespace's name.
    /// - Returns: The beginning, with a slash at its end.
    public func keyPrefix(ofNamespace namespace: String) -> String {
        StorageObjectKey.prefix(ofNamespace: namespace, style: .s3)
    }

    /// Lists objects by key; needs `s3:ListBucket`.
    ///
    /// - Parameters:
    ///   - container: A bucket.
    ///   - prefix: What the keys have to begin with.
    ///   - continuation: That of the page before.
    /// - Returns: Up to 1,000 objects.
    /// - Throws: ``ExternalStorageError``; `CancellationError`.
    public func listObjects(
        in container: String,
        prefix: String,
        continuation: String?
    ) async throws -> StoredObjectPage {
        let page = try await self.maintaining("list") { client in
            try await client.listObjects(
                bucket: container,
                prefix: prefix,
                continuation: continuation,
                maximumCount: 1_000
            )
        }
        return StoredObjectPage(
            objects: page.entries.map { entry in
                Self.object(
                    StoredObjectLocation(container: container, key: entry.key),
                    size: entry.sizeInBytes,
                    lastModified: entry.lastModified
                )
            },
            continuation: page.continuation
        )
    }

    /// Looks at an object.
    ///
    /// - Parameter location: Where it is.
    /// - Returns: Its size and time; nil if the store says that there is none.
    /// - Throws: ``ExternalStorageError``: `forbidden` for an object that is missing, without the right `s3:ListBucket`.
    public func describeObject(at location: StoredObjectLocation) async throws -> StoredObject? {
        let info = try await self.maintaining("describe") { client in
            try await client.head(bucket: location.container, key: location.key)
        }
        guard let info else { return nil }
        return Self.object(location, size: info.sizeInBytes ?? -1, lastModified: info.lastModified)
    }

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - sizeLimit: The most bytes that are read.
    /// - Returns: The bytes.
    /// - Throws: ``ExternalStorageError``: `notFound`, `payloadTooLarge`, else classified by what the store said.
    public func readObject(at location: StoredObjectLocation, sizeLimit: Int) async throws -> ByteBuffer {
        try await self.maintaining("retrieve") { client in
            try await client.get(
                S3GetRequest(bucket: location.container, key: location.key, maximumSizeInBytes: sizeLimit)
            ).body
        }
    }

    /// Writes an object, if there is none (`If-None-Match: *`).
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - location: Where to write it.
    /// - Returns: False if there was one.
    /// - Throws: ``ExternalStorageError``: `misconfigured` if the store does not know the condition.
    public func createObject(_ bytes: ByteBuffer, at location: StoredObjectLocation) async throws -> Bool {
        try await self.maintaining("create") { client in
            try await client.put(
                S3PutRequest(
                    bucket: location.container,
                    key: location.key,
                    body: bytes,
                    digest: PayloadDigest(hashing: bytes),
                    onlyIfAbsent: true
                )
            ) == .written
        }
    }

    /// Looks at an object once more, and deletes it if nothing was written there.
    ///
    /// In a bucket with versions, the very version that was looked at is deleted, and then older ones that come to
    /// light by it: what is written in between stays. Without versions a store cannot tell an object from the same
    /// bytes written again, so the milliseconds between the look and the request are not covered.
    ///
    /// - Parameter object: What was seen there.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``: `forbidden`, also for what a retention lock holds; `unavailable`.
    public func deleteObject(_ object: StoredObject) async throws -> StoredObjectDeletion {
        guard let lastModified = object.lastModified else { return .changed }
        return try await self.maintaining("delete") { client in
            do {
                return try await Self.delete(object, lastModified: lastModified, by: client)
            } catch let failure as S3Failure where failure.status == 412 {
                return .changed
            }
        }
    }

    private static func delete(
        _ object: StoredObject,
        lastModified: Int64,
        by client: any S3BucketClient
    ) async throws -> StoredObjectDeletion {
        let location = object.location
        guard let found = try await client.head(bucket: location.container, key: location.key) else {
            return .missing
        }
        let seen = Self.object(location, size: found.sizeInBytes ?? -1, lastModified: found.lastModified)
        guard seen.revision == object.revision else { return .changed }
        guard var version = found.versionID, version != "null" else {
            try await client.deleteObject(
                bucket: location.container,
                key: location.key,
                versionID: nil,
                ifMatch: found.entityTag
            )
            return .deletedAfterLastLook
        }
        while true {
            try await client.deleteObject(
                bucket: location.container,
                key: location.key,
                versionID: version,
                ifMatch: nil
            )
            // An older version takes the place of one that is deleted.
            guard let older = try await client.head(bucket: location.container, key: location.key) else {
                return .deleted
            }
            guard let time = older.lastModified, time <= lastModified, let next = older.versionID, next != version,
                next != "null"
            else { return .changed }
            version = next
        }
    }

    /// The time by the clock of the store: the `Date` of an answer.
    ///
    /// - Parameter container: A bucket.
    /// - Returns: Seconds since 1970.
    /// - Throws: ``ExternalStorageError``: `unavailable` if the store does not say.
    public func currentTime(in container: String) async throws -> Int64 {
        let time = try await self.maintaining("ask for the time of") { try await $0.time(bucket: container) }
        guard let time else {
            throw ExternalStorageError(
                code: .unavailable,
                message: "the store does not say what time it is, so that ages cannot be told [bucket=\(container)]"
            )
        }
        return time
    }

    private static func object(_ location: StoredObjectLocation, size: Int, lastModified: Int64?) -> StoredObject {
        StoredObject(
            location: location,
            sizeInBytes: size,
            lastModified: lastModified,
            // Listings know the time in milliseconds and headers in seconds, and not all listings a tag.
            revision: "\(lastModified.map(String.init) ?? "unknown")-\(size)"
        )
    }

    func maintaining<Result>(
        _ verb: String,
        _ body: (any S3BucketClient) async throws -> Result
    ) async throws -> Result {
        guard let client = self.client as? any S3BucketClient else {
            throw ExternalStorageError(
                code: .misconfigured,
                message:
                    "the client of the driver \"\(self.name)\" cannot list or delete: give it one that conforms to "
                    + "S3BucketClient"
            )
        }
        do {
            return try await body(client)
        } catch let failure as S3Failure {
            throw failure.externalStorageError(verb == "create" ? "store" : verb)
        }
    }
}
