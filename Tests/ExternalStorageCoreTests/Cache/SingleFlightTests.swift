//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Single flight", .timeLimit(.minutes(1)))
struct SingleFlightTests {
    private let base = InMemoryStorageDriver(name: "blocking")

    private func stored(_ payloads: [Payload]) async throws -> [Payload] {
        let writer = try ExternalStorage(driver: self.base, configuration: .test(), logger: .silent)
        return try await writer.store(payloads, context: .test)
    }

    private func reader(_ driver: any StorageDriver) throws -> ExternalStorage {
        try ExternalStorage(driver: driver, configuration: .test(cache: .init()), logger: .silent)
    }

    @Test("Many who want the same payload at the same time are one download")
    func together() async throws {
        let references = try await self.stored([.large(1)])
        let driver = BlockingStorageDriver(base: self.base)
        let reader = try self.reader(driver)
        let cache = try #require(reader.runner.cache)
        try await withThrowingTaskGroup(of: [Payload].self) { group in
            group.addTask { try await reader.retrieve(references, namespace: "n") }
            try await driver.waitForCalls(1)
            for _ in 0..<20 { group.addTask { try await reader.retrieve(references, namespace: "n") } }
            let location = try #require(
                try RetrievePlan.location(of: references[0], in: reader.registry, namespace: "n", unregistered: .fail)
            )
            while cache.waiters(at: location) != 20 { await Task.yield() }
            driver.release()
            for try await payloads in group { #expect(payloads == [.large(1)]) }
        }
        #expect(driver.calls == 1)
    }

    @Test("Cancelling one who waits hurts nobody: neither who fetches nor who waits too")
    func waiterCancelled() async throws {
        let references = try await self.stored([.large(1)])
        let driver = BlockingStorageDriver(base: self.base)
        let reader = try self.reader(driver)
        let flight = try await self.flight(of: references, in: reader, driver: driver) { group in
            group.addTask { try await reader.retrieve(references, namespace: "n") }
        }
        #expect(flight.calls == 1)
        #expect(flight.payloads == [.large(1)])
    }

    /// One task fetches; one waits and is cancelled; the tasks that `more` adds wait too and are not.
    private func flight(
        of references: [Payload],
        in reader: ExternalStorage,
        driver: BlockingStorageDriver,
        more: (inout ThrowingTaskGroup<[Payload], any Error>) -> Void
    ) async throws -> (calls: Int, payloads: [Payload]) {
        let cache = try #require(reader.runner.cache)
        let location = try #require(
            try RetrievePlan.location(of: references[0], in: reader.registry, namespace: "n", unregistered: .fail)
        )
        return try await withThrowingTaskGroup(of: [Payload].self) { group in
            group.addTask { try await reader.retrieve(references, namespace: "n") }
            try await driver.waitForCalls(1)
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { waiting in
                    waiting.addTask { _ = try await reader.retrieve(references, namespace: "n") }
                    while cache.waiters(at: location) != 1 { await Task.yield() }
                    waiting.cancelAll()
                    try await waiting.waitForAll()
                }
            }
            more(&group)
            while cache.waiters(at: location) != 1 { await Task.yield() }
            driver.release()
            var payloads: [Payload] = []
            for try await found in group { payloads = found }
            return (driver.calls, payloads)
        }
    }

    @Test("When the one who fetches is cancelled, one who waits takes over")
    func leaderCancelled() async throws {
        let references = try await self.stored([.large(1)])
        let driver = BlockingStorageDriver(base: self.base)
        let reader = try self.reader(driver)
        let cache = try #require(reader.runner.cache)
        let location = try #require(
            try RetrievePlan.location(of: references[0], in: reader.registry, namespace: "n", unregistered: .fail)
        )
        try await withThrowingTaskGroup(of: [Payload].self) { group in
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { leading in
                    leading.addTask { _ = try await reader.retrieve(references, namespace: "n") }
                    try await driver.waitForCalls(1)
                    for _ in 0..<3 { group.addTask { try await reader.retrieve(references, namespace: "n") } }
                    while cache.waiters(at: location) != 3 { await Task.yield() }
                    leading.cancelAll()
                    try await leading.waitForAll()
                }
            }
            try await driver.waitForCalls(2)
            driver.release()
            for try await payloads in group { #expect(payloads == [.large(1)]) }
        }
        #expect(driver.calls == 2)
    }

    @Test("When the one who fetches fails, those who wait try for themselves")
    func leaderFails() async throws {
        let references = try await self.stored([.large(1)])
        // The first message asks for something that is not there as well, so its call fails as a whole.
        let missing = Payload.reference("blocking", ["key": "missing", "hash_value": "x"])
        let driver = BlockingStorageDriver(base: self.base)
        let reader = try self.reader(driver)
        let cache = try #require(reader.runner.cache)
        let location = try #require(
            try RetrievePlan.location(of: references[0], in: reader.registry, namespace: "n", unregistered: .fail)
        )
        try await withThrowingTaskGroup(of: [Payload].self) { group in
            async let leader = reader.retrieve(references + [missing], namespace: "n")
            try await driver.waitForCalls(1)
            for _ in 0..<3 { group.addTask { try await reader.retrieve(references, namespace: "n") } }
            while cache.waiters(at: location) != 3 { await Task.yield() }
            driver.release()
            do {
                _ = try await leader
                Issue.record("what is not there cannot be retrieved")
            } catch let error as ExternalStorageError {
                #expect(error.code == .notFound)
            }
            for try await payloads in group { #expect(payloads == [.large(1)]) }
        }
    }

    @Test("Two messages that wait for each other's payloads both get them")
    func crosswise() async throws {
        let references = try await self.stored([.large(1), .large(2)])
        let driver = BlockingStorageDriver(base: self.base)
        let reader = try self.reader(driver)
        try await withThrowingTaskGroup(of: [Payload].self) { group in
            group.addTask { try await reader.retrieve([references[0]], namespace: "n") }
            try await driver.waitForCalls(1)
            group.addTask { try await reader.retrieve([references[1], references[0]], namespace: "n").reversed() }
            try await driver.waitForCalls(2)
            group.addTask { try await reader.retrieve([references[0], references[1]], namespace: "n") }
            driver.release()
            for try await payloads in group { #expect(payloads.first == .large(1)) }
        }
        #expect(driver.calls == 2)
    }

    @Test(
        "At random: many messages, overlapping references, failures, cancellations; whoever is not cancelled gets its own",
        arguments: 0..<4
    )
    func random(seed: UInt64) async throws {
        let payloads = (0..<10).map { Payload.sample($0, sizeInBytes: 300_000) }
        let references = try await self.stored(payloads)
        let calls = TestCounter()
        let base = self.base
        let driver = HookedStorage(base: base) {
            calls.increment()
            for _ in 0..<(calls.value % 7) { await Task.yield() }
            if calls.value.isMultiple(of: 5) { throw ExternalStorageError(code: .unavailable, message: "now and then") }
        }
        var cache = ExternalStorage.Configuration.Cache()
        cache.entries = 3
        let reader = try ExternalStorage(driver: driver, configuration: .test(cache: cache), logger: .silent)
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<120 {
                var generator = SeededGenerator(seed: seed << 32 | UInt64(index))
                let wanted = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    Int.random(in: 0..<10, using: &generator)
                }
                let cancels = Int.random(in: 0..<4, using: &generator) == 0
                group.addTask {
                    await withTaskGroup(of: Void.self) { inner in
                        inner.addTask {
                            do {
                                let found = try await reader.retrieve(wanted.map { references[$0] }, namespace: "n")
                                #expect(found == wanted.map { payloads[$0] })
                            } catch let error as ExternalStorageError {
                                #expect(error.code == .unavailable)
                            } catch {
                                #expect(error is CancellationError)
                                #expect(cancels, "only who is cancelled sees a cancellation")
                            }
                        }
                        if cancels {
                            await Task.yield()
                            inner.cancelAll()
                        }
                    }
                }
            }
        }
        #expect(reader.runner.cache?.count ?? 0 <= 3)
    }

    private struct HookedStorage: StorageDriver {
        let base: InMemoryStorageDriver
        let hook: @Sendable () async throws -> Void
        var name: String { self.base.name }
        var type: String { self.base.type }

        func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
            try await self.base.store(payloads, context: context)
        }

        func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
            try await self.hook()
            return try await self.base.retrieve(claims, context: context)
        }
    }
}
