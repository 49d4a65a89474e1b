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

@Suite("What a worker does with local activities", .timeLimit(.minutes(1)))
struct LocalActivityWorkerTests {
    private struct Caller: WorkflowDefinition {
        init(input: String) {}

        func run(context: WorkflowContext<Self>, input: String) async throws -> String {
            let options = LocalActivityOptions(startToCloseTimeout: .seconds(20), priority: Priority(key: 2))
            return try await context.executeLocalActivity(input, options: options, input: "in", returning: String.self)
        }
    }

    /// Turns every byte around; what it is given twice, or has not made itself, it refuses.
    private struct Flip: PayloadCodec {
        func encode(_ payloads: [Payload]) async throws -> [Payload] {
            try payloads.map { payload in
                guard payload.encoding != "flipped" else { throw ApplicationFailure("encoded twice") }
                return try Payload(
                    ProtoPayload.with {
                        $0.metadata["encoding"] = Data("flipped".utf8)
                        $0.data = Data(try payload.message.serializedData().map { ~$0 })
                    }
                )
            }
        }

        func decode(_ payloads: [Payload]) async throws -> [Payload] {
            try payloads.map { payload in
                guard payload.encoding == "flipped" else { throw ApplicationFailure("not encoded") }
                let bytes = try payload.message.data.map { ~$0 }
                return try Payload(ProtoPayload(serializedBytes: bytes))
            }
        }
    }

    /// Runs a worker's local activities for the time of a closure.
    private static func with(
        _ service: ScriptedTasks,
        codecs: [any PayloadCodec] = [],
        _ body: (WorkflowWorker) async throws -> Void
    ) async throws {
        let worker = try WorkflowWorker.scripted(
            service,
            workflows: [Caller.self],
            activities: [
                Activity("shout") { (text: String) in text.uppercased() },
                Activity("priority") { (_: String) in "\(ActivityContext.current?.info.priorityKey ?? -1)" },
                Activity("slow") { (text: String) -> String in
                    await service.firstCompletion.wait()
                    return text
                },
            ],
            payloads: PayloadContext(converter: DataConverter(codecs: codecs))
        )
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await worker.local.run() }
            try await body(worker)
            group.cancelAll()
        }
    }

    private static func task(_ activity: String, codecs: [any PayloadCodec] = [], timeout: Int64 = 60) async throws
        -> API.WorkflowTask
    {
        let context = PayloadContext(converter: DataConverter(codecs: codecs))
        let input = try ProtoPayloads(await context.encode(activity))
        return ScriptedTasks.task(type: "Caller", input: input, taskTimeout: timeout)
    }

    @Test("Input, result and marker go through the codecs; what the engine writes into the marker does not")
    func codecs() async throws {
        let service = ScriptedTasks()
        try await Self.with(service, codecs: [Flip()]) { worker in
            await worker.process(try await Self.task("shout", codecs: [Flip()]))
        }
        let completion = try #require(service.state.withLockedValue { $0.completions }.first)
        #expect(completion.commands.map(\.commandType) == [.recordMarker, .completeWorkflowExecution])
        let details = completion.commands[0].recordMarkerCommandAttributes.details
        #expect(details["data"]?.payloads.first?.metadata["encoding"] == Data("json/plain".utf8))
        let result = try #require(details["result"]?.payloads.first)
        #expect(result.metadata["encoding"] == Data("flipped".utf8))
        let plain = try await Flip().decode([Payload(result)])[0]
        #expect(try DataConverter().value(from: plain, as: String.self) == "IN")
    }

    @Test("The activity is told its priority")
    func priority() async throws {
        let service = ScriptedTasks()
        try await Self.with(service) { worker in await worker.process(try await Self.task("priority", codecs: [])) }
        #expect(service.state.withLockedValue { $0.completions }.first?.resultText == #""2""#)
    }

    @Test("A long one: the task is answered in time, asks for the next one, and takes the run along")
    func heartbeat() async throws {
        let service = ScriptedTasks()
        service.state.withLockedValue { state in
            state.next = [ScriptedTasks.nextTask(type: "Caller")]
        }
        // Four of the five seconds go by before the first answer; as many are there for the second, on a busy machine too.
        try await Self.with(service) { worker in await worker.process(try await Self.task("slow", timeout: 5)) }
        let completions = service.state.withLockedValue { $0.completions }
        #expect(completions.count == 2)
        #expect(completions.first?.forceCreateNewWorkflowTask == true)
        #expect(completions.first?.returnNewWorkflowTask == true)
        #expect(completions.first?.commands.isEmpty == true)
        #expect(completions.last?.forceCreateNewWorkflowTask == false)
        #expect(completions.last?.commands.map(\.commandType) == [.recordMarker, .completeWorkflowExecution])
    }

    @Test("ES-N2 One that the worker does not have fails the task with the names that it has")
    func unknown() async throws {
        let service = ScriptedTasks()
        try await Self.with(service) { worker in await worker.process(try await Self.task("whisper")) }
        let failure = try #require(service.state.withLockedValue { $0.failures }.first)
        #expect(failure.failure.message.contains("no activity \"whisper\""))
        #expect(failure.failure.message.contains("shout, slow"))
    }

    @Test("Delays grow as the server's do")
    func delays() {
        let policy = RetryPolicy(initialInterval: .seconds(2), backoffCoefficient: 3, maximumInterval: .seconds(20))
            .message
        let delays = (1...5).map { LocalActivityAttempts.delay(after: $0, policy) }
        #expect(delays == [.seconds(2), .seconds(6), .seconds(18), .seconds(20), .seconds(20)])
        #expect(LocalActivityAttempts.delay(after: 1_000_000, .init()) == .seconds(100))
        #expect(LocalActivityAttempts.delay(after: 1, .init(), asked: .seconds(7)) == .seconds(7))
    }
}
