//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import Logging
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("References through workflow code", .timeLimit(.minutes(1)))
struct StoredWorkflowTests {
    /// Takes a value, has it changed twice, and gives it back, without looking into it.
    private struct Pipeline: WorkflowDefinition {
        init(input: Stored<String>) {}

        func run(context: WorkflowContext<Self>, input: Stored<String>) async throws -> Stored<String>? {
            let options = ActivityOptions(startToCloseTimeout: .seconds(20))
            let first: Stored<String> = try await context.executeActivity("first", options: options, input: input)
            return try await context.executeActivity("second", options: options, input: first)
        }
    }

    /// Takes everything as it is.
    private struct Reader: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> [String] {
            let options = ActivityOptions(startToCloseTimeout: .seconds(20))
            let first: String = try await context.executeActivity("first", options: options, input: input)
            let second: String = try await context.executeActivity("second", options: options, input: first)
            return [input, first, second].map { String($0.prefix(4)) }
        }
    }

    /// Looks into what it cannot look into, and has a handler that comes late.
    private struct Curious: WorkflowDefinition {
        @WorkflowState var held: Stored<String>?
        @WorkflowState var heard: [String] = []

        init(input: WorkflowArguments) {}

        func run(context: WorkflowContext<Self>, input: WorkflowArguments) async throws -> [String] {
            let (what, _) = try input.values(as: String.self, String?.self)
            switch what {
            case "look":
                try await context.condition { self.held != nil }
                do {
                    return [try await self.held?.value() ?? ""]
                } catch let error as TemporalError {
                    throw ApplicationFailure(error.message, type: "\(error.code)", isNonRetryable: true)
                }
            default:
                try await context.condition { self.held != nil }
                try context.setHandler(.signal("late", Self.late))
                try await context.condition { self.heard.count == 2 }
                return self.heard.map { String($0.prefix(4)) }
            }
        }

        func hold(_ value: Stored<String>) { self.held = value }
        func hear(_ value: String) { self.heard.append(value) }
        func late(_ value: String) { self.heard.append(value) }

        static var handlers: [WorkflowHandler<Self>] { [.signal("hold", Self.hold), .signal("hear", Self.hear)] }
    }

    // MARK: What a test has

    private struct Bed {
        let driver = InMemoryStorageDriver()
        let service = ScriptedTasks()
        let context: PayloadContext
        let worker: WorkflowWorker

        init(codecs: [any PayloadCodec] = []) throws {
            var configuration = ExternalStorage.Configuration()
            configuration.threshold = .bytes(100)
            configuration.cache = .disabled
            self.context = PayloadContext(
                converter: DataConverter(codecs: codecs),
                externalStorage: try ExternalStorage(driver: self.driver, configuration: configuration)
            )
            self.worker = try Self.worker(self.service, self.context)
        }

        static func worker(_ service: ScriptedTasks, _ context: PayloadContext) throws -> WorkflowWorker {
            try WorkflowWorker.scripted(
                service,
                workflows: [Pipeline.self, Reader.self, Curious.self],
                payloads: context
            )
        }

        /// A large value as it stands in history.
        func reference(_ text: String) async throws -> ProtoPayloads {
            let large = text + String(repeating: ".", count: 200)
            let payloads = try await self.context.stored(self.context.encode(values: [large]))
            #expect(payloads.allSatisfy(self.context.isReference))
            return try ProtoPayloads(payloads)
        }

        var reads: Int { self.driver.retrieves.map(\.count).reduce(0, +) }

        var result: ProtoPayloads? {
            self.service.state.withLockedValue { state in
                state.completions.last?.commands.last?.completeWorkflowExecutionCommandAttributes.result
            }
        }

        var failures: [Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest] {
            self.service.state.withLockedValue { $0.failures }
        }
    }

    /// The events of a task that was answered with an activity, which has ended.
    private static func activity(_ name: String, after id: Int64, input: ProtoPayloads, result: ProtoPayloads)
        -> [API.Event]
    {
        [
            ScriptedTasks.event(id + 1) { event in
                event.eventType = .workflowTaskCompleted
                event.workflowTaskCompletedEventAttributes = .init()
            },
            ScriptedTasks.event(id + 2) { event in
                event.eventType = .activityTaskScheduled
                event.activityTaskScheduledEventAttributes = .with {
                    $0.activityID = name == "first" ? "1" : "2"
                    $0.activityType.name = name
                    $0.input = input
                }
            },
            ScriptedTasks.event(id + 3) { event in
                event.eventType = .activityTaskStarted
                event.activityTaskStartedEventAttributes = .with { $0.scheduledEventID = id + 2 }
            },
            ScriptedTasks.event(id + 4) { event in
                event.eventType = .activityTaskCompleted
                event.activityTaskCompletedEventAttributes = .with {
                    $0.result = result
                    $0.scheduledEventID = id + 2
                    $0.startedEventID = id + 3
                }
            },
            ScriptedTasks.event(id + 5) { event in
                event.eventType = .workflowTaskScheduled
                event.workflowTaskScheduledEventAttributes = .init()
            },
            ScriptedTasks.event(id + 6) { event in
                event.eventType = .workflowTaskStarted
                event.workflowTaskStartedEventAttributes = .init()
            },
        ]
    }

    /// The third task of a run, with all of its history.
    private static func thirdTask(
        _ type: String,
        _ bed: Bed
    ) async throws -> (task: API.WorkflowTask, result: ProtoPayloads) {
        let (input, first) = (try await bed.reference("in"), try await bed.reference("one"))
        let second = try await bed.reference("two")
        var task = ScriptedTasks.task(type: type, input: input)
        task.history.events += Self.activity("first", after: 3, input: input, result: first)
        task.history.events += Self.activity("second", after: 9, input: first, result: second)
        task.previousStartedEventID = 9
        task.startedEventID = 15
        return (task, second)
    }

    private static func part(_ task: API.WorkflowTask, _ ids: ClosedRange<Int64>, previous: Int64) -> API.WorkflowTask {
        var task = task
        task.history.events.removeAll { !ids.contains($0.eventID) }
        task.startedEventID = ids.upperBound
        task.previousStartedEventID = previous
        return task
    }

    // MARK: The tests

    @Test("ES-W7 ES-N6 What no code looks into is not loaded, in a replay of a worker that knows nothing neither")
    func pipeline() async throws {
        let bed = try Bed()
        let (task, result) = try await Self.thirdTask("Pipeline", bed)
        await bed.worker.process(task)
        #expect(bed.result == result)
        #expect(bed.reads == 0)
        #expect(bed.failures.isEmpty)
    }

    @Test("ES-N6 Nor is it on the tasks of a run that is kept; its inputs go out as references")
    func sticky() async throws {
        let bed = try Bed()
        let (task, result) = try await Self.thirdTask("Pipeline", bed)
        await bed.worker.process(Self.part(task, 1...3, previous: 0))
        await bed.worker.process(Self.part(task, 4...9, previous: 3))
        await bed.worker.process(Self.part(task, 10...15, previous: 9))
        #expect(bed.result == result)
        #expect(bed.reads == 0)
        let inputs = bed.service.state.withLockedValue { state in
            state.completions.flatMap(\.commands).compactMap { command -> ProtoPayloads? in
                guard command.commandType == .scheduleActivityTask else { return nil }
                return command.scheduleActivityTaskCommandAttributes.input
            }
        }
        #expect(
            inputs == [
                task.history.events[0].workflowExecutionStartedEventAttributes.input, try await bed.reference("one"),
            ]
        )
        #expect(bed.service.state.withLockedValue { $0.historyCalls } == 0)
    }

    @Test("ES-N6 What code looks into is loaded once each, in one batch as soon as the worker knows the code")
    func plain() async throws {
        let bed = try Bed()
        let (task, _) = try await Self.thirdTask("Reader", bed)
        await bed.worker.process(task)
        let texts = try [Payload](#require(bed.result)).map {
            try bed.context.converter.value(from: $0, as: [String].self)
        }
        #expect(texts == [["in..", "one.", "two."]])
        #expect(bed.failures.isEmpty)
        #expect(bed.service.state.withLockedValue { $0.completions.count } == 1)
        let first = bed.driver.retrieves.map(\.count)
        #expect(first == [1, 1, 1], "each when code asked for it, and none twice")
        // Another run of the same worker, and the same run after it was pushed out.
        await bed.worker.process(task)
        #expect(bed.driver.retrieves.map(\.count) == first + [3])
    }

    @Test("ES-N6 Of a long history no more is loaded at a time than a part of it refers to, and nothing twice")
    func parts() async throws {
        let bed = try Bed()
        var (task, _) = try await Self.thirdTask("Reader", bed)
        // So large that the input and the first result are a part.
        func grow(_ payloads: inout ProtoPayloads) {
            for index in payloads.payloads.indices {
                payloads.payloads[index].externalPayloads = [.with { $0.sizeBytes = 40 * 1_048_576 }]
            }
        }
        for index in task.history.events.indices {
            switch task.history.events[index].attributes {
            case .workflowExecutionStartedEventAttributes:
                grow(&task.history.events[index].workflowExecutionStartedEventAttributes.input)
            case .activityTaskCompletedEventAttributes:
                grow(&task.history.events[index].activityTaskCompletedEventAttributes.result)
            default: break
            }
        }
        await bed.worker.process(task)
        #expect(bed.failures.map(\.failure.message) == [])
        #expect(bed.driver.retrieves.map(\.count) == [1, 1, 1])
        await bed.worker.process(task)
        #expect(bed.driver.retrieves.map(\.count) == [1, 1, 1, 2, 1])
        let texts = try [Payload](#require(bed.result)).map {
            try bed.context.converter.value(from: $0, as: [String].self)
        }
        #expect(texts == [["in..", "one.", "two."]])
        let replayer = try WorkflowReplayer(workflows: [Reader.self], externalStorage: bed.context.externalStorage)
        try await replayer.replay(WorkflowHistory(workflowID: "w", history: task.history))
        #expect(bed.driver.retrieves.map(\.count) == [1, 1, 1, 2, 1, 1, 1, 1])
    }

    @Test("ES-N6 On the tasks of a run that is kept, each object is loaded once, and no history is fetched")
    func plainSticky() async throws {
        let bed = try Bed()
        let (task, _) = try await Self.thirdTask("Reader", bed)
        await bed.worker.process(Self.part(task, 1...3, previous: 0))
        await bed.worker.process(Self.part(task, 4...9, previous: 3))
        await bed.worker.process(Self.part(task, 10...15, previous: 9))
        #expect(bed.driver.retrieves.map(\.count) == [1, 1, 1])
        #expect(bed.result != nil)
        #expect(bed.service.state.withLockedValue { $0.historyCalls } == 0)
    }

    @Test("ES-N6 An object that is gone fails the task with the cause of storage failures, and not the workflow")
    func missing() async throws {
        let bed = try Bed()
        let (task, _) = try await Self.thirdTask("Reader", bed)
        bed.driver.objects = [:]
        await bed.worker.process(task)
        #expect(bed.failures.map(\.cause) == [.externalStorageFailure])
        #expect(bed.service.state.withLockedValue { $0.completions.isEmpty })
    }

    @Test("Codecs meet what was stored, and never a reference")
    func codecs() async throws {
        let bed = try Bed(codecs: [Reverse()])
        for (type, reads) in [("Pipeline", 0), ("Reader", 3)] {
            let (task, result) = try await Self.thirdTask(type, bed)
            await bed.worker.process(task)
            #expect(bed.failures.isEmpty)
            #expect(bed.reads == reads)
            if type == "Pipeline" { #expect(bed.result == result) }
        }
    }

    @Test("Code that looks into a Stored value is told what to do")
    func look() async throws {
        let bed = try Bed()
        var task = try ScriptedTasks.task(
            type: "Curious",
            input: ProtoPayloads([bed.context.converter.payload(for: "look")])
        )
        try await Self.signal("hold", bed.reference("in"), in: &task)
        await bed.worker.process(task)
        let command = bed.service.state.withLockedValue { $0.completions.last?.commands.last }
        let failure = try #require(command?.failWorkflowExecutionCommandAttributes.failure)
        #expect(failure.applicationFailureInfo.type == "invalidArgument")
        #expect(failure.message.contains("hand it on to an activity"))
        #expect(bed.reads == 0)
    }

    @Test("A signal that waited for its handler is loaded, if it was the one before too")
    func signals() async throws {
        let bed = try Bed()
        var task = try ScriptedTasks.task(
            type: "Curious",
            input: ProtoPayloads([bed.context.converter.payload(for: "listen")])
        )
        try await Self.signal("late", bed.reference("late"), in: &task)
        try await Self.signal("hear", bed.reference("hear"), in: &task)
        try await Self.signal("hold", bed.reference("hold"), in: &task)
        await bed.worker.process(task)
        let texts = try [Payload](#require(bed.result)).map {
            try bed.context.converter.value(from: $0, as: [String].self)
        }
        #expect(texts == [["hear", "late"]])
        #expect(bed.reads == 2)
    }

    @Test("A replayer loads what code looks into, and nothing else")
    func replayer() async throws {
        let bed = try Bed()
        for (type, reads) in [(Pipeline.self as any WorkflowDefinition.Type, 0), (Reader.self, 2)] {
            let (task, _) = try await Self.thirdTask(type.name, bed)
            let replayer = try WorkflowReplayer(workflows: [type], externalStorage: bed.context.externalStorage)
            // The last task is open: what it brings no code has answered.
            let history = WorkflowHistory(workflowID: "w", history: task.history)
            try await replayer.replay(history)
            #expect(bed.reads == reads)
        }
    }

    private static func signal(_ name: String, _ input: ProtoPayloads, in task: inout API.WorkflowTask) throws {
        // Before the task that is open.
        let position = task.history.events.count - 2
        task.history.events.insert(
            ScriptedTasks.event(0) { event in
                event.eventType = .workflowExecutionSignaled
                event.workflowExecutionSignaledEventAttributes = .with {
                    $0.signalName = name
                    $0.input = input
                }
            },
            at: position
        )
        for index in task.history.events.indices { task.history.events[index].eventID = Int64(index + 1) }
        task.startedEventID = Int64(task.history.events.count)
    }

    /// Reverses the data, and refuses what is a reference.
    private struct Reverse: PayloadCodec {
        func encode(_ payloads: [Payload]) async throws -> [Payload] { try self.reverse(payloads) }
        func decode(_ payloads: [Payload]) async throws -> [Payload] { try self.reverse(payloads) }

        private func reverse(_ payloads: [Payload]) throws -> [Payload] {
            try payloads.map { payload in
                guard !payload.isReference else { throw ApplicationFailure("a codec was given a reference") }
                return try Payload(
                    ProtoPayload.with { reversed in
                        reversed.metadata = try payload.message.metadata
                        reversed.data = Data(try payload.message.data.reversed())
                    }
                )
            }
        }
    }
}
