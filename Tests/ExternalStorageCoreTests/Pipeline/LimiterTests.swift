//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import ExternalStorageCore

@Suite("Limiter", .timeLimit(.minutes(1)))
struct LimiterTests {
    /// How many are inside, and how many were at most.
    private final class Gauge: Sendable {
        private let state = NIOLockedValueBox((now: 0, peak: 0))

        var peak: Int { self.state.withLockedValue { $0.peak } }

        func enter() {
            self.state.withLockedValue { state in
                state.now += 1
                state.peak = max(state.peak, state.now)
            }
        }

        func leave() {
            self.state.withLockedValue { $0.now -= 1 }
        }
    }

    /// Does not come back before `expected` requests are inside, or ever more than that.
    private func driver(requests: Int, gauge: Gauge, inside: TestCounter, go: TestEvent) -> HookedDriver {
        HookedDriver { limiter in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<requests {
                    group.addTask {
                        try await limiter.withPermit {
                            gauge.enter()
                            defer { gauge.leave() }
                            inside.increment()
                            try await go.wait()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("ES-P7 Eight requests of a message are under way, and not nine")
    func perMessage() async throws {
        let (gauge, inside, go) = (Gauge(), TestCounter(), TestEvent())
        let driver = self.driver(requests: 30, gauge: gauge, inside: inside, go: go)
        let storage = try ExternalStorage(driver: driver, configuration: .test(), logger: .silent)

        async let stored = storage.store([.large(1)], context: .test)
        try await inside.wait(for: 8)
        #expect(gauge.peak == 8)
        go.fire()

        #expect(try await stored[0].isReference)
        #expect(gauge.peak == 8)
    }

    @Test("ES-P7 All messages of an instance together have the budget of the instance")
    func perInstance() async throws {
        let (gauge, inside, go) = (Gauge(), TestCounter(), TestEvent())
        let driver = self.driver(requests: 8, gauge: gauge, inside: inside, go: go)
        var configuration = ExternalStorage.Configuration.test()
        configuration.requestsPerInstance = 10
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for message in 0..<4 {
                group.addTask { _ = try await storage.store([.large(message)], context: .test) }
            }
            try await inside.wait(for: 10)
            #expect(gauge.peak == 10)
            go.fire()
            try await group.waitForAll()
        }
        #expect(gauge.peak == 10)
    }

    @Test("ES-P7 The budget of the message comes first: who waits for it holds nothing of the instance's")
    func messageFirst() async throws {
        let message = PermitPool(1)
        let instance = PermitPool(2)
        let first = StorageLimiter(message: message, instance: instance, usage: LimiterUsage())
        let go = TestEvent()
        let inside = TestCounter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    try await first.withPermit {
                        inside.increment()
                        try await go.wait()
                    }
                }
            }
            try await inside.wait(for: 1)
            // Four wait for the message; the second permit of the instance is free for another message.
            let other = StorageLimiter(message: PermitPool(1), instance: instance, usage: LimiterUsage())
            try await other.withPermit {}
            go.fire()
            try await group.waitForAll()
        }
        #expect(inside.value == 5)
    }

    @Test("ES-P7 Waiting for a permit ends when the task is cancelled, and the permit is not lost")
    func cancellation() async throws {
        let pool = PermitPool(1)
        let limiter = StorageLimiter(message: PermitPool(8), instance: pool, usage: LimiterUsage())
        _ = try await pool.acquire()
        // All eight permits of the message are taken, and wait for the one of the instance.
        let cancelled = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        try await limiter.withPermit {}
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
            }
            while pool.waiting < 8 { await Task.yield() }
            group.cancelAll()
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(cancelled == 8 && limiter.permitsTaken == 0)
        pool.release()
        // All eight of the message are there again: as many get inside of it at the same time.
        let wide = PermitPool(8)
        let inside = TestCounter()
        let all = StorageLimiter(message: limiter.messagePool, instance: wide, usage: LimiterUsage())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await all.withPermit {
                        inside.increment()
                        try await inside.wait(for: 8)
                    }
                }
            }
            try await group.waitForAll()
        }
        // And the one of the instance.
        try await limiter.withPermit {}
        #expect(limiter.permitsTaken == 1)
    }

    @Test("ES-P7 Many tasks that come, wait, fail and are cancelled at random: never too many inside, no permit lost")
    func random() async throws {
        struct Failure: Error {}
        let (permits, tasks) = (5, 400)
        let gauge = Gauge()
        let instance = PermitPool(permits)
        let limiters = (0..<20).map { _ in
            StorageLimiter(message: PermitPool(2), instance: instance, usage: LimiterUsage())
        }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<tasks {
                var generator = SeededGenerator(seed: UInt64(index))
                let (yields, cancels, fails) = (
                    Int.random(in: 0..<5, using: &generator), Int.random(in: 0..<4, using: &generator) == 0,
                    Int.random(in: 0..<4, using: &generator) == 0
                )
                group.addTask {
                    await withTaskGroup(of: Void.self) { inner in
                        inner.addTask {
                            try? await limiters[index % limiters.count].withPermit {
                                gauge.enter()
                                defer { gauge.leave() }
                                for _ in 0..<yields { await Task.yield() }
                                if fails { throw Failure() }
                            }
                        }
                        if cancels {
                            for _ in 0..<yields { await Task.yield() }
                            inner.cancelAll()
                        }
                    }
                }
            }
        }
        #expect(gauge.peak <= permits)
        // Every permit can be had again, at the same time.
        for _ in 0..<permits { #expect(try await instance.acquire() == false) }
    }

    @Test("ES-P7 A driver that never took a permit gets one warning, by name; one that does gets none")
    func warning() async throws {
        struct Greedy: StorageDriver {
            let name = "greedy"
            let type = "test"

            func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
                payloads.map { _ in [:] }
            }

            func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws
                -> [Payload]
            {
                claims.map { _ in .small(1) }
            }
        }
        let log = LogRecorder()
        let drivers: [any StorageDriver] = [Greedy(), InMemoryStorageDriver(name: "modest")]
        let storage = try ExternalStorage(
            drivers: drivers,
            selector: alternating(drivers[0], drivers[1]),
            configuration: .test(),
            logger: log.logger
        )
        for number in 0..<3 {
            let stored = try await storage.store([.large(number), .large(-number)], context: .test)
            _ = try await storage.retrieve(stored, namespace: "default")
        }
        let warnings = log.entries.filter { $0.level == .warning }
        #expect(warnings.count == 1)
        #expect(warnings.first?.metadata["driver"] == "greedy")
    }
}
