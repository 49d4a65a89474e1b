//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

extension StorageDriverConformance {
    /// Checks of a driver that takes what it is about to read from the budget of its context (ES-P11).
    ///
    /// A driver that does not is safe to use, but reads more than the message can hold before anybody notices.
    public static let budgetChecks: [Check] = [
        Check("A payload that has no room is refused") { driver in
            let claims = try await Self.store([.sample(13, sizeInBytes: 50_000)], in: driver)
            try await Self.isRefused(claims, sizeInBytes: 10_000, by: driver)
        },
        Check("No more payloads come than have room, and as many as have are used") { driver in
            let payloads = (0..<20).map { Payload.sample(900 + $0, sizeInBytes: 10_000) }
            let claims = try await Self.store(payloads, in: driver)
            try await Self.isRefused(claims, sizeInBytes: 100_000, by: driver)
            let size = payloads.prefix(10).reduce(0) { $0 + $1.sizeInBytes }
            let context = Self.context(RetrievalBudget(sizeInBytes: size))
            let found = try await driver.retrieve(Array(claims.prefix(10)), context: context)
            try Self.require(found == Array(payloads.prefix(10)), "the payloads came back with other bytes")
        },
    ]

    private static func context(_ budget: RetrievalBudget) -> StorageDriverRetrieveContext {
        StorageDriverRetrieveContext(namespace: Self.namespace, limiter: StorageLimiter(permits: 8), budget: budget)
    }

    private static func isRefused(
        _ claims: [StorageDriverClaim],
        sizeInBytes: Int,
        by driver: any StorageDriver
    ) async throws {
        do {
            _ = try await driver.retrieve(claims, context: Self.context(RetrievalBudget(sizeInBytes: sizeInBytes)))
        } catch let error as ExternalStorageError where error.code == .messageTooLarge {
            return
        } catch {
            throw Failure("retrieve threw \(error) where there was no room; throw what the room throws")
        }
        throw Failure("retrieve returned payloads for which there was no room; reserve their sizes before reading")
    }
}
