//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import GRPCCore
import Groundwork
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("Workflows whose first task comes with the answer to their start", .timeLimit(.minutes(1)))
struct EagerStartTests {
    struct Echo: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String { input }
    }

    private typealias Start = WorkflowService.StartWorkflowExecution

    private static func options(eager: Bool = true, queue: String = "queue") -> WorkflowOptions {
        var options = WorkflowOptions(id: "flow", taskQueue: queue)
        options.requestEagerStart = eager
        return options
    }

    /// Runs a worker on a client whose server is a script, for the time of a closure.
    private static func with(
        _ answers: [Result<any Message, any Error>],
        deployment: WorkerDeployment? = nil,
        _ body: (TemporalClient, WorkflowWorker, ScriptedTasks) async throws -> Void
    ) async throws -> [Start.Input] {
        let channel = ScriptedChannel(answers)
        let client = TemporalClient(connection: channel.connection())
        let tasks = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(
            tasks,
            workflows: [Echo.self],
            client: client,
            deployment: deployment
        )
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await worker.run(.init()) }
            // It is known to the client a moment before it takes tasks.
            while !worker.poller.takesTasks { await Task.yield() }
            #expect(client.connection.eagerStarts.count == 1)
            try await body(client, worker, tasks)
            worker.end.begin()
            worker.end.pollsEnd.fire()
        }
        #expect(client.connection.eagerStarts.count == 0)
        #expect(worker.poller.slots.freeCount == worker.poller.slots.count)
        return channel.calls.compactMap { $0.request as? Start.Input }
    }

    @Test("It is processed by the worker of the same client, without a poll")
    func processed() async throws {
        let input = try ScriptedTasks.payloads(["hello"])
        let answer = Start.Output.with { response in
            response.runID = "run"
            response.eagerWorkflowTask = ScriptedTasks.task(type: "Echo", input: input)
        }
        let requests = try await Self.with([.success(answer)]) { client, _, tasks in
            try await client.startWorkflow("Echo", options: Self.options(), input: "hello")
            await tasks.firstCompletion.wait()
            #expect(tasks.state.withLockedValue { $0.completions.first?.resultText } == "\"hello\"")
        }
        #expect(requests.map(\.requestEagerExecution) == [true])
        #expect(!requests[0].hasEagerWorkerDeploymentOptions)
    }

    @Test("A worker that shuts down while the start is under way processes what comes")
    func shutdown() async throws {
        let input = try ScriptedTasks.payloads(["hello"])
        _ = try await Self.with([]) { client, worker, tasks in
            let start = try #require(client.connection.eagerStarts.reserve(type: "Echo", taskQueue: "queue"))
            worker.end.begin()
            #expect(client.connection.eagerStarts.reserve(type: "Echo", taskQueue: "queue") == nil)
            start.end(with: ScriptedTasks.task(type: "Echo", input: input))
            await tasks.firstCompletion.wait()
        }
    }

    @Test("The room is free again if no task comes, and if the start fails")
    func givenBack() async throws {
        let answers: [Result<any Message, any Error>] = [
            .success(Start.Output.with { $0.runID = "run" }),
            .failure(RPCError(code: .invalidArgument, message: "no")),
        ]
        let requests = try await Self.with(answers) { client, worker, _ in
            // Five polls have a slot each.
            while worker.poller.slots.freeCount > 95 { await Task.yield() }
            for _ in answers { _ = try? await client.startWorkflow("Echo", options: Self.options(), input: "") }
            #expect(worker.poller.slots.freeCount == 95)
        }
        #expect(requests.map(\.requestEagerExecution) == [true, true])
    }

    @Test("It is not asked for where nobody could process it, nor unless it is wanted")
    func notAskedFor() async throws {
        let answer = Result<any Message, any Error>.success(Start.Output.with { $0.runID = "run" })
        let requests = try await Self.with([answer, answer, answer]) { client, _, _ in
            try await client.startWorkflow("Echo", options: Self.options(eager: false), input: "")
            try await client.startWorkflow("Echo", options: Self.options(queue: "other"), input: "")
            try await client.startWorkflow("Unknown", options: Self.options(), input: "")
        }
        #expect(requests.map(\.requestEagerExecution) == [false, false, false])
    }

    @Test("The server is told which version the worker is")
    func deployment() async throws {
        let version = DeploymentVersion(deploymentName: "orders", buildID: "7")
        let requests = try await Self.with(
            [.success(Start.Output.with { $0.runID = "run" })],
            deployment: WorkerDeployment(version: version, defaultVersioningBehavior: .pinned)
        ) { client, _, _ in
            try await client.startWorkflow("Echo", options: Self.options(), input: "")
        }
        #expect(requests.map(\.eagerWorkerDeploymentOptions.buildID) == ["7"])
    }
}
