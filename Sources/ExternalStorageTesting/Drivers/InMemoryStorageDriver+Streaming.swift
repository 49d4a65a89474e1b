//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOCore

extension InMemoryStorageDriver: StreamingStorageDriver {
    /// How much is handed out at a time, in bytes.
    private static let chunkSize = 65_536

    /// Keeps a payload; the call is remembered as a store of one.
    ///
    /// - Parameters:
    ///   - payload: What to store.
    ///   - context: Whose it is, and the limiter.
    /// - Returns: `key`, `hash_algorithm`, `hash_value`.
    /// - Throws: What the source throws; `CancellationError`. Then nothing has been kept.
    public func store(
        _ payload: StreamedPayload,
        context: StorageDriverStoreContext
    ) async throws -> StorageDriverClaim {
        self.began(.store, count: 1, target: context.target, namespace: context.namespace)
        let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .s3).text
        try await context.limiter.withPermit { self.write(try await payload.load(), to: key) }
        return ["key": key, "hash_algorithm": "sha256", "hash_value": payload.digest.hexadecimal]
    }

    /// Finds a payload; every iteration is remembered as a retrieve of one.
    ///
    /// - Parameters:
    ///   - claim: Where to find it.
    ///   - context: The limiter; one permit for all chunks.
    /// - Returns: The chunks. Iterating throws `ExternalStorageError`: `notFound`, `corrupted`; `CancellationError`.
    /// - Throws: `ExternalStorageError`: `invalidClaim`.
    public func chunks(
        of claim: StorageDriverClaim,
        context: StorageDriverRetrieveContext
    ) async throws -> PayloadChunks {
        guard let key = claim["key"], let digest = PayloadDigest(hexadecimal: claim["hash_value"] ?? "") else {
            throw ExternalStorageError(
                code: .invalidClaim,
                message: "the claim has no \"key\", or no \"hash_value\" of 64 hexadecimal digits"
            )
        }
        return PayloadChunks(digest: digest, place: "key=\(key)") {
            self.began(.retrieve, count: 1, target: nil, namespace: context.namespace)
            let payload = try await context.limiter.withPermit { self.objects[key] }
            guard let payload else {
                throw ExternalStorageError(code: .notFound, message: "no object there [key=\(key)]")
            }
            return SlicingChunkReader(rest: payload.serializedBytes, chunkSize: Self.chunkSize)
        }
    }
}

/// Hands out what is in memory, a little at a time.
private struct SlicingChunkReader: PayloadChunkReader {
    var rest: ByteBuffer
    let chunkSize: Int

    mutating func next() async throws -> ByteBuffer? {
        guard self.rest.readableBytes > 0 else { return nil }
        return self.rest.readSlice(length: min(self.chunkSize, self.rest.readableBytes))
    }
}
