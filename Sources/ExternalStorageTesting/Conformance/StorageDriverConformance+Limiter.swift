//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

extension StorageDriverConformance {
    static let limiterChecks: [Check] = [
        Check("Every call takes permits") { driver in
            let storing = StorageLimiter(permits: 8)
            let payloads = (0..<4).map { Payload.sample(600 + $0, sizeInBytes: 1_000) }
            let claims = try await Self.store(payloads, in: driver, limiter: storing)
            try Self.require(storing.permitsTaken > 0, "store took no permit; wrap each request in withPermit")
            let retrieving = StorageLimiter(permits: 8)
            _ = try await Self.retrieve(claims, from: driver, limiter: retrieving)
            try Self.require(retrieving.permitsTaken > 0, "retrieve took no permit; wrap each request in withPermit")
        },
        Check("One permit at a time is enough") { driver in
            let payloads = (0..<12).map { Payload.sample(700 + $0, sizeInBytes: 1_000) }
            let claims = try await Self.store(payloads, in: driver, limiter: StorageLimiter(permits: 1))
            let found = try await Self.retrieve(claims, from: driver, limiter: StorageLimiter(permits: 1))
            try Self.require(found == payloads, "the payloads came back with other bytes")
        },
        Check("A call in a cancelled task throws CancellationError") { driver in
            let claims = try await Self.store([.sample(11, sizeInBytes: 1_100)], in: driver)
            try await Self.throwsCancellation("store") {
                _ = try await Self.store([.sample(12, sizeInBytes: 1_200)], in: driver)
            }
            try await Self.throwsCancellation("retrieve") {
                _ = try await Self.retrieve(claims, from: driver)
            }
        },
    ]

    private static func throwsCancellation(
        _ call: String,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                do {
                    try await body()
                } catch is CancellationError {
                    return
                } catch {
                    throw Failure("\(call) threw \(error) in a cancelled task")
                }
                throw Failure("\(call) went on in a cancelled task")
            }
            try await group.waitForAll()
        }
    }
}
