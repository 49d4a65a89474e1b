//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Testing

@Suite("Conformance", .timeLimit(.minutes(1)))
struct ConformanceTests {
    @Test(
        "The driver in memory keeps the contract",
        arguments: StorageDriverConformance.checks + StorageDriverConformance.budgetChecks
    )
    func inMemory(_ check: StorageDriverConformance.Check) async throws {
        try await check.run(on: InMemoryStorageDriver())
    }

    @Test("The other drivers for tests keep it once they work", arguments: StorageDriverConformance.checks)
    func others(_ check: StorageDriverConformance.Check) async throws {
        let blocking = BlockingStorageDriver()
        blocking.release()
        try await check.run(on: blocking)
        try await check.run(on: FaultyStorageDriver(failing: .unavailable, times: 0))
    }

    @Test("The drivers of this product that stream keep the contract of streams", .timeLimit(.minutes(1)))
    func streaming() async throws {
        for check in StorageDriverConformance.streamingChecks { try await check.run(on: InMemoryStorageDriver()) }
    }
}
