//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

/// Keeps payloads in a key-value store, under the digest of their bytes.
public struct KeyValueStorageDriver: StorageDriver {
    /// Stands in every reference that this driver makes: it never changes.
    public let name = "key-value"
    /// What metrics and heartbeats show.
    public let type = "example.key-value"

    private let store: KeyValueStore

    /// Creates a driver.
    ///
    /// - Parameter store: Where the payloads are kept.
    public init(store: KeyValueStore) {
        self.store = store
    }

    /// Writes each payload that is not there yet.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose they are, and the limiter.
    /// - Returns: One claim per payload, in order.
    /// - Throws: `ExternalStorageError` with the code `unavailable` if the file cannot be written; `CancellationError`.
    public func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        var claims: [StorageDriverClaim] = []
        for payload in payloads {
            let key = payload.digest.hexadecimal
            try await context.limiter.withPermit {
                do {
                    try await self.store.set(Array(payload.serializedBytes.readableBytesView), forKey: key)
                } catch let error as KeyValueStore.Failure {
                    throw ExternalStorageError(code: .unavailable, message: "writing failed", cause: error)
                }
            }
            claims.append(["key": key])
        }
        return claims
    }

    /// Reads payloads, and checks that they are what the claims say.
    ///
    /// - Parameters:
    ///   - claims: Where to find them.
    ///   - context: The limiter.
    /// - Returns: One payload per claim, in order.
    /// - Throws: `ExternalStorageError` with the code `invalidClaim`, `notFound` or `corrupted`; `CancellationError`.
    public func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws
        -> [Payload]
    {
        var payloads: [Payload] = []
        for claim in claims {
            // The claim may come from anywhere.
            guard let key = claim["key"], let digest = PayloadDigest(hexadecimal: key) else {
                throw ExternalStorageError(code: .invalidClaim, message: "the claim has no \"key\", or no digest in it")
            }
            let value = try await context.limiter.withPermit {
                await self.store.value(forKey: digest.hexadecimal)
            }
            guard let value else {
                throw ExternalStorageError(code: .notFound, message: "nothing under the key \(digest)")
            }
            let payload = try Payload(serializedBytes: ByteBuffer(bytes: value))
            guard payload.digest == digest else {
                throw ExternalStorageError(code: .corrupted, message: "the value of \(digest) has another digest")
            }
            payloads.append(payload)
        }
        return payloads
    }
}
