//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

extension StorageDriverConformance {
    /// A payload as a stream, and the same in memory.
    static func streamedSample(
        _ number: Int,
        dataSizeInBytes: Int,
        secondReading: SamplePayloadSource.SecondReading = .same
    ) async throws -> (StreamedPayload, Payload) {
        let metadata = ["encoding": Array("binary/plain".utf8), "number": Array("\(number)".utf8)]
        let sample = Payload.sample(number, sizeInBytes: dataSizeInBytes + 33).data
        let data = sample.getSlice(at: sample.readerIndex, length: dataSizeInBytes) ?? ByteBuffer()
        let source = SamplePayloadSource(data, secondReading: secondReading)
        let streamed = try await StreamedPayload(metadata: metadata, data: source)
        return (streamed, Payload(metadata: metadata, data: data))
    }

    static func store(
        _ payload: StreamedPayload,
        in driver: any StreamingStorageDriver,
        limiter: StorageLimiter = StorageLimiter(permits: 8)
    ) async throws -> StorageDriverClaim {
        let context = StorageDriverStoreContext(target: Self.target, namespace: Self.namespace, limiter: limiter)
        return try await driver.store(payload, context: context)
    }

    static func retrieveContext(
        limiter: StorageLimiter = StorageLimiter(permits: 8)
    ) -> StorageDriverRetrieveContext {
        StorageDriverRetrieveContext(namespace: Self.namespace, limiter: limiter)
    }

    /// All bytes behind a claim, read in chunks.
    static func chunks(
        of claim: StorageDriverClaim,
        from driver: any StreamingStorageDriver,
        limiter: StorageLimiter = StorageLimiter(permits: 8)
    ) async throws -> ByteBuffer {
        try await driver.chunks(of: claim, context: Self.retrieveContext(limiter: limiter)).collect()
    }
}
