//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

// snippet.begin
/// What the driver needs of its store.
protocol BlobClient: Sendable {
    func put(_ bytes: ByteBuffer, to key: String) async throws
    /// Calls `opened` with the size of the object before it reads the object.
    func get(_ key: String, opened: (_ sizeInBytes: Int) throws -> Void) async throws -> ByteBuffer?
}

struct BlobStorageDriver: StorageDriver {
    let name: String
    let type = "example.blobs"
    let client: any BlobClient
    let payloadSizeLimit = 50 * 1_048_576

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        // All checks come before the first upload.
        for payload in payloads where payload.sizeInBytes > self.payloadSizeLimit {
            throw ExternalStorageError(
                code: .payloadTooLarge,
                message: "payload size \(payload.sizeInBytes) exceeds the maximum of \(self.payloadSizeLimit) bytes"
            )
        }
        var claims: [StorageDriverClaim] = []
        for payload in payloads {
            let digest = payload.digest.hexadecimal
            try await context.limiter.withPermit {
                try await self.client.put(payload.serializedBytes, to: "payloads/\(digest)")
            }
            claims.append(["hash_algorithm": "sha256", "hash_value": digest])
        }
        return claims
    }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        // Nothing in a claim is trusted: only what is a digest becomes part of a key.
        let digests = try claims.map { claim in
            guard claim["hash_algorithm"] == "sha256", let text = claim["hash_value"],
                let digest = PayloadDigest(hexadecimal: text)
            else {
                throw ExternalStorageError(code: .invalidClaim, message: "the claim has no SHA-256 in \"hash_value\"")
            }
            return digest
        }
        // All at the same time, as far as there are permits, and no more than there is room for.
        return try await context.retrieveEach(digests) { digest, room in
            let key = "payloads/\(digest.hexadecimal)"
            let bytes = try await context.limiter.withPermit {
                try await self.client.get(key) { sizeInBytes in try room.reserve(sizeInBytes) }
            }
            guard let bytes else {
                throw ExternalStorageError(code: .notFound, message: "no object there [key=\(key)]")
            }
            guard PayloadDigest(hashing: bytes) == digest else {
                throw ExternalStorageError(code: .corrupted, message: "integrity check failed [key=\(key)]")
            }
            return try Payload(serializedBytes: bytes)
        }
    }
}
// snippet.end
