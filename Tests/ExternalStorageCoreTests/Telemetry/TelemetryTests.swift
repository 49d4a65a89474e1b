//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CoreMetrics
import ExternalStorageTesting
import InMemoryTracing
import Logging
import MetricsTestKit
import Testing
import Tracing

@testable import ExternalStorageCore

@Suite("Telemetry", .timeLimit(.minutes(1)))
struct TelemetryTests {
    private func dimensions(_ operation: String, _ type: String = "in-memory") -> [(String, String)] {
        [("operation", operation), ("driver_type", type)]
    }

    @Test("ES-O1 Bytes, payloads, latency and cache hits are counted by driver type")
    func metrics() async throws {
        let metrics = TestMetrics()
        let driver = InMemoryStorageDriver()
        let configuration = ExternalStorage.Configuration.test(cache: .init())
        let storage = try withMetricsFactory(metrics) {
            try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        }
        let size = Int64(Payload.large(1).sizeInBytes)

        let stored = try await storage.store([.large(1), .large(1), .large(2)], context: .test)
        _ = try await storage.store([.large(1)], context: .test)
        _ = try await storage.retrieve(stored, namespace: "default")
        let reader = try withMetricsFactory(metrics) {
            try ExternalStorage(driver: driver, configuration: .test(), logger: .silent)
        }
        _ = try await reader.retrieve([stored[2]], namespace: "n")

        let prefix = "temporal_external_storage_"
        let store = self.dimensions("store")
        let retrieve = self.dimensions("retrieve")
        #expect(try metrics.expectCounter(prefix + "payloads", store).totalValue == 2)
        #expect(try metrics.expectCounter(prefix + "bytes", store).totalValue == 2 * size)
        #expect(try metrics.expectCounter(prefix + "cache_hits", store).totalValue == 1)
        #expect(try metrics.expectTimer(prefix + "latency", store).values.count == 1)
        #expect(try metrics.expectCounter(prefix + "cache_hits", retrieve).totalValue == 2)
        #expect(try metrics.expectCounter(prefix + "payloads", retrieve).totalValue == 1)
        #expect(try metrics.expectCounter(prefix + "bytes", retrieve).totalValue == size)
        #expect(try metrics.expectTimer(prefix + "latency", retrieve).values.count == 1)
    }

    @Test("ES-O1 What is stored only because a request is too large is counted by itself")
    func storedForSize() async throws {
        let metrics = TestMetrics()
        let storage = try withMetricsFactory(metrics) {
            try ExternalStorage(driver: InMemoryStorageDriver(), configuration: .test(), logger: .silent)
        }
        let items = [
            (Payload.small(1), true), (Payload.small(2), true), (Payload.small(3), false), (Payload.large(4), false),
        ].map {
            ExternalStorage.StoreItem(payload: $0, target: nil, ignoresThreshold: $1)
        }
        let stored = try await storage.store(items, namespace: "default")
        #expect(stored.count { $0 != nil } == 3)
        #expect(try metrics.expectCounter("temporal_external_storage_stored_for_size").totalValue == 2)
    }

    @Test("ES-O1 Failures are counted by class, cancellations are not")
    func failures() async throws {
        let metrics = TestMetrics()
        let storage = try withMetricsFactory(metrics) {
            try ExternalStorage(
                driver: FaultyStorageDriver(failing: .throttled),
                configuration: .test(),
                logger: .silent
            )
        }
        for _ in 0..<2 { _ = try? await storage.store([.large(1)], context: .test) }
        let cancelling = try withMetricsFactory(metrics) {
            try ExternalStorage(
                driver: FaultyStorageDriver(failing: .unavailable),
                configuration: .test(),
                logger: .silent
            )
        }
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { _ = try? await cancelling.store([.large(1)], context: .test) }
        }

        let failures = metrics.counters.filter { $0.label == "temporal_external_storage_failures" }
        #expect(failures.map(\.totalValue).reduce(0, +) == 2)
        #expect(failures.allSatisfy { counter in counter.dimensions.contains { $0 == ("code", "throttled") } })
        #expect(failures.allSatisfy { counter in counter.dimensions.contains { $0 == ("driver_type", "faulty") } })
    }

    @Test("ES-O1 Permits that had to be waited for are counted")
    func permits() async throws {
        let metrics = TestMetrics()
        let (inside, go) = (TestCounter(), TestEvent())
        let driver = HookedDriver { limiter in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await limiter.withPermit {
                        inside.increment()
                        try await go.wait()
                    }
                }
                try await inside.wait(for: 1)
                // The only permit is out, so these have to wait, whenever they begin to.
                for _ in 0..<2 { group.addTask { try await limiter.withPermit { inside.increment() } } }
                while limiter.waiting < 2 { await Task.yield() }
                go.fire()
                try await group.waitForAll()
            }
        }
        var configuration = ExternalStorage.Configuration.test()
        configuration.requestsPerMessage = 1
        let storage = try withMetricsFactory(metrics) {
            try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        }
        _ = try await storage.store([.large(1)], context: .test)
        let dimensions = self.dimensions("store", "hooked")
        #expect(try metrics.expectCounter("temporal_external_storage_permit_waits", dimensions).totalValue == 2)
        #expect(try metrics.expectTimer("temporal_external_storage_permit_wait", dimensions).values.count == 1)
    }

    @Test("ES-O1 Elapsed time is the union of the calls' intervals, not their sum")
    func union() {
        let start = ContinuousClock.now
        func interval(_ from: Int, _ to: Int) -> CallIntervals.Interval {
            .init(start: start + .seconds(from), end: start + .seconds(to))
        }
        #expect(CallIntervals.union([]) == .zero)
        #expect(CallIntervals.union([interval(0, 2), interval(1, 3)]) == .seconds(3))
        #expect(
            CallIntervals.union([interval(5, 6), interval(0, 10), interval(2, 3), interval(20, 21)]) == .seconds(11)
        )
        #expect(CallIntervals.union([interval(0, 1), interval(1, 2)]) == .seconds(2))
        #expect(Duration.milliseconds(1_500).nanoseconds == 1_500_000_000)
    }

    @Test("ES-O2 One span per driver call, with driver, counts and the code of a failure")
    func spans() async throws {
        let tracer = InMemoryTracer()
        let a: any StorageDriver = InMemoryStorageDriver(name: "a")
        let b: any StorageDriver = FaultyStorageDriver(name: "b", failing: .forbidden, times: 1)
        let storage = try ExternalStorage(
            drivers: [a, b],
            selector: .selecting { payload, _ in payload == .large(9) ? b : a },
            configuration: .test(),
            logger: .silent
        )
        try await withTracer(tracer) {
            let stored = try await storage.store([.large(1), .large(2)], context: .test)
            _ = try await storage.retrieve(stored, namespace: "n")
            _ = try? await storage.store([.large(9)], context: .test)
        }
        let spans = tracer.finishedSpans
        #expect(
            spans.map(\.operationName) == [
                "external-storage.store", "external-storage.retrieve", "external-storage.store",
            ]
        )
        #expect(spans[0].attributes.get("temporal.storage.driver") == .string("a"))
        #expect(spans[0].attributes.get("temporal.storage.driver.type") == .string("in-memory"))
        #expect(spans[0].attributes.get("temporal.storage.payloads") == .int64(2))
        #expect(spans[0].attributes.get("temporal.storage.bytes") == .int64(Int64(2 * Payload.large(1).sizeInBytes)))
        #expect(spans[0].errors.isEmpty)
        #expect(spans[2].attributes.get("temporal.storage.error.code") == .string("forbidden"))
        #expect(spans[2].errors.count == 1)
    }

    @Test("ES-O2 Log lines carry the driver, and nothing of the payloads")
    func logs() async throws {
        let log = LogRecorder()
        let storage = try ExternalStorage(
            driver: InMemoryStorageDriver(name: "a"),
            configuration: .test(threshold: .all),
            logger: log.logger
        )
        let stored = try await storage.store([Payload(["encoding": "json/plain"], "secret")], context: .test)
        _ = try await storage.retrieve(stored, namespace: "n")
        #expect(log.entries.count == 2)
        #expect(log.entries.allSatisfy { $0.metadata["driver"] == "a" })
        #expect(!log.entries.contains { "\($0)".contains("secret") })
    }
}
