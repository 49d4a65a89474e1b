//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Testing

@testable import ExternalStorageS3

@Suite("The S3 driver keeps the contract of all drivers", .timeLimit(.minutes(2)))
struct ConformanceTests {
    @Test("On the fake store", arguments: StorageDriverConformance.checks + StorageDriverConformance.budgetChecks)
    func fake(_ check: StorageDriverConformance.Check) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            try await check.run(on: S3StorageDriverTests.driver(harness))
        }
    }

    // SeaweedFS refuses keys with segments `.` and `..`, which Amazon S3 stores as they are; one check has such a target.
    static let checksForAnyStore = StorageDriverConformance.checks.filter {
        $0.name != "Every kind of target will do, and none at all"
    }

    @Test(
        "On a real S3 server",
        .enabled(if: RealStore.isThere, RealStore.skipped),
        arguments: ConformanceTests.checksForAnyStore
    )
    func real(_ check: StorageDriverConformance.Check) async throws {
        try await check.run(on: S3StorageDriver(bucket: .fixed(RealStore.bucket), client: RealStore.client()))
    }

    @Test(
        "ES-G1 ES-G2 P29 Keeps what the commands of operators rely on, on a real S3 server",
        .enabled(if: RealStore.isThere, RealStore.skipped),
        arguments: StorageDriverConformance.maintenanceChecks
    )
    func maintenance(_ check: StorageDriverConformance.MaintenanceCheck) async throws {
        try await check.run(on: S3StorageDriver(bucket: .fixed(RealStore.bucket), client: RealStore.client()))
    }
}
