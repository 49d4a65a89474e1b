//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("Tasks with a history that is gone through in parts", .timeLimit(.minutes(1)))
struct LongHistoryTests {
    /// How often workflows have been started here, replays included.
    private static let starts = TestCounter()

    /// Sleeps again and again.
    private struct Sleeper: WorkflowDefinition {
        static let name = "Sleeper"

        init(input: Void) { LongHistoryTests.starts.increment() }

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            while true { try await context.sleep(for: .seconds(1)) }
        }
    }

    /// Sleeps once under the same name, and calls an activity then.
    private struct Caller: WorkflowDefinition {
        static let name = "Sleeper"

        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            try await context.sleep(for: .seconds(1))
            let options = ActivityOptions(startToCloseTimeout: .seconds(1))
            try await context.executeActivity("wake", options: options, returning: Void.self)
        }
    }

    /// Sleeps again and again under the same name, and reads what it is sent.
    private struct Listener: WorkflowDefinition {
        static let name = "Sleeper"
        @WorkflowState var heard = 0

        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            while true { try await context.sleep(for: .seconds(1)) }
        }

        func hear(_ value: String) { self.heard += value.count }
        func length() -> Int { self.heard }

        static var handlers: [WorkflowHandler<Self>] { [.signal("hear", Self.hear), .query("length", Self.length)] }
    }

    /// The task after so many sleeps, with all of history.
    ///
    /// - Parameters:
    ///   - sleeps: How many.
    ///   - signals: What comes during some of them.
    /// - Returns: The task.
    private static func task(after sleeps: Int, signals: [Int: ProtoPayloads] = [:]) -> API.WorkflowTask {
        var task = ScriptedTasks.task(type: "Sleeper")
        for sleep in 1...sleeps {
            let last = task.startedEventID
            var events: [(inout API.Event) -> Void] = [
                { event in
                    event.eventType = .timerStarted
                    event.timerStartedEventAttributes = .with { $0.timerID = "\(sleep)" }
                },
                { event in
                    event.eventType = .timerFired
                    event.timerFiredEventAttributes = .with {
                        $0.timerID = "\(sleep)"
                        $0.startedEventID = last + 2
                    }
                },
            ]
            if let value = signals[sleep] {
                events.append { event in
                    event.eventType = .workflowExecutionSignaled
                    event.workflowExecutionSignaledEventAttributes = .with {
                        $0.signalName = "hear"
                        $0.input = value
                    }
                }
            }
            let next = ScriptedTasks.nextTask(type: "Sleeper", after: last, events)
            task.history.events += next.history.events
            task.previousStartedEventID = last
            task.startedEventID = next.startedEventID
        }
        return task
    }

    @Test("A run that is kept does not begin again, even if the whole history comes")
    func kept() async throws {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Sleeper.self])
        for sleeps in [450, 451] {
            let task = Self.task(after: sleeps)
            #expect(!HistoryPart.parts(of: task.history.events, after: 0).isEmpty)
            await worker.process(task)
        }
        let state = service.state.withLockedValue { $0 }
        #expect(state.failures.map(\.failure.message) == [])
        #expect(state.completions.map(\.commands.count) == [1, 1])
        #expect(Self.starts.value == 1)
    }

    @Test("ES-N2 A part that does not fit the code fails the task")
    func other() async throws {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Caller.self])
        await worker.process(Self.task(after: 450))
        let state = service.state.withLockedValue { $0 }
        #expect(state.failures.map(\.cause) == [.nonDeterministicError])
        #expect(state.completions.isEmpty)
    }

    @Test("What was loaded for a part is not kept for those that follow")
    func contents() async throws {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(100)
        configuration.cache = .disabled
        let context = PayloadContext(
            externalStorage: try ExternalStorage(driver: driver, configuration: configuration)
        )
        let large = String(repeating: "x", count: 200)
        let reference = try ProtoPayloads(try await context.stored(context.encode(values: [large])))
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Listener.self], payloads: context)
        var task = Self.task(after: 900, signals: [1: reference, 2: reference, 899: reference])
        #expect(!HistoryPart.parts(of: task.history.events, after: 0).isEmpty)
        task.queries = ["q": .with { $0.queryType = "length" }]
        await worker.process(task)
        let state = service.state.withLockedValue { $0 }
        #expect(state.failures.map(\.failure.message) == [])
        let answer = try #require(state.completions.last?.queryResults["q"]?.answer.payloads.first)
        #expect(String(decoding: answer.data, as: UTF8.self) == "600")
        // Once for the two of the first part, and once more for the last.
        #expect(driver.retrieves.map(\.count) == [1, 1])
    }
}
