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

    @Test("A signal waits for its handler, and is handled in its turn when that is set")
    func waits() async throws {
        let completion = try await ScriptedTasks.completion(
            of: Gate.self,
            type: "Gate",
            signals: [("late", ["a"]), ("other", []), ("late", ["b"]), ("open", [])],
            queries: ["how", "nothing"]
        )
        #expect(completion.commands.isEmpty)
        #expect(completion.queryResults["how"]?.answer.payloads.first?.data == Data("3".utf8))
        let unknown = completion.queryResults["nothing"]?.errorMessage
        #expect(unknown?.contains("it has how, __stack_trace, __enhanced_stack_trace") == true)
    }

    @Test("A handler that was removed is not there any more")
    func removed() async throws {
        let signals: [(String, [any Sendable])] = [("open", []), ("late", ["a"]), ("late", ["b"]), ("open", [])]
        let open = try await ScriptedTasks.completion(of: Gate.self, type: "Gate", signals: signals, queries: ["how"])
        #expect(open.queryResults["how"]?.errorMessage.contains("has no query \"how\"") == true)
        let ended = try await ScriptedTasks.completion(of: Gate.self, type: "Gate", signals: signals + [("open", [])])
        // Each "open" is handled before `run` goes on and sets the handler of "late".
        #expect(ended.resultText == #"["open","open","open","a","b"]"#)
    }

    @Test("Dynamic handlers get what no other one handles, and a dynamic workflow every other type")
    func dynamic() async throws {
        let completion = try await ScriptedTasks.completion(
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
