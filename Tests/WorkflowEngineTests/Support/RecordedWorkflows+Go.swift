//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI

@testable import WorkflowEngine

extension RecordedWorkflow {
    /// Those of the Go SDK, without what only Go writes.
    static let go: [Self] = Self.goOperations + Self.goCancellations + Self.goUpdates

    private static let goOperations: [Self] = [
        Self("sdk-go__upsert-memo-workflow", "memo, an activity, memo") { recorded in
            let ids = recorded.ids
            return { run, _ in
                try run.upsertMemo(["key": .init()])
                try await run.activity("helloworldActivity", ids)
                try run.upsertMemo(["key": .init()])
                return ""
            }
        },
        Self("sdk-go__search-attribute", "search attributes, an activity, search attributes") { recorded in
            let ids = recorded.ids
            return { run, _ in
                try run.upsertSearchAttributes(.with { $0.indexedFields["CustomStringField"] = .init() })
                try await run.activity("helloworldActivity", ids)
                try run.upsertSearchAttributes(.with { $0.indexedFields["CustomStringField"] = .init() })
                return ""
            }
        },
        Self("sdk-go__memo-json", "a child with a memo, and then the parent's") { recorded in
            let id = recorded.events[4].startChildWorkflowExecutionInitiatedEventAttributes.workflowID
            return { run, _ in
                let result = try await run.child("MemoChildWorkflowJSON", id: id)
                try run.upsertMemo(["parent-memo-key": .init()])
                return result
            }
        },
        Self("sdk-go__memo-schedule-json", "reads the memo that a schedule gave it") { _ in
            { run, _ in
                let json = run.memo["schedule-memo-key"]?.data ?? Data()
                let value = try JSONDecoder().decode(String.self, from: json)
                return #""schedule-read-memo: \#(value)""#
            }
        },
        Self("sdk-go__side-effect", "a side effect, and an activity") { recorded in
            let ids = recorded.ids
            return { run, _ in
                let value = try run.sideEffect { .text("another") }
                guard value.text == "81" else { return "the side effect was \(value.text)" }
                try await run.activity("helloworldActivity", ids)
                return ""
            }
        },
        Self("sdk-go__parallel-side-effect", "ten tasks with a side effect each") { _ in
            { run, program in
                for number in 0..<10 {
                    _ = run.spawn {
                        let value = try? run.sideEffect { .text("another") }
                        if value?.text == "\(number)" { program.count += 1 }
                    }
                }
                try await run.condition { program.count == 10 }
                return #""""#
            }
        },
        Self("sdk-go__continue-as-new", "continues as new") { _ in
            { run, _ in throw TestProgram.ContinuedAsNew(type: "ContinueAsNewWorkflow") }
        },
        Self("sdk-go__test-workflow", "starts an activity, and ends without waiting for it") { recorded in
            let ids = recorded.ids
            return { run, program in
                _ = run.spawn {
                    program.count += 1
                    _ = try? await run.activity("helloworldActivity", ids)
                }
                try await run.condition { program.count > 0 }
                return ""
            }
        },
        Self("sdk-go__selector-blocking-default", "tasks that hand each other values") { _ in
            { run, program in
                for value in ["one", "two"] { _ = run.spawn { program.trace.append(value) } }
                try await run.condition { program.trace == ["one", "two"] }
                return ""
            }
        },
        Self("sdk-go__duplicate-child-workflow", "a child, timers, a signal to the child, and its result") { recorded in
            let ids = recorded.ids
            return { run, _ in
                // The second child with the same id that the workflow in Go asks for does not get as far as a command.
                let child = try await run.startChild("ChildWorkflowWaitOnSignal", id: "ABC-SIMPLE-CHILD-WORKFLOW-ID")
                for _ in 0..<2 { try await run.sleep(ids) }
                _ = run.spawn {
                    try? await run.signalExternal(
                        .with {
                            $0.execution.workflowID = child.workflowID
                            $0.execution.runID = child.runID
                            $0.signalName = "unblock"
                        }
                    )
                }
                _ = try await run.result(of: child)
                return ""
            }
        },
        Self("sdk-go__gogoproto-payload-workflow", "an activity's result says which others, and which timers") {
            recorded in
            let ids = recorded.ids
            return { run, _ in
                let list = try object(in: try await run.activity("ListWorkflow", ids))
                let executions = list["executions"] as? [[String: Any]] ?? []
                for execution in executions {
                    if execution["status"] as? String == "Running" {
                        try await run.sleep(ids)
                        continue
                    }
                    let description = try object(in: try await run.activity("DescribeWorkflowExecution", ids))
                    let configuration = description["executionConfig"] as? [String: Any]
                    if configuration?["workflowExecutionTimeout"] != nil { try await run.sleep(ids) }
                }
                return "\(executions.count)"
            }
        },
        Self("sdk-go__partial-replay-non-command-event", "waits for ten signals; a task of it timed out") { _ in
            { run, program in
                try await run.condition { program.count == 10 }
                throw TestProgram.ContinuedAsNew(type: "TripWorkflow")
            }
        },
        Self("sdk-go__reset-workflow-after-child-complete", "a child; reset after it had ended", Self.resetWithChild),
        Self("sdk-go__reset-workflow-before-child-init", "a child; reset before it was started", Self.resetWithChild),
    ]

    private static let resetWithChild: @Sendable (Recorded) -> TestProgram.Main = { recorded in
        let child = recorded.all(.startChildWorkflowExecutionInitiated).first
        let id = child?.startChildWorkflowExecutionInitiatedEventAttributes.workflowID ?? ""
        return { run, _ in try await run.child("TestChildWorkflow", id: id) }
    }

    private static let goCancellations: [Self] = [
        Self("sdk-go__activity-same-time-as-cancel", "after a signal an activity, and a timer is cancelled") {
            recorded in
            let ids = recorded.ids
            return { run, program in
                let timer = run.spawn { try? await run.sleep(ids, for: .seconds(3)) }
                try await run.condition { program.count > 0 }
                _ = run.spawn { timer.cancel() }
                try await run.activity("Echo", ids)
                return "true"
            }
        },
        Self("sdk-go__await-with-timeout-no-timer-cancel", "ends while the timer of a wait still runs") { recorded in
            let ids = recorded.ids
            return { run, program in
                _ = run.spawn {
                    try? await run.sleep(ids, for: .milliseconds(100))
                    program.count += 1
                }
                _ = run.spawn { try? await run.sleep(ids, for: .seconds(10)) }
                try await run.condition { program.count > 0 }
                return "true"
            }
        },
        Self(
            "sdk-go__cancel-activity-completion-before-workflow-task-started",
            "an activity that ended before its cancellation was seen"
        ) { recorded in
            let ids = recorded.ids
            return { run, _ in
                try await run.activity("helloworldActivity", ids)
                try Task.checkCancellation()
                return ""
            }
        },
        Self("sdk-go__replay-tests-cancel-order", "cancelled in a timer, then an activity", Self.cancelOrder),
        Self(
            "sdk-go__replay-tests-cancel-order-timer-resolved",
            "cancelled in the task in which the timer fired",
            Self.cancelOrder
        ),
        Self("sdk-go__unhandled_cmd_timer_cancel", "cancelled, and two tasks were lost; then a last timer") {
            recorded in
            let ids = recorded.ids
            return { run, _ in
                try? await run.sleep(ids, for: .seconds(600))
                try await run.shielded { try await run.sleep(ids, for: .seconds(600)) }
                return ""
            }
        },
    ]

    private static let cancelOrder: @Sendable (Recorded) -> TestProgram.Main = { recorded in
        let ids = recorded.ids
        return { run, _ in
            try? await run.sleep(ids, for: .seconds(300))
            if Task.isCancelled {
                _ = try await run.shielded { try await run.activity("helloworldActivity", ids) }
            } else {
                try run.upsertSearchAttributes(.with { $0.indexedFields["CustomKeywordField"] = .init() })
            }
            return ""
        }
    }

    private static let goUpdates: [Self] = [
        .messages("sdk-go__multiple-updates", "ten updates in the first task: activities, timers, nothing") {
            recorded in
            let ids = recorded.ids
            let inFlight = Box(0)
            return TestProgram(
                onUpdate: { name, _, run, program in
                    inFlight.value += 1
                    program.count += 1
                    defer { inFlight.value -= 1 }
                    if name == "echo" { try await run.activity("Echo", ids) }
                    if name == "sleep" { try await run.sleep(ids) }
                    return ""
                }
            ) { run, program in
                try await run.condition { inFlight.value == 0 }
                return "\(program.count)"
            }
        },
        .messages(
            "sdk-go__update-reset-accepted",
            "an update that stands in history after a reset",
            program: Self.counter
        ),
        .messages("sdk-go__update-reset-rejected", "an update that is rejected after a reset", program: Self.counter),
        .messages("sdk-go__update_accept_and_complete_and_exit", "ends with an update", program: Self.updateAndExit),
        .messages(
            "sdk-go__update_complete_and_exit",
            "ends with an update that took a timer",
            program: Self.updateAndExit
        ),
        .messages("sdk-go__update_with_protocol_message_command", "an update that sleeps, and a signal") { recorded in
            let ids = recorded.ids
            return TestProgram(
                onUpdate: { _, nanoseconds, run, _ in
                    try await run.sleep(ids, for: .nanoseconds(Int64(nanoseconds) ?? 0))
                    return ""
                }
            ) { run, program in
                try await run.condition { program.count > 0 }
                return ""
            }
        },
    ]

    private static let counter: @Sendable (Recorded) -> TestProgram = { recorded in
        let ids = recorded.ids
        let counter = Box(0)
        return TestProgram(
            onUpdate: { _, addend, run, _ in
                let before = counter.value
                counter.value += Int(addend) ?? 0
                try await run.sleep(ids)
                return "\(before)"
            },
            { run, program in
                try await run.condition { program.count > 0 }
                return "\(counter.value)"
            }
        )
    }

    private static let updateAndExit: @Sendable (Recorded) -> TestProgram = { recorded in
        let ids = recorded.ids
        return TestProgram(
            onUpdate: { _, nanoseconds, run, program in
                let duration = Duration.nanoseconds(Int64(nanoseconds) ?? 0)
                if duration != .zero { try await run.sleep(ids, for: duration) }
                program.count += 1
                return ""
            },
            { run, program in
                try await run.condition { program.count > 0 }
                return ""
            }
        )
    }
}

/// Reads an object in JSON.
private func object(in text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}
