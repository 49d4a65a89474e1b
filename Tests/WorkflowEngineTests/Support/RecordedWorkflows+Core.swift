//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import TemporalAPI

@testable import WorkflowEngine

extension RecordedWorkflow {
    /// Those of the Python SDK.
    static let python: [Self] = [
        .messages("sdk-python__customer-service-workflow-history", "updates that call a model; cancelled at the end") {
            recorded in
            // How often an update calls the model is up to the model.
            let calls = Box(Self.callsOfUpdates(recorded))
            return TestProgram(
                onUpdate: { _, _, run, _ in
                    for _ in 0..<calls.value.removeFirst() { _ = try await run.activity("invoke_model_activity") }
                    return ""
                }
            ) { run, _ in
                try await run.condition { false }
                return ""
            }
        },
        Self("sdk-python__input-guardrail-workflow-history", "two activities at a time; one makes the other needless") {
            _ in
            { run, _ in
                for _ in 0..<2 {
                    let (answer, guardrail) = (Box(""), Box(""))
                    for box in [answer, guardrail] {
                        _ = run.spawn {
                            box.value = (try? await run.activity("invoke_model_activity")) ?? "none"
                        }
                    }
                    try await run.condition { !guardrail.value.isEmpty }
                    if guardrail.value.contains(#"\"is_math_homework\":true"#) { break }
                    try await run.condition { !answer.value.isEmpty }
                }
                return ""
            }
        },
        Self("sdk-python__research-workflow-history", "a plan, its ten searches at once, and a report") { _ in
            { run, program in
                let plan = try await run.activity("invoke_model_activity")
                let searches = plan.components(separatedBy: #"\"query\":"#).count - 1
                for _ in 0..<searches {
                    _ = run.spawn {
                        _ = try? await run.activity("invoke_model_activity")
                        program.count += 1
                    }
                }
                try await run.condition { program.count == searches }
                _ = try await run.activity("invoke_model_activity")
                return ""
            }
        },
        .messages(
            "sdk-python__test_replayer_event_tracing",
            "signals, an update, a timer and an activity, traced",
            program: Self.traced
        ),
        .messages("sdk-python__test_replayer_event_tracing_single_batch", "the same", program: Self.traced),
        .messages(
            "sdk-python__test_replayer_event_tracing_double_sig_at_start_single_batch",
            "the same, with two signals at the start",
            program: Self.traced
        ),
        // Python ran its loop more often then, so that others came first in what it traced. The commands are the same.
        .messages(
            "sdk-python__test_replayer_event_tracing_double_sig_at_start",
            "the same, from before Python ran its loop once for all jobs",
            comparesResult: false,
            program: Self.traced
        ),
        .messages("sdk-python__test_replayer_event_tracing_alternate", "two signals while an activity's end is awaited")
        { _ in
            TestProgram(
                onSignal: { _, argument, _, program in
                    program.count += 1
                    program.trace.append("sig-\(Self.string(argument))")
                    return ""
                }
            ) { run, program in
                program.trace.append("act-start")
                let ended = Box(false)
                _ = run.spawn {
                    _ = try? await run.activity("say_hello")
                    ended.value = true
                }
                try await run.condition { program.count == 2 }
                program.trace.append("counter-2")
                try await run.condition { ended.value }
                program.trace.append("act-done")
                return Self.json(program.trace)
            }
        },
        Self(
            "sdk-python__test_replayer_swallowed_activity_cancellation",
            "activities for a time, whatever is cancelled"
        ) { _ in
            { run, _ in
                let end = run.now.addingTimeInterval(12.468_027_572_552_584)
                // In Python a cancellation comes once, and an activity that has ended swallows it; in Swift it stays.
                while run.now <= end {
                    _ = try await run.shielded { try await run.activity("short_activity_async") }
                }
                return ""
            }
        },
    ]

    private static func callsOfUpdates(_ recorded: Recorded) -> [Int] {
        var calls: [Int] = []
        for event in recorded.events {
            if event.eventType == .workflowExecutionUpdateAccepted { calls.append(0) }
            if event.eventType == .activityTaskScheduled { calls[calls.count - 1] += 1 }
        }
        return calls
    }

    private static func string(_ json: String) -> String {
        json.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }

    private static func json(_ texts: [String]) -> String {
        "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    /// Everything notes its steps, of which the last comes after the code has been at rest.
    private static let traced: @Sendable (Recorded) -> TestProgram = { _ in
        @Sendable func steps(_ name: String, _ run: WorkflowRun, _ program: TestProgram) async throws {
            program.trace.append("\(name)-1")
            try await run.condition { true }
            program.trace.append("\(name)-2")
        }
        return TestProgram(
            onSignal: { _, argument, run, program in
                program.trace.append("sig-\(Self.string(argument))-sync")
                try await steps("sig-\(Self.string(argument))", run, program)
                return ""
            },
            onUpdate: { _, argument, run, program in
                program.trace.append("update-\(Self.string(argument))-sync")
                try await steps("update-\(Self.string(argument))", run, program)
                return ""
            },
            { run, program in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        program.trace.append("timer-sync")
                        try await run.sleep(for: .milliseconds(100))
                        try await steps("timer", run, program)
                    }
                    group.addTask {
                        program.trace.append("act-sync")
                        _ = try await run.activity("say_hello")
                        try await steps("act", run, program)
                    }
                    try await group.waitForAll()
                }
                return Self.json(program.trace)
            }
        )
    }

    /// Those of the TypeScript SDK.
    static let typeScript: [Self] = [
        Self("sdk-typescript__lang_flags_replay_correctly_1_11_1", "a timer that an activity outruns", Self.raced),
        Self("sdk-typescript__lang_flags_replay_correctly_1_11_2", "a timer that an activity outruns", Self.raced),
        Self(
            "sdk-typescript__cancel_fake_progress_history",
            "an activity that is cancelled after a signal, and waited for"
        ) { _ in
            { run, program in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await run.activity("fakeProgress", .waitUntilEnded) }
                    try? await run.condition { program.count > 0 }
                    group.cancelAll()
                }
                return ""
            }
        },
        Self("sdk-typescript__random-replay-1.17.2", "four children and timers; reset once, and signaled") { recorded in
            let ids = recorded.all(.startChildWorkflowExecutionInitiated)
                .map(\.startChildWorkflowExecutionInitiatedEventAttributes.workflowID)
            return { run, program in
                for id in ids {
                    _ = try await run.startChild("randomStreamResetChild", id: id)
                    try await run.sleep(for: .milliseconds(1))
                }
                try await run.condition { program.count > 0 }
                return ""
            }
        },
    ]

    static let raced: @Sendable (Recorded) -> TestProgram.Main = { _ in
        { run, _ in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await run.sleep(for: .seconds(10)) }
                group.addTask { _ = try? await run.activity("noopActivity") }
                await group.next()
                group.cancelAll()
            }
            return ""
        }
    }
}
