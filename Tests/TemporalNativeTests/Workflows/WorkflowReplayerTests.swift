//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("What a replayer says of histories", .timeLimit(.minutes(1)))
struct WorkflowReplayerTests {
    private struct Sleeper: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            try await context.sleep(for: .seconds(1))
        }
    }

    private static let taskFailed = ScriptedTasks.event(4) { event in
        event.eventType = .workflowTaskFailed
        event.workflowTaskFailedEventAttributes = .init()
    }

    private static let taskCompleted = ScriptedTasks.event(4) { event in
        event.eventType = .workflowTaskCompleted
        event.workflowTaskCompletedEventAttributes = .init()
    }

    private static func replay(_ events: [API.Event], type: String = "Sleeper") async throws {
        var history = Temporal_Api_History_V1_History()
        history.events = events
        history.events.append(
            ScriptedTasks.event(Int64(events.count + 1)) { event in
                event.eventType = .workflowExecutionTerminated
                event.workflowExecutionTerminatedEventAttributes = .init()
            }
        )
        let replayer = try WorkflowReplayer(workflows: [Sleeper.self])
        try await replayer.replay(WorkflowHistory(workflowID: "terminated", history: history))
    }

    @Test(
        "ES-N1 A run that was terminated before a task of it was answered fits its code",
        arguments: [1, 2, 3]
    )
    func nothingAnswered(_ count: Int) async throws {
        try await Self.replay(Array(ScriptedTasks.events(type: "Sleeper").prefix(count)))
    }

    @Test("ES-N1 A run of which the only task failed, and that was terminated then, fits its code")
    func onlyFailed() async throws {
        try await Self.replay(ScriptedTasks.events(type: "Sleeper") + [Self.taskFailed])
    }

    @Test("ES-N1 A run whose only task was answered without the timer that the code starts does not fit")
    func answered() async {
        let error = await #expect(throws: TemporalError.self) {
            try await Self.replay(ScriptedTasks.events(type: "Sleeper") + [Self.taskCompleted])
        }
        #expect(error?.code == .nondeterminism)
    }

    @Test("A workflow that the replayer does not have is said to be missing, although no task of it was answered")
    func unknown() async {
        let error = await #expect(throws: TemporalError.self) {
            try await Self.replay(ScriptedTasks.events(type: "Other"), type: "Other")
        }
        #expect(error?.description.contains("there is no workflow \"Other\"") == true)
    }
}
