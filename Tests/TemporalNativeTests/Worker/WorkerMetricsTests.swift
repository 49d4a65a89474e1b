//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CoreMetrics
import ExternalStorageCore
import ExternalStorageTesting
import Groundwork
import MetricsTestKit
import SwiftProtobuf
import TemporalAPI
import TemporalNativeTesting
import Testing

@testable import TemporalNative

/// What the article on activity workers and the table of metrics promise.
@Suite("Metrics of a worker", .timeLimit(.minutes(1)))
struct WorkerMetricsTests {
    private let metrics = TestMetrics()
    private let service = ScriptedService()
    private let time = HandClock()

    /// A worker with one poller, whose time stands still.
    private func worker(slots: Int = 3, @ActivitiesBuilder _ activities: () -> [Activity]) throws -> TemporalWorker {
        var configuration = TemporalWorker.Configuration()
        configuration.maxConcurrentActivities = slots
        configuration.activityPollers = 1
        return try withMetricsFactory(self.metrics) {
            try TemporalWorker.scripted(
                self.service,
                clock: self.time.clock,
                configuration: configuration,
                activities: activities
            )
        }
    }

    private static let ofWorker = [
        ("namespace", "default"), ("task_queue", "queue"), ("worker_type", "ActivityWorker"),
    ]

    private static func of(_ type: String, _ reason: String? = nil) -> [(String, String)] {
        self.ofWorker + [("activity_type", type)] + (reason.map { [("failure_reason", $0)] } ?? [])
    }

    private func count(_ name: String, _ dimensions: [(String, String)]) -> Int64? {
        try? self.metrics.expectCounter("temporal_activity_" + name, dimensions).totalValue
    }

    private func times(_ name: String, _ dimensions: [(String, String)]) -> [Duration]? {
        let timer = try? self.metrics.expectTimer("temporal_activity_" + name, dimensions)
        return timer?.values.map { .nanoseconds($0) }
    }

    @Test("Attempts that succeed: how many, how long they waited, how long they took here and in all")
    func success() async throws {
        // One after the other: while one is counted, the next one would move the clock.
        let worker = try self.worker(slots: 1) {
            Activity("work") { (seconds: Int) in self.time.advance(by: .seconds(seconds)) }
        }
        try await worker.running {
            for seconds in [2, 3] {
                self.service.offer(try await .sample("work", [seconds]))
                #expect(await self.service.nextReport()?.completed != nil)
            }
        }
        #expect(self.count("task_received", Self.of("work")) == 2)
        // By the server's clock they were scheduled at 100 s, this attempt at 105 s, and it began at 106.5 s.
        let waited = try #require(self.times("schedule_to_start_latency", Self.ofWorker))
        #expect(waited == [.milliseconds(1_500), .milliseconds(1_500)])
        #expect(self.times("execution_latency", Self.of("work")) == [.seconds(2), .seconds(3)])
        let all = self.times("succeed_endtoend_latency", Self.of("work"))
        #expect(all == [.milliseconds(8_500), .milliseconds(9_500)])
        for reason in ["application", "external_storage"] {
            #expect(self.count("execution_failed", Self.of("work", reason)) == nil)
        }
        #expect(self.count("execution_cancelled", Self.of("work")) == 0)
        #expect(self.count("task_error", Self.of("work")) == 0)
    }

    @Test("Attempts that fail are counted by their reason, those with a benign failure are not")
    func failures() async throws {
        let storage = ExternalStorageError(code: .corrupted, message: "the digest differs", driverName: "s3")
        let worker = try self.worker {
            Activity("application") { throw ApplicationFailure("no") }
            Activity("benign") { throw ApplicationFailure("no matter", category: .benign) }
            Activity("storage") { throw storage }
        }
        try await worker.running {
            for type in ["application", "application", "benign", "storage", "unheard-of"] {
                self.service.offer(try await .sample(type))
                #expect(await self.service.nextReport()?.failed != nil)
            }
        }
        #expect(self.count("execution_failed", Self.of("application", "application")) == 2)
        #expect(self.count("execution_failed", Self.of("benign", "application")) == nil)
        #expect(self.count("execution_failed", Self.of("storage", "external_storage")) == 1)
        // Names that come from outside are no series of their own.
        #expect(self.count("execution_failed", Self.of("unregistered", "application")) == 1)
        #expect(self.count("execution_failed", Self.of("unheard-of", "application")) == nil)
        #expect(self.count("task_received", Self.of("unheard-of")) == nil)
        #expect(self.times("execution_latency", Self.of("application"))?.count == 2)
        #expect(self.times("succeed_endtoend_latency", Self.of("application"))?.isEmpty != false)
    }

    @Test(
        "A result that the server refuses or storage does not take is a failure, with its reason, and no success",
        arguments: [
            (TemporalError(code: .messageTooLarge, message: "5 MiB"), "application"),
            (
                TemporalError(
                    code: .externalStorageFailed,
                    message: "call",
                    cause: ExternalStorageError(code: .unavailable, message: "down")
                ),
                "external_storage"
            ),
        ]
    )
    func lostResult(_ error: TemporalError, _ reason: String) async throws {
        // One after the other.
        let worker = try self.worker(slots: 1) { Activity("work") { "result" } }
        try await worker.running {
            self.service.failNextCompletion(error)
            self.service.offer(try await .sample("work"))
            self.service.offer(try await .sample("work", token: "next"))
            if reason == "application" { #expect(await self.service.nextReport()?.failed != nil) }
            #expect(await self.service.nextReport()?.completed?.taskToken == .init("next".utf8))
        }
        #expect(self.count("execution_failed", Self.of("work", reason)) == 1)
        #expect(self.count("task_error", Self.of("work")) == 0)
        #expect(self.times("succeed_endtoend_latency", Self.of("work"))?.count == 1)
        #expect(self.times("execution_latency", Self.of("work"))?.count == 2)
    }

    @Test("A report that the server does not take is counted, but for one that it does not want any more")
    func reportErrors() async throws {
        let worker = try self.worker { Activity("work") {} }
        try await worker.running {
            self.service.failNextCompletion(TemporalError(code: .permissionDenied, message: "no"))
            self.service.failNextCompletion(TemporalError(code: .notFound, message: "gone"))
            for _ in 0..<3 { self.service.offer(try await .sample("work")) }
            #expect(await self.service.nextReport()?.completed != nil)
        }
        #expect(self.count("task_error", Self.of("work")) == 1)
        #expect(self.times("succeed_endtoend_latency", Self.of("work"))?.count == 1)
    }

    @Test("Attempts that end as cancelled are counted")
    func cancelled() async throws {
        self.service.answerHeartbeats(.success(.with { $0.cancelRequested = true }))
        let worker = try self.worker {
            Activity("work") {
                ActivityContext.current?.heartbeat()
                await OneShot().wait()
                try Task.checkCancellation()
            }
        }
        try await worker.running {
            self.service.offer(try await .sample("work"))
            #expect(await self.service.nextReport()?.heartbeat != nil)
            #expect(await self.service.nextReport()?.canceled != nil)
        }
        #expect(self.count("execution_cancelled", Self.of("work")) == 1)
        #expect(self.count("execution_failed", Self.of("work", "application")) == nil)
    }

    @Test("Slots and pollers are gauges that end where they began, polls without a task and starts are counted")
    func worker() async throws {
        let (inside, release) = (ExternalStorageTesting.TestCounter(), OneShot())
        let worker = try self.worker {
            Activity("wait") {
                inside.increment()
                await release.wait()
            }
        }
        try await worker.running {
            // As the server answers a poll for which it has had nothing.
            self.service.offer(ActivityTask())
            for _ in 0..<3 { self.service.offer(try await .sample("wait")) }
            try await inside.wait(for: 3)
            release.fire()
            for _ in 0..<3 { #expect(await self.service.nextReport()?.completed != nil) }
        }
        func values(_ name: String) throws -> [Double] {
            try self.metrics.expectGauge("temporal_" + name, Self.ofWorker).values
        }
        #expect(try values("worker_task_slots_used") == [1, 2, 3, 2, 1, 0])
        #expect(try values("worker_task_slots_available") == [2, 1, 0, 1, 2, 3])
        let pollers = try values("num_pollers")
        #expect(pollers.max() == 1 && pollers.last == 0)
        #expect(self.count("poll_no_task", Self.ofWorker) == 1)
        #expect(try self.metrics.expectCounter("temporal_worker_start", Self.ofWorker).totalValue == 1)
    }
}
