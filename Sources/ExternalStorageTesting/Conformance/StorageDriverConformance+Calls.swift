//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

extension StorageDriverConformance {
    static let namespace = "conformance"
    static let target = StorageDriverTarget.workflow(namespace: Self.namespace, id: "w", runID: "r", type: "T")

    static func store(
        _ payloads: [Payload],
        in driver: any StorageDriver,
        target: StorageDriverTarget? = Self.target,
        limiter: StorageLimiter = StorageLimiter(permits: 8)
    ) async throws -> [StorageDriverClaim] {
        let context = StorageDriverStoreContext(target: target, namespace: Self.namespace, limiter: limiter)
        let claims = try await driver.store(payloads, context: context)
        try Self.require(
            claims.count == payloads.count,
            "store returned \(claims.count) claims for \(payloads.count) payloads"
        )
        return claims
    }

    static func retrieve(
        _ claims: [StorageDriverClaim],
        from driver: any StorageDriver,
        limiter: StorageLimiter = StorageLimiter(permits: 8)
    ) async throws -> [Payload] {
        let context = StorageDriverRetrieveContext(namespace: Self.namespace, limiter: limiter)
        let payloads = try await driver.retrieve(claims, context: context)
        try Self.require(
            payloads.count == claims.count,
            "retrieve returned \(payloads.count) payloads for \(claims.count) claims"
        )
        return payloads
    }

    /// Stores and retrieves, and compares the bytes.
    static func roundTrip(
        _ payloads: [Payload],
        in driver: any StorageDriver,
        target: StorageDriverTarget? = Self.target
    ) async throws {
        let claims = try await Self.store(payloads, in: driver, target: target)
        let retrieved = try await Self.retrieve(claims, from: driver)
        for (index, (stored, found)) in zip(payloads, retrieved).enumerated() {
            try Self.require(
                stored.serializedBytes == found.serializedBytes,
                """
                payload \(index) of \(payloads.count) came back with other bytes: stored \(stored.sizeInBytes), \
                found \(found.sizeInBytes), target \(String(describing: target))
                """
            )
        }
    }

    /// Checks that a claim is refused with an error that says so once and for all.
    static func refuses(_ claim: StorageDriverClaim, by driver: any StorageDriver) async throws {
        do {
            _ = try await Self.retrieve([claim], from: driver)
        } catch let error as ExternalStorageError {
            return try Self.require(
                !error.isRetryable,
                "the error for the claim \(claim) asks for a retry, which cannot help: \(error)"
            )
        } catch {
            throw Failure("the error for the claim \(claim) is no ExternalStorageError: \(error)")
        }
        throw Failure("retrieve returned a payload for the claim \(claim)")
    }
}
