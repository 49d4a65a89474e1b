//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CoreMetrics
import ExternalStorageTesting
import Groundwork
import Logging
import Metrics
import NIOConcurrencyHelpers
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("Activities that come with the answer to a workflow task", .timeLimit(.minutes(1)))
struct EagerActivityTests {
    /// Runs an activity of another queue, one that its worker does not have, one that is to wait for a poll, and four more.
    struct Caller: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            let calls = [("greet", "other", false), ("unknown", nil, false), ("greet", nil, true)]
            try await withThrowingDiscardingTaskGroup { group in
                for (name, queue, waits) in calls + Array(repeating: ("greet", nil, false), count: 4) {
                    group.addTask {
                        var options = ActivityOptions(startToCloseTimeout: .seconds(10))
                        options.taskQueue = queue
                        options.disableEagerActivityExecution = waits
                        try await context.executeActivity(name, options: options, input: "Ada", returning: Void.self)
                    }
                }
            }
        }
    }

    /// A worker with five polls under way, and what it needs.
    private struct Bed {
        let service = ScriptedService()
        let tasks = ScriptedTasks()
        let activities: ActivityWorker
        let workflows: WorkflowWorker

        init(_ configure: (inout TemporalWorker.Configuration) -> Void = { _ in }) throws {
            var configuration = TemporalWorker.Configuration()
            configure(&configuration)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            self.activities = ActivityWorker(
                service: self.service,
                registry: try ActivityRegistry([Activity("greet") { (name: String) in "Hello, \(name)!" }]),
                configuration: configuration,
                payloads: PayloadContext(),
                identity: WorkerReport.Identity(identity: "me", taskQueue: "queue", driverTypes: []),
                client: nil,
                interceptors: [],
                clock: .continuous,
                end: WorkerEnd(clock: .continuous, logger: logger),
                executor: nil,
                logger: logger,
                metrics: WorkerMetrics(namespace: "default", taskQueue: "queue", factory: NOOPMetricsHandler.instance)
            )
            self.workflows = try WorkflowWorker.scripted(
                self.tasks,
                workflows: [Caller.self],
                activityWorker: self.activities
            )
        }

        /// Has a workflow task answered, while the worker runs.
        ///
        /// - Returns: Which of the activities were asked for at once.
        func process(_ check: @Sendable () async throws -> Void = {}) async throws -> [Bool] {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.activities.run(.init()) }
                try await self.service.polls.wait(for: 5)
                await self.workflows.process(ScriptedTasks.task(type: "Caller"))
                try await check()
                self.activities.end.begin()
                self.activities.end.pollsEnd.fire()
                try await group.waitForAll()
                // Nothing is held by anybody.
                let slots = self.activities.poller.slots
                #expect(slots.freeCount == slots.count)
                let completion = try #require(self.tasks.state.withLockedValue { $0.completions }.first)
                return completion.commands.map(\.scheduleActivityTaskCommandAttributes.requestEagerExecution)
            }
        }

        func hasResult() async throws {
            let report = try #require(await self.service.nextReport()?.completed)
            #expect(report.result.payloads.first.map { String(decoding: $0.data, as: UTF8.self) } == "\"Hello, Ada!\"")
        }
    }

    private static let none = Array(repeating: false, count: 7)

    @Test("Three of this worker's own are asked for, and run without having been polled")
    func runs() async throws {
        let bed = try Bed()
        let tasks = try await [ActivityTask.sample("greet", ["Ada"]), .sample("greet", ["Ada"])]
        bed.tasks.state.withLockedValue { $0.eager = tasks }
        let asked = try await bed.process {
            for _ in tasks { try await bed.hasResult() }
        }
        #expect(asked == [false, false, false, true, true, true, false])
        #expect(bed.service.polls.value == 5)
    }

    @Test("Slots for which the server gave nothing are free again, also if it refused", arguments: [true, false])
    func givenBack(isRefused: Bool) async throws {
        let bed = try Bed { $0.maxConcurrentActivities = 8 }
        if isRefused {
            bed.tasks.state.withLockedValue { $0.completionErrors = [TemporalError(code: .notFound, message: "gone")] }
        }
        let free = NIOLockedValueBox<Int?>(nil)
        bed.tasks.state.withLockedValue { state in
            state.whileCompleting = { free.withLockedValue { $0 = bed.activities.poller.slots.freeCount } }
        }
        let asked = try await bed.process { #expect(bed.activities.poller.slots.freeCount == 3) }
        #expect(asked.count { $0 } == 3)
        #expect(free.withLockedValue { $0 } == 0)
    }

    @Test("A shutdown while the answer is under way loses nothing: what comes with it runs")
    func shutdown() async throws {
        let bed = try Bed()
        let task = try await ActivityTask.sample("greet", ["Ada"])
        bed.tasks.state.withLockedValue { state in
            state.eager = [task]
            state.whileCompleting = { bed.activities.end.begin() }
        }
        let asked = try await bed.process {
            try await bed.hasResult()
        }
        #expect(asked.count { $0 } == 3)
    }

    @Test("None with a limit in time, without room, or if that is not wanted")
    func none() async throws {
        #expect(try await Bed { $0.disableEagerActivityExecution = true }.process() == Self.none)
        #expect(try await Bed { $0.maxActivitiesPerSecond = 100 }.process() == Self.none)
        #expect(try await Bed { $0.maxTaskQueueActivitiesPerSecond = 100 }.process() == Self.none)
        #expect(try await Bed { $0.maxConcurrentActivities = 5 }.process() == Self.none)
        let one = try await Bed { $0.maxConcurrentActivities = 6 }.process()
        #expect(one == [false, false, false, true, false, false, false])
    }

    @Test("None by a worker that shuts down, or does not run yet")
    func ending() async throws {
        let bed = try Bed()
        #expect(bed.activities.reserveEager(3).isEmpty)
        bed.activities.end.begin()
        await bed.workflows.process(ScriptedTasks.task(type: "Caller"))
        let completion = try #require(bed.tasks.state.withLockedValue { $0.completions }.first)
        #expect(completion.commands.map(\.scheduleActivityTaskCommandAttributes.requestEagerExecution) == Self.none)
    }
}
