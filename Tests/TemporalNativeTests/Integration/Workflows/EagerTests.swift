//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Logging
import NIOConcurrencyHelpers
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite(
    "Tasks that come without a poll, from a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(2))
)
struct EagerTests {
    /// Runs an activity with a large input six times at once.
    struct Caller: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> [Int] {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await context.executeActivity(
                            "measure",
                            options: ActivityOptions(startToCloseTimeout: .seconds(20)),
                            input: input + "\(number)",
                            returning: Int.self
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
        }
    }

    /// The server as ever, and which activities came from polls, and which with answers.
    struct Watched: ForwardedActivities, ForwardedWorkflowTasks {
        struct Seen: Sendable {
            /// Polls that began, whatever they brought.
            var workflowPolls = 0
            var polledWorkflows = 0
            var polled = 0
            var eager = 0
            var asked = 0
        }

        let base: ConnectionActivityService
        let seen = NIOLockedValueBox(Seen())

        var activities: ConnectionActivityService { self.base }
        var workflows: ConnectionActivityService { self.base }

        func poll(
            _ request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest
        ) async throws -> ActivityTask {
            let task = try await self.base.poll(request)
            if !task.taskToken.isEmpty { self.seen.withLockedValue { $0.polled += 1 } }
            return task
        }

        func poll(
            _ request: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest
        ) async throws -> API.WorkflowTask {
            self.seen.withLockedValue { $0.workflowPolls += 1 }
            let task = try await self.base.poll(request)
            if task.startedEventID == 3 { self.seen.withLockedValue { $0.polledWorkflows += 1 } }
            return task
        }

        func complete(
            _ request: WorkflowTaskCompletion
        ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse {
            let response = try await self.base.complete(request)
            let asked = request.commands.count {
                $0.scheduleActivityTaskCommandAttributes.requestEagerExecution
            }
            self.seen.withLockedValue { seen in
                seen.asked += asked
                seen.eager += response.activityTasks.count
            }
            return response
        }
    }

    /// Runs the workflow on a worker that is watched.
    private static func run(
        _ mode: StorageMode,
        eagerStart: Bool = false,
        _ configure: (inout TemporalWorker.Configuration) -> Void = { _ in }
    ) async throws -> Watched.Seen {
        try await TemporalClient.connect(
            target: LiveServices.target(),
            externalStorage: LiveServices.storage(threshold: mode.threshold),
            logger: LiveServices.logger
        ) { client in
            let connection = client.connection
            let service = Watched(base: ConnectionActivityService(connection))
            var configuration = TemporalWorker.Configuration()
            configure(&configuration)
            let worker = try TemporalWorker(
                service: service,
                payloads: connection.payloads(),
                defaultIdentity: connection.identity,
                client: client,
                taskQueue: "eager-\(UUID())",
                workflows: [Caller.self],
                activities: [Activity("measure") { (text: String) in text.utf8.count }],
                configuration: configuration,
                executor: connection.executor,
                logger: LiveServices.logger
            )
            try await worker.running {
                // The worker takes tasks by the time it polls; the client knows of it before.
                while eagerStart, service.seen.withLockedValue({ $0.workflowPolls }) == 0 { await Task.yield() }
                var options = WorkflowOptions(id: "eager-\(UUID())", taskQueue: worker.taskQueue)
                options.requestEagerStart = eagerStart
                let sizes = try await client.startWorkflow(
                    "Caller",
                    options: options,
                    input: String(repeating: "x", count: 300_000),
                    returning: [Int].self
                ).result()
                #expect(sizes == Array(repeating: 300_001, count: 6))
            }
            return service.seen.withLockedValue { $0 }
        }
    }

    @Test("Three of six activities come with the answer, with their large inputs", arguments: StorageMode.allCases)
    func activities(_ mode: StorageMode) async throws {
        let seen = try await Self.run(mode)
        #expect(seen.polledWorkflows == 1)
        #expect(seen.asked == 3)
        #expect(seen.eager == 3)
        #expect(seen.polled == 3)
    }

    @Test("The first task comes with the answer to the start, with its large input", arguments: StorageMode.allCases)
    func start(_ mode: StorageMode) async throws {
        let seen = try await Self.run(mode, eagerStart: true)
        #expect(seen.polledWorkflows == 0)
    }

    @Test("A worker without room for more asks for none, and polls for all")
    func noRoom() async throws {
        let seen = try await Self.run(.standard) { $0.maxConcurrentActivities = 5 }
        #expect(seen.asked == 0 && seen.eager == 0)
        #expect(seen.polled == 6)
    }

    @Test("Workers whose polls are scaled by the server do their work")
    func autoscaling() async throws {
        let seen = try await Self.run(.standard) { configuration in
            configuration.activityPollers = .autoscaling()
            configuration.workflowPollers = .autoscaling()
            configuration.disableEagerActivityExecution = true
        }
        #expect(seen.asked == 0)
        #expect(seen.polled == 6)
    }
}
