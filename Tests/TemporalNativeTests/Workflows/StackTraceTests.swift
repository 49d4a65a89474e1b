//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("Where a workflow waits, as it tells who asks", .timeLimit(.minutes(1)))
struct StackTraceTests {
    /// Waits in several tasks at once, each on a line of its own.
    private struct Waiter: WorkflowDefinition {
        static let name = "Waiter"
        /// The line of the first call; the others follow each on the next.
        static let line = #line + 6

        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            let once = ActivityOptions(startToCloseTimeout: .seconds(1))
            async let one: Void = context.sleep(for: .seconds(1))
            async let two: Void = context.executeActivity("charge", options: once, returning: Void.self)
            async let three: Void = context.executeChildWorkflow("Ship", options: .init(id: "ship-1"))
            async let four: Void = context.executeNexusOperation("ping", service: "Echo", endpoint: "e", input: 1)
            async let five: Void = context.externalWorkflow(id: "other").signal("wake")
            async let six: Bool = context.condition(timeout: .seconds(9)) { false }
            async let seven: Void = context.timeout(for: .seconds(8)) { try await context.condition { false } }
            try await context.condition { false }
            _ = try await (one, two, three, four, five, six, seven)
        }
    }

    private struct Done: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws -> String { "done" }
    }

    typealias Trace = Temporal_Api_Sdk_V1_EnhancedStackTrace

    private static func answers(
        of workflow: any WorkflowDefinition.Type,
        type: String
    ) async throws -> (plain: String, enhanced: Trace) {
        let names = ["__stack_trace", "__enhanced_stack_trace"]
        let completion = try await ScriptedTasks.completion(of: workflow, type: type, queries: names)
        let results = try names.map { name in
            let result = try #require(completion.queryResults[name])
            #expect(result.resultType == .answered, "\(result.errorMessage)")
            return try Payload(#require(result.answer.payloads.first))
        }
        #expect(results[1].metadata["encoding"].map { String(decoding: $0, as: UTF8.self) } == "json/protobuf")
        let message = results[1].metadata["messageType"].map { String(decoding: $0, as: UTF8.self) }
        #expect(message == "temporal.api.sdk.v1.EnhancedStackTrace")
        return (
            try DataConverter().value(from: results[0], as: String.self),
            try DataConverter().value(from: results[1], as: Trace.self)
        )
    }

    @Test("Each task that waits has a stack: file, line and function of the call, and what is awaited there")
    func stacks() async throws {
        let (plain, trace) = try await Self.answers(of: Waiter.self, type: "Waiter")
        #expect(trace.sdk.name == CallMetadata.clientName)
        #expect(trace.sdk.version == CallMetadata.clientVersion)
        #expect(trace.sources.isEmpty, "a program does not carry its sources")
        let first = Int32(Waiter.line)
        let expected: [(line: Int32?, subject: String)] = [
            (first, "timer 1"),
            (first + 1, "activity 1 of type charge"),
            (first + 2, "start of child workflow ship-1 of type Ship"),
            (first + 3, "start of Nexus operation ping of the service Echo"),
            (nil, "signal wake to workflow other"),
            (first + 5, "timer 2"),
            (first + 5, "condition"),
            (first + 6, "timer 3"),
            (first + 6, "condition"),
            (first + 7, "condition"),
        ]
        let stacks = trace.stacks.map { stack in
            Found(
                line: stack.locations.count == 2 ? stack.locations[0].line : nil,
                subject: stack.locations.last?.functionName ?? ""
            )
        }
        #expect(Set(stacks) == Set(expected.map { Found(line: $0.line, subject: $0.subject) }))
        #expect(stacks.count == expected.count)
        for stack in trace.stacks {
            #expect(stack.locations.last?.internalCode == true)
            #expect(stack.locations.dropLast().allSatisfy { $0.functionName == "run(context:input:)" })
            #expect(stack.locations.dropLast().allSatisfy { $0.filePath == #fileID && !$0.internalCode })
        }
        let lines = plain.split(separator: "\n")
        #expect(lines.count == expected.count)
        #expect(lines.contains("timer 1, awaited at \(#fileID):\(first), in run(context:input:)"))
        #expect(lines.contains("signal wake to workflow other"))
    }

    private struct Found: Hashable {
        var line: Int32?
        var subject: String
    }

    @Test("A workflow that has ended waits for nothing")
    func finished() async throws {
        let (plain, trace) = try await Self.answers(of: Done.self, type: "Done")
        #expect(plain.isEmpty)
        #expect(trace.stacks.isEmpty)
        #expect(trace.sdk.name == CallMetadata.clientName)
    }

    @Test("The names of queries that every workflow answers are reserved", arguments: WorkflowRegistry.builtInQueries)
    func reserved(_ name: String) {
        let error = #expect(throws: TemporalError.self) { try WorkflowRegistry.check(name, "the query") }
        #expect(error?.code == .invalidConfiguration)
    }
}
