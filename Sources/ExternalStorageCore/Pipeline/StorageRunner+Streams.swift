//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

extension StorageRunner {
    /// Stores a payload that is not in memory; nil if the driver takes only whole payloads.
    func store(
        _ payload: StreamedPayload,
        _ choice: StorePlan.Choice,
        context: StorageDriverSelectContext
    ) async throws -> Payload? {
        let driver = self.registry[choice.driver]
        guard let streaming = driver.driver as? any StreamingStorageDriver else { return nil }
        let key = PayloadCacheState.StoreKey(
            driver: choice.driver,
            target: context.target,
            namespace: context.namespace,
            digest: payload.digest
        )
        var claim = self.cache?.recentClaims(for: [key])[0]
        if claim != nil {
            self.telemetry.cacheHit(.store, driver)
        } else {
            let stored = try await self.store(payload, in: streaming, driver, context: context)
            self.cache?.stored(key: key, claim: stored)
            claim = stored
        }
        let reference = StorageReference(driverName: driver.name, claim: claim ?? [:])
        let plain = reference.payload(forStored: payload.sizeInBytes)
        return try await ReferenceCodec(self.configuration.references).encode([plain])[0]
    }

    private func store(
        _ payload: StreamedPayload,
        in streaming: any StreamingStorageDriver,
        _ driver: RegisteredDriver,
        context: StorageDriverSelectContext
    ) async throws -> StorageDriverClaim {
        let scope = MessageScope(namespace: context.namespace, permits: self.configuration.requestsPerMessage)
        defer { self.telemetry.record(scope.intervals, .store) }
        return try await self.observe(
            .store,
            driver,
            payloads: 1,
            scope: scope,
            moved: { $0 == nil ? [] : [payload.outline] },
            body: { limiter in
                let context = StorageDriverStoreContext(
                    target: context.target,
                    namespace: context.namespace,
                    limiter: limiter
                )
                return try await streaming.store(payload, context: context)
            }
        )
    }

    /// What stands at a location, in chunks.
    func chunks(at location: Location) async throws -> PayloadChunks {
        let driver = self.registry[location.driver]
        if let payload = self.cache?.payload(at: location) {
            self.telemetry.cacheHit(.retrieve, driver)
            return PayloadChunks(of: payload)
        }
        guard let streaming = driver.driver as? any StreamingStorageDriver else {
            return PayloadChunks(proof: nil) {
                let retrieval = Retrieval(limit: .max, occupied: 0, manner: [])
                try await self.retrieve(
                    [location],
                    hints: [0],
                    credits: [0],
                    namespace: location.namespace,
                    in: retrieval
                )
                return MemoryChunkReader(rest: try retrieval.payload(at: location).serializedBytes)
            }
        }
        let usage = LimiterUsage()
        let limiter = StorageLimiter(
            message: PermitPool(self.configuration.requestsPerMessage),
            instance: self.instancePermits,
            usage: usage
        )
        let context = StorageDriverRetrieveContext(namespace: location.namespace, limiter: limiter)
        let chunks: PayloadChunks
        do {
            chunks = try await streaming.chunks(of: location.claim, context: context)
        } catch {
            throw driver.classified(error, operation: .retrieve)
        }
        return PayloadChunks(proof: nil) {
            ObservedChunkReader(
                chunks: chunks.makeAsyncIterator(),
                observation: StreamObservation(of: driver, usage: usage, telemetry: self.telemetry)
            )
        }
    }
}

/// Passes the chunks of a driver on, and reports what came.
private struct ObservedChunkReader: PayloadChunkReader {
    var chunks: PayloadChunks.Iterator
    let observation: StreamObservation

    mutating func next() async throws -> ByteBuffer? {
        do {
            let chunk = try await self.chunks.next()
            self.observation.came(chunk)
            return chunk
        } catch {
            throw self.observation.failed(error)
        }
    }
}
