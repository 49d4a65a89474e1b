//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Groundwork
import Logging
import NIOConcurrencyHelpers
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("A worker of workflows and activities is one worker", .timeLimit(.minutes(1)))
struct WorkerInstanceTests {
    struct Echo: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String { input }
    }

    /// The two scripts as one server.
    private final class Both: ForwardedActivities, ForwardedWorkflowTasks {
        let activities: ScriptedService
        let workflows = ScriptedTasks()

        init(_ activities: ScriptedService) { self.activities = activities }
    }

    private static func worker(_ service: Both, activities: [Activity]) throws -> TemporalWorker {
        try TemporalWorker(
            service: service,
            payloads: PayloadContext(),
            defaultIdentity: "tester",
            client: nil,
            taskQueue: "queue",
            workflows: [Echo.self],
            activities: activities,
            configuration: .init(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("The server hears of it once at its start, shutdown and end, for both kinds", arguments: [true, false])
    func reports(hasActivities: Bool) async throws {
        let server = ScriptedService(workerHeartbeats: true)
        let worker = try Self.worker(Both(server), activities: hasActivities ? [Activity("a") {}] : [])
        let first = NIOLockedValueBox<Temporal_Api_Worker_V1_WorkerHeartbeat?>(nil)
        try await worker.running {
            let report = await server.nextReport()?.worker
            first.withLockedValue { $0 = report }
        }
        let start = try #require(first.withLockedValue { $0 })
        #expect(start.status == .running)
        #expect(start.workflowTaskSlotsInfo.currentAvailableSlots == 100)
        #expect(start.hasActivityTaskSlotsInfo == hasActivities)
        let shutDown = try #require(await server.nextReport()?.shutDown)
        #expect(shutDown.taskQueueTypes == (hasActivities ? [.workflow, .activity] : [.workflow]))
        #expect(shutDown.stickyTaskQueue == "tester-\(start.workerInstanceKey)")
        #expect(shutDown.workerHeartbeat.status == .shuttingDown)
        #expect(await server.nextReport()?.worker?.status == .shutdown)
    }

    @Test("What it has done with workflows is in its last report")
    func counts() async throws {
        let server = ScriptedService(workerHeartbeats: true)
        let service = Both(server)
        let worker = try Self.worker(service, activities: [])
        let input = try ScriptedTasks.payloads(["hello"])
        service.workflows.state.withLockedValue { $0.tasks = [ScriptedTasks.task(type: "Echo", input: input)] }
        try await worker.running { await service.workflows.firstCompletion.wait() }
        var last: Temporal_Api_Worker_V1_WorkerHeartbeat?
        while let report = await server.nextReport() {
            last = report.worker
            if last?.status == .shutdown { break }
        }
        let report = try #require(last)
        #expect(report.workflowTaskSlotsInfo.totalProcessedTasks == 1)
        #expect(report.workflowTaskSlotsInfo.totalFailedTasks == 0)
        #expect(report.workflowTaskSlotsInfo.currentUsedSlots == 0)
        #expect(report.totalStickyCacheMiss == 1)
        #expect(report.currentStickyCacheSize == 0)
    }
}
