//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Logging
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

private struct Refused: Error {}
private struct Broken: Error {}

/// Throws what its input says, in its code or in a handler.
private struct Thrower: WorkflowDefinition {
    static let name = "Thrower"
    static var failureTypes: [any Error.Type] { [Refused.self] }

    static var handlers: [WorkflowHandler<Self>] {
        [
            .signal("throw", Self.receive), .update("throw", Self.change),
        ]
    }

    init(input: String) {}

    func run(context: WorkflowContext<Self>, input: String) async throws -> String {
        try Self.fail(input)
        try await context.condition { false }
        return "never"
    }

    func receive(_ kind: String) async throws { try Self.fail(kind) }

    func change(_ kind: String) throws -> Int {
        try Self.fail(kind)
        return 0
    }

    private static func fail(_ kind: String) throws {
        switch kind {
        case "refused": throw Refused()
        case "broken": throw Broken()
        default: return
        }
    }
}

@Suite("Errors that fail the workflow in place of its task", .timeLimit(.minutes(1)))
struct FailureTypeTests {
    private static func process(_ input: String, failureTypes: [any Error.Type] = []) async throws -> ScriptedTasks {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Thrower.self], failureTypes: failureTypes)
        await worker.process(ScriptedTasks.task(type: "Thrower", input: try ScriptedTasks.payloads([input])))
        return service
    }

    @Test("An error of the workflow's types fails it, under the name of its type; another one fails the task")
    func types() async throws {
        let refused = try await Self.process("refused").state.withLockedValue { $0 }
        #expect(refused.failures.isEmpty)
        let command = try #require(refused.completions.first?.commands.first)
        #expect(command.commandType == .failWorkflowExecution)
        let info = command.failWorkflowExecutionCommandAttributes.failure.applicationFailureInfo
        #expect(info.type == "Refused")
        #expect(!info.nonRetryable)

        let broken = try await Self.process("broken").state.withLockedValue { $0 }
        #expect(broken.completions.isEmpty)
        #expect(broken.failures.map(\.cause) == [.workflowWorkerUnhandledFailure])
    }

    @Test(
        "The worker's types count for all of its workflows, beside their own; (any Error).self is every type",
        arguments: ["refused", "broken"]
    )
    func worker(kind: String) async throws {
        for types: [any Error.Type] in [[Broken.self], [(any Error).self]] {
            let state = try await Self.process(kind, failureTypes: types).state.withLockedValue { $0 }
            #expect(state.failures.isEmpty)
            #expect(state.completions.first?.commands.map(\.commandType) == [.failWorkflowExecution])
        }
    }

    @Test("In the handler of a signal they fail the workflow, in that of an update the update alone")
    func handlers() async throws {
        let signalled = try await ScriptedTasks.completion(
            of: Thrower.self,
            type: "Thrower",
            input: [""],
            signals: [("throw", ["refused"])]
        )
        #expect(signalled.commands.map(\.commandType) == [.failWorkflowExecution])
        let updated = try await ScriptedTasks.completion(
            of: Thrower.self,
            type: "Thrower",
            input: [""],
            updates: [("throw", ["refused"])]
        )
        #expect(!updated.commands.map(\.commandType).contains(.failWorkflowExecution))
        let answer = try #require(updated.messages.last)
        let response = try Temporal_Api_Update_V1_Response(unpackingAny: answer.body)
        #expect(response.outcome.failure.applicationFailureInfo.type == "Refused")
    }

    @Test("A replay needs the same types: without them the code does not come to the end that history has")
    func replay() async throws {
        let events =
            try ScriptedTasks.events(type: "Thrower", input: ScriptedTasks.payloads(["broken"])) + [
                ScriptedTasks.event(4) { event in
                    event.eventType = .workflowTaskCompleted
                    event.workflowTaskCompletedEventAttributes = .init()
                },
                ScriptedTasks.event(5) { event in
                    event.eventType = .workflowExecutionFailed
                    event.workflowExecutionFailedEventAttributes.workflowTaskCompletedEventID = 4
                },
            ]
        let history = WorkflowHistory(workflowID: "w", history: .with { $0.events = events })
        func replayer(_ types: [any Error.Type]) throws -> WorkflowReplayer {
            try WorkflowReplayer(
                workflows: [Thrower.self],
                workflowFailureTypes: types,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        try await replayer([Broken.self]).replay(history)
        let error = await #expect(throws: TemporalError.self) { try await replayer([]).replay(history) }
        #expect(error?.code == .workflowTaskFailed)
    }
}
