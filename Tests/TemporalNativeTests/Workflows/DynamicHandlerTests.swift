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

@Suite("Handlers set while a workflow runs, and for any name", .timeLimit(.minutes(1)))
struct DynamicHandlerTests {
    /// Opens its second handler when the first one has been called.
    private struct Gate: WorkflowDefinition {
        @WorkflowState var heard: [String] = []

        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws -> [String] {
            try await context.condition { !self.heard.isEmpty }
            try context.setHandler(.signal("late", Self.late))
            try context.setHandler(.query("how", Self.how))
            try await context.condition { self.heard.count >= 4 }
            try context.removeHandlers(named: "how")
            try await context.condition { self.heard.count >= 5 }
            return self.heard
        }

        func open() { self.heard.append("open") }
        func late(_ text: String) { self.heard.append(text) }
        func how() -> Int { self.heard.count }

        static var handlers: [WorkflowHandler<Self>] { [.signal("open", Self.open)] }
    }

    private static func completion(
        of workflow: any WorkflowDefinition.Type,
        type: String,
        signals: [(String, [any Sendable])],
        queries: [String] = []
    ) async throws -> WorkflowTaskCompletion {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [workflow])
        var task = ScriptedTasks.task(type: type)
        for (name, values) in signals.reversed() {
            let input = try ProtoPayloads(values.map { try DataConverter().payload(for: $0) })
            let event = ScriptedTasks.event(0) { event in
                event.eventType = .workflowExecutionSignaled
                event.workflowExecutionSignaledEventAttributes = .with {
                    $0.signalName = name
                    $0.input = input
                }
            }
            task.history.events.insert(event, at: 1)
        }
        for index in task.history.events.indices { task.history.events[index].eventID = Int64(index + 1) }
        task.startedEventID = Int64(task.history.events.count)
        for query in queries { task.queries[query] = .with { $0.queryType = query } }
        await worker.process(task)
        #expect(service.state.withLockedValue { $0.failures.map(\.failure.message) } == [])
        return try #require(service.state.withLockedValue { $0.completions }.first)
    }

    private static func result(_ completion: WorkflowTaskCompletion) -> String? {
        completion.commands.last?.completeWorkflowExecutionCommandAttributes.result.payloads.first
            .map { String(decoding: $0.data, as: UTF8.self) }
    }

    @Test("A signal waits for its handler, and is handled in its turn when that is set")
    func waits() async throws {
        let completion = try await Self.completion(
            of: Gate.self,
            type: "Gate",
            signals: [("late", ["a"]), ("other", []), ("late", ["b"]), ("open", [])],
            queries: ["how", "nothing"]
        )
        #expect(completion.commands.isEmpty)
        #expect(completion.queryResults["how"]?.answer.payloads.first?.data == Data("3".utf8))
        #expect(completion.queryResults["nothing"]?.errorMessage.contains("it has how, __stack_trace") == true)
    }

    @Test("A handler that was removed is not there any more")
    func removed() async throws {
        let signals: [(String, [any Sendable])] = [("open", []), ("late", ["a"]), ("late", ["b"]), ("open", [])]
        let open = try await Self.completion(of: Gate.self, type: "Gate", signals: signals, queries: ["how"])
        #expect(open.queryResults["how"]?.errorMessage.contains("has no query \"how\"") == true)
        let ended = try await Self.completion(of: Gate.self, type: "Gate", signals: signals + [("open", [])])
        // Each "open" is handled before `run` goes on and sets the handler of "late".
        #expect(Self.result(ended) == #"["open","open","open","a","b"]"#)
    }

    @Test("Dynamic handlers get what no other one handles, and a dynamic workflow every other type")
    func dynamic() async throws {
        let completion = try await Self.completion(
            of: Chameleon.self,
            type: "Whatever",
            signals: [("close", ["early"]), ("open", [7]), ("other", [])],
            queries: ["count", "how"]
        )
        #expect(completion.queryResults["count"]?.answer.payloads.first?.data == Data("4".utf8))
        #expect(completion.queryResults["how"]?.answer.payloads.first?.data == Data(#""how? 4""#.utf8))
        #expect(completion.commands.isEmpty)
    }

    private struct Twice: WorkflowDefinition {
        init(input: Void) {}
        func run(context: WorkflowContext<Self>, input: Void) async throws {}
        func hear(context: WorkflowContext<Self>, name: String, input: WorkflowArguments) async throws {}
        static var handlers: [WorkflowHandler<Self>] { [.dynamicSignal(Self.hear), .dynamicSignal(Self.hear)] }
    }

    private struct Other: WorkflowDefinition {
        static var isDynamic: Bool { true }
        init(input: Void) {}
        func run(context: WorkflowContext<Self>, input: Void) async throws {}
    }

    @Test("There is one dynamic workflow, and one dynamic handler of a kind; a name of its own comes first")
    func registry() throws {
        #expect(throws: TemporalError.self) { try WorkflowRegistry([Chameleon.self, Other.self]) }
        #expect(throws: TemporalError.self) { try WorkflowRegistry([Twice.self]) }
        let registry = try WorkflowRegistry([Gate.self, Other.self])
        let references = RunReferences(context: .init(), workflow: "", inputs: .init(), habits: .init())
        let values = WorkflowValues(references: references)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        #expect(registry["Gate"]?.makeProgram(values, [], logger) is DefinedWorkflow<Gate>)
        #expect(registry["Anything"]?.makeProgram(values, [], logger) is DefinedWorkflow<Other>)
        let isThere = try WorkflowRegistry([Gate.self])["Anything"] != nil
        #expect(!isThere)
        let handlers = try WorkflowHandlers<Chameleon>(Chameleon.handlers)
        for (name, isHandled) in [("x", true), ("__temporal_x", false)] {
            let handler = WorkflowHandlers.handler(of: name, in: handlers.queries)
            #expect((handler != nil) == isHandled)
        }
    }
}
