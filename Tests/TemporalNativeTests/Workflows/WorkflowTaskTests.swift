//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Logging
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("What a worker does with workflow tasks", .timeLimit(.minutes(1)))
struct WorkflowTaskTests {
    private struct Sleeper: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            try await context.sleep(for: .seconds(1))
        }
    }

    private static func worker(_ service: ScriptedTasks) throws -> WorkflowWorker {
        try WorkflowWorker.scripted(service, workflows: [Sleeper.self])
    }

    private static func events(type: String = "Sleeper") -> [API.Event] { ScriptedTasks.events(type: type) }

    private static func task(type: String = "Sleeper", attempt: Int32 = 1) -> API.WorkflowTask {
        ScriptedTasks.task(type: type, attempt: attempt)
    }

    @Test("ES-N5 The first answer has the commands, the sticky queue, the flags of the official SDKs and our name")
    func first() async throws {
        let service = ScriptedTasks()
        let worker = try Self.worker(service)
        await worker.process(Self.task())
        let completion = try #require(service.state.withLockedValue { $0.completions }.first)
        #expect(completion.commands.map(\.commandType) == [.startTimer])
        #expect(completion.stickyAttributes.workerTaskQueue.name == worker.stickyQueue)
        #expect(completion.stickyAttributes.workerTaskQueue.normalName == "queue")
        #expect(completion.sdkMetadata.coreUsedFlags == [1, 2, 3])
        #expect(completion.sdkMetadata.langUsedFlags.isEmpty)
        #expect(completion.sdkMetadata.sdkName == CallMetadata.clientName)
        #expect(completion.capabilities.discardSpeculativeWorkflowTaskWithEvents)
        #expect(worker.cache.count == 1)
    }

    @Test("A workflow that is not there fails its task, with the names of those that are; reported once")
    func unknown() async throws {
        let service = ScriptedTasks()
        let worker = try Self.worker(service)
        await worker.process(Self.task(type: "Other"))
        await worker.process(Self.task(type: "Other", attempt: 2))
        let failures = service.state.withLockedValue { $0.failures }
        #expect(failures.count == 1)
        #expect(failures.first?.failure.message.contains("has no workflow \"Other\"; it has Sleeper") == true)
        #expect(worker.cache.count == 0)
    }

    @Test("A task that begins later than what is kept has the whole history fetched")
    func gap() async throws {
        let service = ScriptedTasks()
        service.state.withLockedValue { $0.history = Self.events() }
        let worker = try Self.worker(service)
        var task = Self.task()
        task.history.events.removeFirst(2)
        await worker.process(task)
        #expect(service.state.withLockedValue { $0.historyCalls } == 1)
        #expect(service.state.withLockedValue { $0.completions.count } == 1)
    }

    @Test(
        "ES-N6 History that cannot be resolved fails the task with the cause of storage failures, and not the workflow"
    )
    func storage() async throws {
        let service = ScriptedTasks()
        service.state.withLockedValue {
            $0.historyError = TemporalError(code: .externalStorageFailed, message: "GetWorkflowExecutionHistory: gone")
        }
        let worker = try Self.worker(service)
        var task = Self.task()
        task.nextPageToken = Data([7])
        await worker.process(task)
        let failures = service.state.withLockedValue { $0.failures }
        #expect(failures.map(\.cause) == [.externalStorageFailure])
        #expect(service.state.withLockedValue { $0.completions.isEmpty })
    }

    @Test("A run that is dropped after a task, as tests want it, is made of its history at the next one")
    func dropped() async throws {
        let service = ScriptedTasks()
        service.state.withLockedValue { $0.history = Self.events() }
        var configuration = TemporalWorker.Configuration()
        configuration.droppedRunShare = 1
        let worker = try WorkflowWorker.scripted(service, workflows: [Sleeper.self], configuration: configuration)
        await worker.process(Self.task())
        #expect(worker.cache.count == 0)
        let completion = try #require(service.state.withLockedValue { $0.completions }.first)
        #expect(completion.commands.map(\.commandType) == [.startTimer])
        // It asks for its own queue all the same, as a worker does that keeps runs.
        #expect(completion.stickyAttributes.workerTaskQueue.name == worker.stickyQueue)
        await worker.process(
            ScriptedTasks.nextTask(
                type: "Sleeper",
                after: 3,
                [
                    { event in
                        event.eventType = .timerStarted
                        event.timerStartedEventAttributes.timerID =
                            completion.commands[0].startTimerCommandAttributes.timerID
                    }
                ]
            )
        )
        #expect(service.state.withLockedValue { $0.historyCalls } == 1)
        #expect(service.state.withLockedValue { $0.failures }.isEmpty)
        #expect(service.state.withLockedValue { $0.completions }.count == 2)
        configuration.droppedRunShare = 1.5
        #expect(throws: TemporalError.self) { try configuration.validate() }
    }

    @Test("A query of a workflow that is not there is answered as failed")
    func queryOfUnknown() async throws {
        let service = ScriptedTasks()
        let worker = try Self.worker(service)
        var task = Self.task(type: "Other")
        task.startedEventID = 0
        task.query.queryType = "state"
        await worker.process(task)
        let answers = service.state.withLockedValue { $0.answers }
        #expect(answers.map(\.completedType) == [.failed])
        #expect(service.state.withLockedValue { $0.failures.isEmpty })
    }

    @Test("Workflows and handlers need names of their own, which are not reserved")
    func registry() {
        #expect(throws: TemporalError.self) { try WorkflowRegistry([Sleeper.self, Sleeper.self]) }
        #expect(throws: TemporalError.self) { try WorkflowRegistry.check("__temporal_x", "a query") }
        #expect(throws: TemporalError.self) { try WorkflowRegistry.check("", "a query") }
    }
}
