//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Groundwork
import Logging
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("What options of workflow code are in commands", .timeLimit(.minutes(1)))
struct WorkflowOptionTests {
    private struct Shop: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {}

        struct Deliver: WorkflowSignalDefinition {
            typealias Workflow = Shop
            typealias Input = String
            static let name = "Deliver"

            func run(workflow: Shop, context: WorkflowContext<Shop>, input: String) async throws {}
        }

        static var signals: [any WorkflowSignalDefinition<Shop>] { [Deliver()] }
    }

    /// Does one thing, which its input says.
    private struct Doer: WorkflowDefinition {
        static let keyword = SearchAttributeKey.keyword("K")
        static let int = SearchAttributeKey.int("I")

        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String {
            switch input {
            case "activity":
                let options = ActivityOptions(startToCloseTimeout: .seconds(1), versioningIntent: .compatible)
                _ = try await context.executeActivity(name: "a", options: options, outputType: String.self)
            case "child":
                let options = ChildWorkflowOptions(
                    searchAttributes: SearchAttributes { $0[Self.int] = 3 },
                    versioningIntent: .compatible,
                    staticSummary: "short",
                    staticDetails: "long"
                )
                try await context.executeChildWorkflow(Shop.self, options: options, input: ())
            case "signal":
                let shop = context.getExternalWorkflowHandle(Shop.self, id: "shop-1", runId: "r")
                try await shop.signal(signalType: Shop.Deliver.self, input: "tea")
            case "cancel":
                try await context.getExternalWorkflowHandle(Shop.self, id: "shop-1").cancel()
            case "attributes":
                context.upsertSearchAttributes(
                    SearchAttributes {
                        $0[Self.keyword] = "k"
                        $0[Self.int] = 7
                    }
                )
                context.upsertSearchAttributes(SearchAttributes { $0[Self.int] = nil })
                return "\(context.searchAttributes[Self.keyword] ?? "") \(context.searchAttributes[Self.int] ?? -1)"
            case "new":
                context.upsertSearchAttributes(
                    SearchAttributes {
                        $0[Self.keyword] = "k"
                        $0[Self.int] = 7
                    }
                )
                throw try await context.makeContinueAsNewError(
                    options: .init(searchAttributes: SearchAttributes { $0[Self.int] = nil }),
                    input: ""
                )
            case "newest":
                var options = ContinueAsNewOptions()
                options.takesCurrentVersion = true
                throw try await context.makeContinueAsNewError(options: options, input: "")
            case "last":
                let last = try await context.getLastResult(as: String.self)
                return "\(last ?? "none") \(context.info.lastResult?.count ?? 0) \(context.info.lastFailure == nil)"
            default: break
            }
            return ""
        }
    }

    private static func commands(_ deed: String) async throws -> [Temporal_Api_Command_V1_Command] {
        try await ScriptedTasks.completion(of: Doer.self, type: "Doer", input: [deed]).commands
    }

    private static func text(_ payload: ProtoPayload) -> String { String(decoding: payload.data, as: UTF8.self) }

    @Test("The versioning intent of activities and children")
    func versioningIntent() async throws {
        let activity = try await Self.commands("activity")[0].scheduleActivityTaskCommandAttributes
        #expect(activity.useWorkflowBuildID)
        let child = try await Self.commands("child")[0].startChildWorkflowExecutionCommandAttributes
        #expect(child.inheritBuildID)
    }

    @Test("Summary, details and search attributes of a child")
    func child() async throws {
        let command = try await Self.commands("child")[0]
        #expect(Self.text(command.userMetadata.summary) == #""short""#)
        #expect(Self.text(command.userMetadata.details) == #""long""#)
        let attributes = command.startChildWorkflowExecutionCommandAttributes.searchAttributes
        #expect(attributes.indexedFields.mapValues(Self.text) == ["I": "3"])
    }

    @Test("Typed handles of other workflows signal and cancel them")
    func external() async throws {
        let signal = try await Self.commands("signal")[0].signalExternalWorkflowExecutionCommandAttributes
        #expect(signal.execution.workflowID == "shop-1" && signal.execution.runID == "r")
        #expect(signal.signalName == "Deliver")
        #expect(signal.input.payloads.map(Self.text) == [#""tea""#])
        let cancel = try await Self.commands("cancel")[0].requestCancelExternalWorkflowExecutionCommandAttributes
        #expect(cancel.workflowID == "shop-1" && cancel.runID.isEmpty)
    }

    @Test("Search attributes by typed keys are set and taken out, here and in the run that follows")
    func attributes() async throws {
        let completion = try await ScriptedTasks.completion(of: Doer.self, type: "Doer", input: ["attributes"])
        #expect(completion.resultText == #""k -1""#)
        let changes = completion.commands.prefix(2).map {
            $0.upsertWorkflowSearchAttributesCommandAttributes.searchAttributes.indexedFields
        }
        #expect(changes[0].mapValues(Self.text) == ["K": #""k""#, "I": "7"])
        #expect(changes[1].mapValues(Self.text) == ["I": ""])
        let new = try await Self.commands("new").last?.continueAsNewWorkflowExecutionCommandAttributes
        #expect(new?.searchAttributes.indexedFields.mapValues(Self.text) == ["K": #""k""#])
    }

    @Test("The run that follows begins on the current version only if that is asked for")
    func currentVersion() async throws {
        let kept = try await Self.commands("new").last?.continueAsNewWorkflowExecutionCommandAttributes
        #expect(kept?.initialVersioningBehavior == .unspecified)
        let newest = try await Self.commands("newest").last?.continueAsNewWorkflowExecutionCommandAttributes
        #expect(newest?.initialVersioningBehavior == .autoUpgrade)
    }

    @Test("The result of the run before is there, and nothing if there was none")
    func lastResult() async throws {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Doer.self])
        var task = ScriptedTasks.task(type: "Doer", input: try ScriptedTasks.payloads(["last"]))
        task.history.events[0].workflowExecutionStartedEventAttributes.lastCompletionResult =
            try ScriptedTasks.payloads(["before"])
        task.history.events[0].workflowExecutionStartedEventAttributes.continuedFailure.message = "in between"
        await worker.process(task)
        #expect(service.state.withLockedValue { $0.completions.first }?.resultText == #""before 1 false""#)
        let first = try await ScriptedTasks.completion(of: Doer.self, type: "Doer", input: ["last"])
        #expect(first.resultText == #""none 0 true""#)
    }

    // MARK: Handlers that go on

    private struct Leaver: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {}

        static var handlers: [WorkflowHandler<Self>] {
            func sleeper(_ name: String) -> WorkflowHandler<Self> {
                .signal(name) { _ in
                    { (context: WorkflowContext<Self>, _: Void) in try await context.sleep(for: .seconds(60)) }
                }
            }
            var quiet = sleeper("quiet")
            quiet.unfinishedPolicy = .abandon
            return [quiet, sleeper("loud")]
        }
    }

    @Test("A workflow that ends while a handler runs is warned of, unless the handler may be abandoned")
    func unfinished() async throws {
        for (signal, warnings) in [("quiet", 0), ("loud", 1)] {
            let service = ScriptedTasks()
            let log = LogLines()
            let worker = try WorkflowWorker.scripted(service, workflows: [Leaver.self], logger: log.logger)
            var task = ScriptedTasks.task(type: "Leaver")
            task.history.events.insert(
                ScriptedTasks.event(2) { event in
                    event.eventType = .workflowExecutionSignaled
                    event.workflowExecutionSignaledEventAttributes = .with { $0.signalName = signal }
                },
                at: 1
            )
            for index in task.history.events.indices { task.history.events[index].eventID = Int64(index + 1) }
            task.startedEventID = 4
            await worker.process(task)
            #expect(service.state.withLockedValue { $0.completions.count } == 1)
            #expect(log.warnings.filter { $0.contains("handlers") }.count == warnings, "\(signal): \(log.warnings)")
        }
    }
}

/// The warnings of a logger.
private final class LogLines: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var warnings: [String] { self.lines.withLockedValue { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self.lines) } }

    private struct Handler: LogHandler {
        let lines: NIOLockedValueBox<[String]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.lines.withLockedValue { $0.append("\(event.message)") }
        }
    }
}
