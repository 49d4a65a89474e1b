//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import TemporalAPI
import Testing

@testable import TemporalNative
@testable import WorkflowEngine

@Suite("Runs leave memory", .timeLimit(.minutes(1)), .serialized)
struct RunLifetimeTests {
    /// `@unchecked Sendable`: a lock guards it.
    private struct Witness: @unchecked Sendable {
        weak var run: WorkflowRun?
    }

    private static let witness = NIOLockedValueBox<Witness?>(nil)

    private struct Immediate: WorkflowDefinition {
        init(input: Void) { RunLifetimeTests.see() }

        func run(context: WorkflowContext<Self>, input: Void) async throws {}
    }

    private struct Sleeper: WorkflowDefinition {
        @WorkflowState var isOver = false

        init(input: Void) { RunLifetimeTests.see() }

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            async let timer: Void = context.sleep(for: .seconds(1))
            async let activity: Void = context.executeActivity("a", options: .init(startToCloseTimeout: .seconds(1)))
            try await context.condition { $0.isOver }
            _ = try await (timer, activity)
        }
    }

    /// Waits for an operation of each kind.
    private struct Caller: WorkflowDefinition {
        init(input: Void) { RunLifetimeTests.see() }

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            async let timer: Void = context.sleep(for: .seconds(1))
            async let activity: Void = context.executeActivity("a", options: .init(startToCloseTimeout: .seconds(1)))
            async let child: Void = context.executeChildWorkflow("c", options: .init(id: "c"), input: ())
            async let operation: Void = context.executeNexusOperation("o", service: "s", endpoint: "e", input: ())
            _ = try await (timer, activity, child, operation)
        }
    }

    /// `@unchecked Sendable`: only read once it is made.
    private struct WeakCommand: @unchecked Sendable {
        weak var command: PendingCommand?
    }

    private static func see() {
        self.witness.withLockedValue { $0 = Witness(run: WorkflowRun.current) }
    }

    /// Waits until the run that was seen last has gone; the thread that had it may be a moment behind.
    private static func waitUntilGone() async throws {
        try #require(self.witness.withLockedValue { $0 } != nil)
        while self.witness.withLockedValue({ $0?.run }) != nil { try await Task.sleep(for: .milliseconds(5)) }
        self.witness.withLockedValue { $0 = nil }
    }

    @Test("A run that has ended leaves memory")
    func ended() async throws {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Immediate.self])
        await worker.process(ScriptedTasks.task(type: "Immediate"))
        #expect(service.state.withLockedValue { $0.completions }.count == 1)
        try await Self.waitUntilGone()
    }

    @Test("A run that is not kept any more leaves memory, whatever its code waits for")
    func evicted() async throws {
        let worker = try WorkflowWorker.scripted(ScriptedTasks(), workflows: [Sleeper.self])
        await worker.process(ScriptedTasks.task(type: "Sleeper"))
        #expect(Self.witness.withLockedValue { $0?.run } != nil)
        for run in worker.cache.removeAll() { await worker.evict(run) }
        try await Self.waitUntilGone()
    }

    @Test("The commands of a run that is not kept leave memory with it, and all that operations were given")
    func commands() async throws {
        let worker = try WorkflowWorker.scripted(ScriptedTasks(), workflows: [Caller.self])
        await worker.process(ScriptedTasks.task(type: "Caller"))
        let commands = try Self.openCommands()
        #expect(commands.count == 4 && commands.allSatisfy { $0.command != nil })
        for run in worker.cache.removeAll() { await worker.evict(run) }
        try await Self.waitUntilGone()
        while commands.contains(where: { $0.command != nil }) { try await Task.sleep(for: .milliseconds(5)) }
    }

    private static func openCommands() throws -> [WeakCommand] {
        try #require(Self.witness.withLockedValue { $0?.run }).unconfirmed.map { WeakCommand(command: $0) }
    }

    @Test("A run that waits keeps neither its first event nor the task that it has answered")
    func waiting() async throws {
        let worker = try WorkflowWorker.scripted(ScriptedTasks(), workflows: [Sleeper.self])
        await worker.process(ScriptedTasks.task(type: "Sleeper"))
        do {
            let run = try #require(Self.witness.withLockedValue { $0?.run })
            #expect(run.started == nil)
            #expect(run.openTask == API.WorkflowTask())
        }
        for run in worker.cache.removeAll() { await worker.evict(run) }
        try await Self.waitUntilGone()
    }

    @Test("A run that was replayed leaves memory")
    func replayed() async throws {
        let replayer = try WorkflowReplayer(workflows: [Immediate.self])
        var history = Temporal_Api_History_V1_History()
        history.events = ScriptedTasks.events(type: "Immediate")
        history.events.append(
            ScriptedTasks.event(4) { event in
                event.eventType = .workflowTaskCompleted
                event.workflowTaskCompletedEventAttributes = .init()
            }
        )
        history.events.append(
            ScriptedTasks.event(5) { event in
                event.eventType = .workflowExecutionCompleted
                event.workflowExecutionCompletedEventAttributes = .init()
            }
        )
        try await replayer.replay(WorkflowHistory(workflowID: "replayed", history: history))
        try await Self.waitUntilGone()
    }
}
