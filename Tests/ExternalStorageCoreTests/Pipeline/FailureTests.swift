//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Testing

@testable import ExternalStorageCore

@Suite("Failures", .timeLimit(.minutes(1)))
struct FailureTests {
    struct OwnError: Error {}

    private func storage(_ drivers: any StorageDriver...) throws -> ExternalStorage {
        let counter = TestCounter()
        return try ExternalStorage(
            drivers: drivers,
            selector: .selecting { _, _ in
                defer { counter.increment() }
                return drivers[counter.value % drivers.count]
            },
            configuration: .test(),
            logger: .silent
        )
    }

    @Test("ES-P3 The first failure cancels the other drivers, waits for them, and is the error thrown")
    func storeFailureWins() async throws {
        let blocked = BlockingStorageDriver(name: "blocked")
        // Fails only when the other one is at work.
        let faulty = HookedDriver(name: "faulty") { _ in
            try await blocked.waitForCalls(1)
            throw ExternalStorageError(code: .forbidden, message: "no entry")
        }

        let error = await #expect(throws: ExternalStorageError.self) {
            try await self.storage(blocked, faulty).store([.large(1), .large(2)], context: .test)
        }

        #expect(error?.code == .forbidden)
        #expect(error?.driverName == "faulty")
        #expect(error?.description == "storage driver \"faulty\": store failed: no entry (forbidden)")
        #expect(blocked.wasCancelled)
    }

    @Test("ES-P3 So it is when retrieving")
    func retrieveFailureWins() async throws {
        let blocked = BlockingStorageDriver(name: "blocked")
        let faulty = HookedDriver(name: "faulty") { _ in
            try await blocked.waitForCalls(1)
            throw OwnError()
        }
        let references = [Payload.reference("blocked", [:]), .reference("faulty", [:])]

        let error = await #expect(throws: ExternalStorageError.self) {
            try await self.storage(blocked, faulty).retrieve(references, namespace: "default")
        }

        #expect(error?.code == .driverFailed && error?.driverName == "faulty")
        #expect(error?.cause is OwnError)
        #expect(error?.description.contains("retrieve failed: OwnError") == true)
        #expect(blocked.wasCancelled)
    }

    @Test("ES-P3 CancellationError passes through unwrapped, in both directions")
    func cancellation() async throws {
        let driver = BlockingStorageDriver()
        let storage = try self.storage(driver)
        for (index, operation) in [
            { _ = try await storage.store([.large(1)], context: .test) },
            { _ = try await storage.retrieve([.reference("blocking", [:])], namespace: "default") },
        ].enumerated() as EnumeratedSequence<[@Sendable () async throws -> Void]> {
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await operation() }
                    try await driver.waitForCalls(index + 1)
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("ES-P13 A driver's own CancellationError is a failure of the driver")
    func leakedCancellation() async throws {
        let own = FaultyStorageDriver(fault: .throwing(CancellationError()))
        let storage = try self.storage(own)
        for operation in [
            { _ = try await storage.store([.large(1)], context: .test) },
            { _ = try await storage.retrieve([.reference("faulty", [:])], namespace: "default") },
        ] as [@Sendable () async throws -> Void] {
            let error = await #expect(throws: ExternalStorageError.self) { try await operation() }
            #expect(error?.code == .driverFailed && error?.driverName == "faulty")
            #expect(error?.description.contains("it was cancelled, but not by its caller") == true)
        }
    }

    @Test("ES-P13 Whatever a driver throws in a cancelled task is a cancellation")
    func wrappedCancellation() async throws {
        // Makes an error of its own of the cancellation, as clients of stores do.
        let entered = TestCounter()
        let driver = HookedDriver { _ in
            entered.increment()
            do { try await TestEvent().wait() } catch { throw OwnError() }
        }
        let storage = try self.storage(driver)
        for (index, operation) in [
            { _ = try await storage.store([.large(1)], context: .test) },
            { _ = try await storage.retrieve([.reference("hooked", [:])], namespace: "default") },
        ].enumerated() as EnumeratedSequence<[@Sendable () async throws -> Void]> {
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await operation() }
                    try await entered.wait(for: index + 1)
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("ES-P12 A driver that a selector returns is the registered one, not another of its name")
    func strangers() async throws {
        let registered = InMemoryStorageDriver(name: "a")
        let stranger = InMemoryStorageDriver(name: "a")
        let storage = try ExternalStorage(
            drivers: [registered],
            selector: .selecting { payload, _ in payload == .large(1) ? stranger : registered },
            configuration: .test(),
            logger: .silent
        )
        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.store([.large(1)], context: .test)
        }
        #expect(error?.code == .driverNotRegistered)
        #expect(error?.description.contains("but is another one") == true)
        #expect(registered.calls.isEmpty && stranger.calls.isEmpty)
        _ = try await storage.store([.large(2)], context: .test)
        #expect(registered.writes == 1)
    }

    @Test(
        "ES-P2 A driver that miscounts is an error that says so",
        arguments: [(FaultyStorageDriver.Fault.returningTooFew, 1), (.returningTooMany, 3)]
    )
    func miscounting(fault: FaultyStorageDriver.Fault, count: Int) async throws {
        let driver = FaultyStorageDriver(name: "x", fault: fault, times: nil)
        let storage = try self.storage(driver)
        let stored = await #expect(throws: ExternalStorageError.self) {
            try await storage.store([.large(1), .large(2)], context: .test)
        }
        #expect(stored?.code == .driverContract)
        #expect(stored?.description == "driver \"x\" returned \(count) claims for 2 payloads (driverContract)")
    }

    @Test("ES-P2 So it is when retrieving")
    func miscountingRetrieve() async throws {
        let driver = HookedDriver(name: "x") { _ in }
        let claims = try await driver.store(
            [.large(1), .large(2)],
            context: .init(namespace: "n", limiter: StorageLimiter(permits: 1))
        )
        let miscounting = Miscounting(base: driver)
        let error = await #expect(throws: ExternalStorageError.self) {
            try await self.storage(miscounting).retrieve(claims.map { .reference("x", $0) }, namespace: "default")
        }
        #expect(error?.description == "driver \"x\" returned 0 payloads for 2 claims (driverContract)")
    }

    @Test("After a failure the same call can succeed")
    func recovers() async throws {
        let driver = FaultyStorageDriver(failing: .unavailable, times: 1)
        let storage = try self.storage(driver)
        await #expect(throws: ExternalStorageError.self) { try await storage.store([.large(1)], context: .test) }
        let stored = try await storage.store([.large(1)], context: .test)
        #expect(try await storage.retrieve(stored, namespace: "default") == [.large(1)])
    }

    @Test("What may pass by itself is retryable; the description hides the cause, the debug description shows it")
    func retryable() {
        let codes: [(ExternalStorageError.Code, Bool)] = [
            (.throttled, true), (.unavailable, true), (.driverFailed, true), (.notConfigured, true), (.notFound, false),
            (.notReplicated, true),
            (.forbidden, false), (.corrupted, false), (.payloadTooLarge, false), (.misconfigured, false),
            (.invalidClaim, false), (.driverNotRegistered, false), (.driverContract, false),
        ]
        for (code, isRetryable) in codes {
            #expect(ExternalStorageError(code: code, message: "").isRetryable == isRetryable, "\(code)")
        }
        let error = ExternalStorageError(code: .unavailable, message: "m", driverName: "d", cause: OwnError())
        #expect(error.description == "storage driver \"d\": m (unavailable)")
        #expect(String(reflecting: error).contains("OwnError"))
    }

    private struct Miscounting: StorageDriver {
        let base: HookedDriver
        var name: String { self.base.name }
        var type: String { self.base.type }

        func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
            try await self.base.store(payloads, context: context)
        }

        func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
            []
        }
    }
}
