//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import FakeStores
import Testing

@Suite("What the drivers of all object stores share: the budget of a retrieve", .timeLimit(.minutes(1)))
struct BudgetTests {
    @Test("ES-P11 Keeps its budget", arguments: Cloud.allCases, StorageDriverConformance.budgetChecks)
    func budget(_ cloud: Cloud, _ check: StorageDriverConformance.Check) async throws {
        try await cloud.run { harness in try await check.run(on: harness.driver(nil)) }
    }

    @Test(
        "ES-P11 Of an object that has no room nothing is read, and it is not asked for again",
        arguments: Cloud.allCases,
        [nil, 100]
    )
    func noRoom(_ cloud: Cloud, _ partSize: Int?) async throws {
        try await cloud.run { (harness: CloudHarness) async throws -> Void in
            let driver = try harness.driver(partSize)
            let payloads = [CloudHarness.payload("small"), CloudHarness.payload(sizeInBytes: 1000)]
            let claims = try await driver.store(payloads, context: CloudHarness.store())
            var context = CloudHarness.retrieve
            context.budget = RetrievalBudget(sizeInBytes: 999)
            // The head comes and the body does not: who waits for it waits until the attempt is given up.
            harness.next { request, reply in
                guard request.method == "GET" else { return nil }
                var reply = reply
                reply.fault = .stalled(after: 0)
                return reply
            }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve([claims[1]], context: context)
            }
            #expect(error?.code == .messageTooLarge)
            #expect(harness.server.requests.count { $0.method == "GET" } == 1)
            context.budget = RetrievalBudget(sizeInBytes: 2000)
            #expect(try await driver.retrieve(claims, context: context) == payloads)
        }
    }

    /// What the head says of the size, and how the body goes on.
    ///
    /// Nothing is announced where nothing is said.
    @Test(
        "ES-P11 A store that says too little, or nothing: what comes counts, and reading ends where the room ends",
        arguments: Cloud.allCases,
        ["5", "99999999999", "*"]
    )
    func lies(_ cloud: Cloud, _ whole: String) async throws {
        try await cloud.run { (harness: CloudHarness) async throws -> Void in
            let driver = try harness.driver(600)
            let payload = CloudHarness.payload(sizeInBytes: 1000)
            let claims = try await driver.store([payload], context: CloudHarness.store())
            harness.next { request, reply in
                guard request.method == "GET" else { return nil }
                var reply = reply
                reply.headers.removeAll { $0.name == "Content-Range" }
                reply.headers.append(("Content-Range", "bytes 0-599/\(whole)"))
                // More than there is room for, and then no more: who reads on waits until the attempt is given up.
                reply.fault = .stalled(after: 550)
                return reply
            }
            var context = CloudHarness.retrieve
            context.budget = RetrievalBudget(sizeInBytes: 500)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: context)
            }
            #expect(error?.code == .messageTooLarge)
            #expect(harness.server.requests.count { $0.method == "GET" } == 1)
        }
    }
}

@Suite("What the drivers of all object stores share: deleting what was seen", .timeLimit(.minutes(1)))
struct DeletionTests {
    @Test("ES-G2 The store compares: the same bytes written again are another object", arguments: Cloud.allCases)
    func sameBytes(_ cloud: Cloud) async throws {
        try await cloud.run { (harness: CloudHarness) async throws -> Void in
            let driver = try harness.driver(nil)
            let claims = try await driver.store([CloudHarness.payload()], context: CloudHarness.store())
            let location = try driver.location(of: claims[0])
            let seen = try #require(try await driver.describeObject(at: location))
            #expect(seen.lastModified == CloudHarness.now - 10)
            harness.remove(location.key)
            _ = try await driver.store([CloudHarness.payload()], context: CloudHarness.store())
            #expect(try await driver.deleteObject(seen) == .changed)
            #expect(try await driver.currentTime(in: "payloads") == CloudHarness.now)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.listObjects(in: "nowhere", prefix: "", continuation: nil)
            }
            #expect(error?.code == .misconfigured)
        }
    }
}
