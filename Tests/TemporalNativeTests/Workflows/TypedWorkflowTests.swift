//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Dispatch
import ExternalStorageCore
import Foundation
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("Workflows whose handlers, activities and errors are types", .timeLimit(.minutes(1)))
struct TypedWorkflowTests {
    // MARK: Handlers

    /// Written by hand, without a macro; its variable is no `WorkflowState`.
    private struct Order: WorkflowDefinition {
        var approver = ""
        var isReady = false

        init(input: Int) { self.isReady = input > 1 }

        static var signals: [any WorkflowSignalDefinition<Self>] { [Approve()] }
        static var queries: [any WorkflowQueryDefinition<Self>] { [Status()] }
        static var updates: [any WorkflowUpdateDefinition<Self>] { [Rename()] }
        static var handlers: [WorkflowHandler<Self>] { [.query("plain", { order in { order.approver.count } })] }

        mutating func run(context: WorkflowContext<Self>, input: Int) async throws -> String {
            self.isReady = true
            try await context.condition { self.isReady }
            try await context.condition { $0.approver.count >= 3 }
            return context.mutateState { $0.approver }
        }

        struct Approve: WorkflowSignalDefinition {
            static var description: String? { "says yes" }
            func run(workflow: Order, context: WorkflowContext<Order>, input: String) async throws {
                context.mutateState { $0.approver = input }
            }
        }

        struct Status: WorkflowQueryDefinition {
            static var name: String { "how" }
            func run(workflow: Order, view: WorkflowContextView, input: Void) throws -> String {
                "\(workflow.approver) \(view.info.workflowType) \(view.currentHistoryLength) \(view.allHandlersFinished)"
            }
        }

        struct Rename: WorkflowUpdateDefinition {
            func validateInput(workflow: Order, _ input: String) throws {
                guard input != workflow.approver else {
                    throw ApplicationError(message: "the same", type: "Same", isNonRetryable: true)
                }
            }
            func run(workflow: Order, context: WorkflowContext<Order>, input: String) async throws -> Int {
                guard !input.isEmpty else { throw ApplicationError(message: "nobody", details: [], type: "Empty") }
                context.mutateState { $0.approver += input }
                return input.count
            }
        }
    }

    @Test("Signals, queries and updates that are types have the names of their types, and share the workflow")
    func handlers() async throws {
        let completion = try await ScriptedTasks.completion(
            of: Order.self,
            type: "Order",
            input: [1],
            signals: [("Approve", ["a"])],
            queries: ["how", "plain", "__temporal_workflow_metadata"]
        )
        #expect(completion.commands.isEmpty)
        #expect(Self.text(completion.queryResults["how"]?.answer) == #""a Order 4 true""#)
        #expect(Self.text(completion.queryResults["plain"]?.answer) == "1")
        let metadata = Self.text(completion.queryResults["__temporal_workflow_metadata"]?.answer) ?? ""
        #expect(metadata.contains(#""name":"Approve","description":"says yes""#), "\(metadata)")
        let ended = try await ScriptedTasks.completion(
            of: Order.self,
            type: "Order",
            input: [1],
            signals: [("Approve", ["a"]), ("Approve", ["abc"])]
        )
        #expect(ended.resultText == #""abc""#)
    }

    @Test("An update that is a type is rejected by its validator, and fails with what its handler throws")
    func updates() async throws {
        let completion = try await ScriptedTasks.completion(
            of: Order.self,
            type: "Order",
            input: [1],
            updates: [("Rename", ["ab"])]
        )
        let response = try Self.response(completion)
        #expect(Self.text(response?.outcome.success) == "2")
        let rejected = try await ScriptedTasks.completion(
            of: Order.self,
            type: "Order",
            input: [1],
            signals: [("Approve", ["ab"])],
            updates: [("Rename", [""])]
        )
        // An empty name passes the validator, and fails in the handler.
        #expect(try Self.response(rejected)?.outcome.failure.applicationFailureInfo.type == "Empty")
        let same = try await ScriptedTasks.completion(
            of: Order.self,
            type: "Order",
            input: [1],
            updates: [("Rename", [""]), ("Rename", [5])]
        )
        let rejections = try same.messages.compactMap { message in
            message.body.isA(Temporal_Api_Update_V1_Rejection.self)
                ? try Temporal_Api_Update_V1_Rejection(unpackingAny: message.body) : nil
        }
        #expect(rejections.count == 2, "both: the name is empty as it is, and 5 is no text")
        #expect(rejections.first?.failure.applicationFailureInfo.type == "Same")
    }

    private static func response(
        _ completion: WorkflowTaskCompletion
    ) throws -> Temporal_Api_Update_V1_Response? {
        try completion.messages.first { $0.body.isA(Temporal_Api_Update_V1_Response.self) }
            .map { try Temporal_Api_Update_V1_Response(unpackingAny: $0.body) }
    }

    private static func text(_ payloads: ProtoPayloads?) -> String? {
        payloads?.payloads.first.map { String(decoding: $0.data, as: UTF8.self) }
    }

    // MARK: Activities and errors

    private struct Charge: ActivityDefinition {
        func run(input: Int) async throws -> String { "\(input)" }
    }

    private struct Ping: ActivityDefinition {
        static var name: String { "ping" }
        func run(input: Void) async throws -> String { "pong" }
    }

    private struct Anything: ActivityDefinition {
        static var isDynamic: Bool { true }
        func run(input: [TemporalRawValue]) async throws -> Int { input.count }
    }

    private struct Payer: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String {
            let options = ActivityOptions(startToCloseTimeout: .seconds(9), summary: "pays")
            do {
                return try await context.executeActivity(Charge.self, options: options, input: 7)
            } catch let error as ActivityError {
                if input == "on" { throw error }
                let reason = error.cause as? ApplicationError
                let isCancellation = error.isTemporalCancellation
                return "\(error.activityType) \(reason?.type ?? "") \(reason?.details.count ?? -1) \(isCancellation)"
            }
        }
    }

    private static func failed(_ input: String, _ cause: ProtoFailure) async throws -> WorkflowTaskCompletion {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Payer.self])
        await worker.process(ScriptedTasks.task(type: "Payer", input: try ScriptedTasks.payloads([input])))
        let first = try #require(service.state.withLockedValue { $0.completions.first })
        let command = try #require(first.commands.first)
        let attributes = command.scheduleActivityTaskCommandAttributes
        #expect(attributes.activityType.name == "Charge")
        #expect(attributes.input.payloads.map(\.data) == [Data("7".utf8)])
        #expect(command.userMetadata.summary.data == Data(#""pays""#.utf8))
        await worker.process(
            ScriptedTasks.nextTask(
                type: "Payer",
                after: 3,
                [
                    { event in
                        event.eventType = .activityTaskScheduled
                        event.activityTaskScheduledEventAttributes = .with {
                            $0.activityID = attributes.activityID
                            $0.activityType = attributes.activityType
                        }
                    },
                    { event in
                        event.eventType = .activityTaskStarted
                        event.activityTaskStartedEventAttributes = .with { $0.scheduledEventID = 5 }
                    },
                    { event in
                        event.eventType = .activityTaskFailed
                        event.activityTaskFailedEventAttributes = .with {
                            $0.scheduledEventID = 5
                            $0.startedEventID = 6
                            $0.failure = cause
                        }
                    },
                ]
            )
        )
        #expect(service.state.withLockedValue { $0.failures.map(\.failure.message) } == [])
        return try #require(service.state.withLockedValue { $0.completions.last })
    }

    private static let declined = ProtoFailure.with { failure in
        failure.message = "no money"
        failure.applicationFailureInfo = .with {
            $0.type = "Declined"
            $0.details.payloads = [.with { $0.data = Data("1".utf8) }]
        }
    }

    @Test("A failed activity is an ActivityError with its reason as the cause, and is sent on as it came")
    func activityError() async throws {
        let caught = try await Self.failed("caught", Self.declined)
        #expect(caught.resultText == #""Charge Declined 1 false""#)
        let cancelled = try await Self.failed("caught", .with { $0.canceledFailureInfo = .init() })
        #expect(cancelled.resultText == #""Charge  -1 true""#)
        let thrown = try await Self.failed("on", Self.declined)
        let failure = thrown.commands.first?.failWorkflowExecutionCommandAttributes.failure
        #expect(failure?.activityFailureInfo.activityType.name == "Charge")
        #expect(failure?.cause == Self.declined)
    }

    /// An error of the user's that is to fail workflows.
    private struct Own: TemporalFailureError {
        var message: String { "mine" }
        var cause: (any Error)? { nil }
        var stackTrace: String { "" }
    }

    @Test("Errors that are types are sent as what they stand for")
    func errors() async throws {
        let payload = try DataConverter().payload(for: "x")
        let error = ApplicationError(
            message: "m",
            cause: CanceledError(message: "stopped", details: [payload]),
            details: [payload],
            type: "T",
            isNonRetryable: true,
            nextRetryDelay: .seconds(3),
            category: .benign
        )
        let asynchronous = try await PayloadContext().failure(for: error)
        let references = RunReferences(
            context: PayloadContext(),
            workflow: "Payer",
            inputs: HeldInputs(),
            habits: ReferenceHabits()
        )
        let synchronous = try #require(try WorkflowValues(references: references).failure(for: error))
        #expect(asynchronous == synchronous)
        #expect(asynchronous.applicationFailureInfo.type == "T")
        #expect(asynchronous.applicationFailureInfo.nonRetryable)
        #expect(asynchronous.applicationFailureInfo.nextRetryDelay.seconds == 3)
        #expect(asynchronous.applicationFailureInfo.category == .benign)
        #expect(asynchronous.applicationFailureInfo.details.payloads.count == 1)
        #expect(asynchronous.cause.message == "stopped")
        #expect(asynchronous.cause.canceledFailureInfo.details.payloads.count == 1)
        #expect(try PayloadContext().plainFailure(asynchronous).typed is ApplicationError)
        #expect(CanceledError(message: "").isTemporalCancellation)
        #expect(CancellationError().isTemporalCancellation)
        #expect(!error.isTemporalCancellation)
        let own = try #require(try WorkflowValues(references: references).failure(for: Own()))
        #expect(own.message == "mine")
        #expect(own.applicationFailureInfo.type == "Own")
        #expect(!ArgumentError(message: "").isTemporalCancellation)
        let untyped = try await PayloadContext().failure(for: ApplicationError(message: "m"))
        #expect(untyped.applicationFailureInfo.type == "ApplicationError")
    }

    // MARK: Children

    /// Runs a child, and says how that failed.
    private struct Parent: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String {
            do {
                return try await context.executeChildWorkflow(
                    Payer.self,
                    options: ChildWorkflowOptions(id: "child"),
                    input: ""
                )
            } catch let error as WorkflowAlreadyStartedError {
                if input == "on" { throw error }
                return "taken: \(error.workflowType) \(error.workflowID)"
            } catch let error as ChildWorkflowError {
                let reason = error.cause as? ApplicationError
                return "failed: \(error.workflowName) \(error.workflowID), \(reason?.type ?? "")"
            }
        }
    }

    /// What a parent makes of what became of its child, whose command is the fifth event.
    private static func parent(
        _ events: [(inout API.Event) -> Void],
        input: String = ""
    ) async throws -> WorkflowTaskCompletion {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Parent.self])
        await worker.process(ScriptedTasks.task(type: "Parent", input: try ScriptedTasks.payloads([input])))
        let initiated: (inout API.Event) -> Void = { event in
            event.eventType = .startChildWorkflowExecutionInitiated
            event.startChildWorkflowExecutionInitiatedEventAttributes = .with {
                $0.workflowID = "child"
                $0.workflowType.name = "Payer"
            }
        }
        await worker.process(ScriptedTasks.nextTask(type: "Parent", after: 3, [initiated] + events))
        #expect(service.state.withLockedValue { $0.failures.map(\.failure.message) } == [])
        return try #require(service.state.withLockedValue { $0.completions.last })
    }

    private static func notStarted(
        _ cause: Temporal_Api_Enums_V1_StartChildWorkflowExecutionFailedCause
    ) -> (inout API.Event) -> Void {
        { event in
            event.eventType = .startChildWorkflowExecutionFailed
            event.startChildWorkflowExecutionFailedEventAttributes = .with {
                $0.initiatedEventID = 5
                $0.cause = cause
            }
        }
    }

    @Test("A child whose id is taken is a WorkflowAlreadyStartedError, and is sent on as it came")
    func alreadyStarted() async throws {
        let caught = try await Self.parent([Self.notStarted(.workflowAlreadyExists)])
        #expect(caught.resultText == #""taken: Payer child""#)
        let thrown = try await Self.parent([Self.notStarted(.workflowAlreadyExists)], input: "on")
        let failure = try #require(thrown.commands.first?.failWorkflowExecutionCommandAttributes.failure)
        #expect(failure.childWorkflowExecutionFailureInfo.workflowExecution.workflowID == "child")
        #expect(failure.cause.applicationFailureInfo.type == "WorkflowAlreadyStarted")
        #expect(failure.cause.message.contains("child"))
    }

    @Test("A child that was not started for another reason, or that failed with that of another, is none")
    func notAlreadyStarted() async throws {
        let nowhere = try await Self.parent([Self.notStarted(.namespaceNotFound)])
        #expect(nowhere.resultText == #""failed: Payer child, NamespaceNotFound""#)
        let failed = try await Self.parent([
            { event in
                event.eventType = .childWorkflowExecutionStarted
                event.childWorkflowExecutionStartedEventAttributes = .with {
                    $0.initiatedEventID = 5
                    $0.workflowExecution.runID = "run-of-child"
                }
            },
            { event in
                event.eventType = .childWorkflowExecutionFailed
                event.childWorkflowExecutionFailedEventAttributes = .with {
                    $0.initiatedEventID = 5
                    $0.startedEventID = 6
                    $0.failure.applicationFailureInfo.type = "WorkflowAlreadyStarted"
                }
            },
        ])
        #expect(failed.resultText == #""failed: Payer child, WorkflowAlreadyStarted""#)
    }

    @Test("An activity that is a type is called by its name, and a dynamic one by every other")
    func activities() async throws {
        let registry = try ActivityRegistry([Activity(Charge()), Activity(Ping()), Activity(Anything())])
        let seven = [try DataConverter().payload(for: 7)]
        func call(_ name: String, _ input: [Payload]) async throws -> String? {
            let output = try await registry[name]?.run(input, PayloadContext())
            return try output?.first.map { String(decoding: try $0.message.data, as: UTF8.self) }
        }
        #expect(try await call("Charge", seven) == #""7""#)
        #expect(try await call("ping", []) == #""pong""#)
        #expect(try await call("other", seven + seven) == "2")
        #expect(throws: TemporalError.self) { try ActivityRegistry([Activity(Anything()), Activity(Anything())]) }
        #expect(try ActivityRegistry([Activity(Charge())])["other"] == nil)
    }

    // MARK: Waiting

    private struct Waiter: WorkflowDefinition {
        @WorkflowState var isOpen = false

        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String {
            do {
                return try await context.timeout(for: .seconds(5)) {
                    try await context.condition { self.isOpen }
                    return "opened"
                }
            } catch {
                let cleaned = try await context.withCancellationShield { "\(Task.isCancelled)" }
                return "\(error.isTemporalCancellation) \(cleaned)"
            }
        }

        static var handlers: [WorkflowHandler<Self>] { [.signal("open") { waiter in { waiter.isOpen = true } }] }
    }

    @Test("A timeout cancels what it is for, and takes its timer back if that is done in time")
    func timeout() async throws {
        let opened = try await ScriptedTasks.completion(
            of: Waiter.self,
            type: "Waiter",
            input: [""],
            signals: [("open", [])]
        )
        #expect(opened.resultText == #""opened""#)
        #expect(opened.commands.count == 1, "the timer is taken back")
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Waiter.self])
        await worker.process(ScriptedTasks.task(type: "Waiter", input: try ScriptedTasks.payloads([""])))
        let timer = service.state.withLockedValue { $0.completions.first?.commands.first }
        #expect(timer?.startTimerCommandAttributes.startToFireTimeout.seconds == 5)
        await worker.process(
            ScriptedTasks.nextTask(
                type: "Waiter",
                after: 3,
                [
                    { event in
                        event.eventType = .timerStarted
                        event.timerStartedEventAttributes = .with { $0.timerID = "1" }
                    },
                    { event in
                        event.eventType = .timerFired
                        event.timerFiredEventAttributes = .with {
                            $0.timerID = "1"
                            $0.startedEventID = 5
                        }
                    },
                ]
            )
        )
        #expect(service.state.withLockedValue { $0.completions.last }?.resultText == #""true false""#)
    }

    // MARK: What must not be

    private struct Stray: WorkflowDefinition {
        @WorkflowState var count = 0

        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> Int {
            switch input {
            case "detached": self.countElsewhere()
            case "patch":
                try await context.condition {
                    _ = context.patch("in a condition")
                    return true
                }
            case "negative": try await context.sleep(for: .seconds(-1))
            case "memo": try await context.upsertMemo([:])
            default: self.count += 1
            }
            return self.count
        }

        /// Has a task count that knows of no workflow, and does not wait as tasks do: only the use of the variable shows.
        private func countElsewhere() {
            let done = DispatchSemaphore(value: 0)
            Task.detached {
                self.count += 1
                done.signal()
            }
            done.wait()
        }
    }

    @Test(
        "What workflow code must not do fails its task, and not the process",
        arguments: ["detached", "patch", "negative", "memo"]
    )
    func misuse(_ deed: String) async throws {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Stray.self])
        await worker.process(ScriptedTasks.task(type: "Stray", input: try ScriptedTasks.payloads([deed])))
        #expect(service.state.withLockedValue { $0.failures.count } == 1)
        #expect(service.state.withLockedValue { $0.completions.isEmpty })
        let fine = try await ScriptedTasks.completion(of: Stray.self, type: "Stray", input: ["fine"])
        #expect(fine.resultText == "1")
    }

    // MARK: Ends

    private struct Ender: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String {
            switch input {
            case "new":
                throw try await context.makeContinueAsNewError(
                    options: .init(taskQueue: "other", taskTimeout: .seconds(3)),
                    input: "again"
                )
            case "another": throw try await context.makeContinueAsNewError(workflowType: Payer.self, input: "p")
            case "random":
                var generator = context.randomNumberGenerator
                let first = UInt64.random(in: 0 ... .max, using: &generator)
                var second = context.randomNumberGenerator
                return "\(first != second.next()) \(context.patch("x")) \(WorkflowContext<Self>.inWorkflow)"
            case "attributes":
                context.upsertSearchAttributes(["Kept": .keyword("k"), "Gone": .int(1)])
                context.upsertSearchAttributes {
                    $0["Gone"] = nil
                    $0["New"] = .bool(true)
                }
                context.currentDetails = "half"
                try await context.upsertMemo(["a": 1, "b": 2])
                try await context.upsertMemo(["a": nil])
                let memo = try await context.getMemoValue(for: "a", as: Int.self)
                let other = try await context.getMemoValue(for: "b", as: Int.self)
                let names = context.searchAttributes.names.joined(separator: ",")
                return "\(names) \(memo ?? -1) \(other ?? -1) \(context.currentDetails ?? "")"
            default: throw ApplicationError(message: input, type: "Ended")
            }
        }
    }

    @Test("Continue-as-new, failures, memo, search attributes and random numbers")
    func ends() async throws {
        func end(_ input: String) async throws -> WorkflowTaskCompletion {
            try await ScriptedTasks.completion(of: Ender.self, type: "Ender", input: [input])
        }
        let new = try await end("new").commands.first?.continueAsNewWorkflowExecutionCommandAttributes
        #expect(new?.workflowType.name == "Ender")
        #expect(new?.taskQueue.name == "other")
        #expect(new?.workflowTaskTimeout.seconds == 3)
        #expect(Self.text(new?.input) == #""again""#)
        let another = try await end("another").commands.first?.continueAsNewWorkflowExecutionCommandAttributes
        #expect(another?.workflowType.name == "Payer")
        #expect(another?.workflowTaskTimeout.seconds == 10, "as now")
        let failed = try await end("sad").commands.first?.failWorkflowExecutionCommandAttributes.failure
        #expect(failed?.applicationFailureInfo.type == "Ended")
        #expect(try await end("random").resultText == #""true true true""#)
        let attributes = try await end("attributes")
        #expect(attributes.resultText == #""Kept,New -1 2 half""#)
        let changed = attributes.commands[1].upsertWorkflowSearchAttributesCommandAttributes.searchAttributes
        #expect(changed.indexedFields.keys.sorted() == ["Gone", "New"])
        #expect(!WorkflowContext<Ender>.inWorkflow)
    }
}
