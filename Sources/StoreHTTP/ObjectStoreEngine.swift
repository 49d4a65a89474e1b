//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// How drivers of object stores store and retrieve payloads, whatever the store.
package struct ObjectStoreEngine<Store: ObjectStore>: Sendable {
    /// What the driver was configured to do.
    package struct Settings: Sendable {
        /// The largest payload that is stored, in bytes (ES-P9).
        package var payloadSizeLimit: Int
        /// How old an object may be when it is used again (ES-D4); nil for any age.
        package var refreshAfter: Duration?
        /// The size of the ranges in which larger objects are read at the same time; nil to read in one go.
        package var downloadPartSizeInBytes: Int?

        package init(payloadSizeLimit: Int, refreshAfter: Duration?, downloadPartSizeInBytes: Int?) {
            self.payloadSizeLimit = payloadSizeLimit
            self.refreshAfter = refreshAfter
            self.downloadPartSizeInBytes = downloadPartSizeInBytes
        }

        /// What another worker stored with the default can be read (ES-P9).
        package var maximumRetrievalSizeInBytes: Int { max(self.payloadSizeLimit, 50 * 1024 * 1024) }
    }

    package let store: Store
    package let settings: Settings
    /// Seconds since 1970-01-01T00:00:00Z.
    private let now: @Sendable () -> Int64

    package init(_ store: Store, settings: Settings, now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.settings = settings
        self.now = now
    }
}

extension ObjectStoreEngine {
    /// Uploads what is not there yet, all payloads at the same time under the limiter (ES-D4, ES-D5).
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: The limiter.
    ///   - place: Where a payload goes; its digest is known by then. Asked for all before anything is sent.
    /// - Returns: One object per payload, in order.
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before any upload, else classified; what `place` throws;
    ///   `CancellationError`.
    package func store(
        _ payloads: [Payload],
        context: StorageDriverStoreContext,
        place: (Payload) async throws -> ObjectPlace
    ) async throws -> [ObjectPlace] {
        for payload in payloads { try self.checkSize(payload.sizeInBytes) }
        let payloads = try await payloads.hashed()
        var objects: [ObjectPlace] = []
        for payload in payloads { objects.append(try await place(payload)) }
        // The same object twice in one call is one upload (ES-D5).
        let uploads = Dictionary(zip(objects, payloads)) { first, _ in first }
        // A discarding group cancels the others with the first failure; `waitForAll()` would let them finish first.
        try await withThrowingDiscardingTaskGroup { group in
            for (object, payload) in uploads {
                group.addTask {
                    try await self.upload(to: object, context.limiter) { onlyIfAbsent in
                        try await self.store.put(
                            payload.pieces,
                            to: object,
                            onlyIfAbsent: onlyIfAbsent,
                            limiter: context.limiter
                        )
                    }
                }
            }
        }
        return objects
    }

    /// Uploads a payload as it is read, unless it is there already.
    package func store(
        _ payload: StreamedPayload,
        to object: ObjectPlace,
        context: StorageDriverStoreContext
    ) async throws {
        try self.checkSize(payload.sizeInBytes)
        try await self.upload(to: object, context.limiter) { onlyIfAbsent in
            // Finding out at the end would have cost the whole upload.
            if onlyIfAbsent, try await self.info(object, context.limiter) != nil { return .alreadyPresent }
            return try await self.store.put(
                payload,
                to: object,
                onlyIfAbsent: onlyIfAbsent,
                limiter: context.limiter
            )
        }
    }

    /// - Throws: `payloadTooLarge`, which says what to change (ES-P9).
    package func checkSize(_ sizeInBytes: Int) throws(ExternalStorageError) {
        try Payload.check(size: sizeInBytes, limit: self.settings.payloadSizeLimit)
    }

    private func upload(
        to object: ObjectPlace,
        _ limiter: StorageLimiter,
        _ put: (_ onlyIfAbsent: Bool) async throws -> PutOutcome
    ) async throws {
        do {
            guard try await put(true) == .alreadyPresent, let margin = self.settings.refreshAfter else { return }
            // Written again if it is too old to be relied on. Without an age there is no reason to believe it is young.
            if let info = try await self.info(object, limiter), let time = info.lastModified,
                .seconds(self.now() - time) <= margin
            {
                return
            }
            _ = try await put(false)
        } catch let failure as StoreFailure {
            throw failure.externalStorageError("store")
        }
    }

    /// What the store says about the object; nil also if this identity may not know.
    private func info(_ object: ObjectPlace, _ limiter: StorageLimiter) async throws -> ObjectInfo? {
        do {
            return try await limiter.withPermit { try await self.store.info(object.location) }
        } catch let failure as StoreFailure where failure.kind == .forbidden {
            return nil
        }
    }
}
