//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import WorkflowEngine

/// A history that the workflow it is from, written in Swift, does not fit; and what the failure says.
struct RefusedHistory: Sendable, CustomTestStringConvertible {
    enum Expected: Hashable, Sendable {
        /// What history has at an event, and what the code made.
        case differs(event: Int64, history: String, code: String)
        /// Another failure, with this text.
        case fails(String)
    }

    var name: String
    /// Why it does not fit.
    var because: String
    var expected: Expected
    /// Whether the version markers of Go are read as patches, so that what comes behind them is what does not fit.
    var readsVersions = false
    var program: @Sendable (Recorded) -> TestProgram

    init(
        _ name: String,
        _ because: String,
        _ expected: Expected,
        readsVersions: Bool = false,
        _ body: @escaping @Sendable (Recorded) -> TestProgram.Main
    ) {
        self.name = name
        self.because = because
        self.expected = expected
        self.readsVersions = readsVersions
        self.program = { TestProgram(body($0)) }
    }

    fileprivate static func messages(
        _ name: String,
        _ because: String,
        _ expected: Expected,
        program: @escaping @Sendable (Recorded) -> TestProgram
    ) -> Self {
        var history = Self(name, because, expected) { _ in { _, _ in "" } }
        history.program = program
        return history
    }

    var testDescription: String { self.name }
}

extension RefusedHistory {
    static let all: [Self] = Self.broken + Self.onlyGo + Self.otherOrder

    /// Histories that their projects broke on purpose, or run with code that no longer fits.
    private static let broken: [Self] = [
        Self(
            "sdk-go__bad-continue-as-new",
            "broken on purpose: it goes on as another workflow",
            .differs(
                event: 5,
                history: "WorkflowExecutionContinuedAsNew(type: BadWorkflow)",
                code: "WorkflowExecutionContinuedAsNew(type: ContinueAsNewWorkflow)"
            )
        ) { _ in { _, _ in throw TestProgram.ContinuedAsNew(type: "ContinueAsNewWorkflow") } },
        Self(
            "sdk-go__bad-continue-as-new-2",
            "broken on purpose: it ends where the workflow continues as new",
            .differs(
                event: 5,
                history: "WorkflowExecutionCompleted",
                code: "WorkflowExecutionContinuedAsNew(type: ContinueAsNewWorkflow)"
            )
        ) { _ in { _, _ in throw TestProgram.ContinuedAsNew(type: "ContinueAsNewWorkflow") } },
        Self(
            "sdk-go__bad-empty-workflow",
            "broken on purpose: the workflow does nothing",
            .differs(event: 5, history: "MarkerRecorded(marker: Version)", code: "WorkflowExecutionCompleted")
        ) { _ in { _, _ in "" } },
        Self(
            "sdk-go__bad-history",
            "broken on purpose: an activity has a wrong id",
            .differs(
                event: 7,
                history: "ActivityTaskScheduled(type: helloworldActivity, id: 0)",
                code: "ActivityTaskScheduled(type: helloworldActivity, id: 7)"
            ),
            readsVersions: true
        ) { _ in
            { run, _ in
                _ = try run.patched("test-change")
                try await run.activity("helloworldActivity", RecordedIDs(timers: [], activities: ["7"]))
                return ""
            }
        },
        Self(
            "sdk-go__bad-history-2",
            "broken on purpose: an activity has another type",
            .differs(
                event: 19,
                history: "ActivityTaskScheduled(type: BAD ACTIVITY, id: 19)",
                code: "ActivityTaskScheduled(type: helloworldActivity, id: 19)"
            ),
            readsVersions: true,
            Self.workflow1
        ),
        Self(
            "sdk-go__workflow_with_bad_unknown_event",
            "broken on purpose: an event of an unknown type that may not be ignored",
            .fails("as event 23, which workflows in Swift do not know"),
            readsVersions: true,
            Self.workflow1
        ),
        Self(
            "sdk-go__bad-search-attribute",
            "broken on purpose: search attributes are missing",
            .differs(event: 12, history: "WorkflowExecutionCompleted", code: "UpsertWorkflowSearchAttributes"),
            Self.searchAttributes
        ),
        Self(
            "sdk-go__bad-search-attribute-2",
            "broken on purpose: the first search attributes are missing",
            .differs(
                event: 5,
                history: "ActivityTaskScheduled(type: helloworldActivity, id: 5)",
                code: "UpsertWorkflowSearchAttributes"
            ),
            Self.searchAttributes
        ),
        Self(
            "sdk-go__bad-upsert-memo-workflow",
            "broken on purpose: a memo is missing",
            .differs(event: 12, history: "WorkflowExecutionCompleted", code: "WorkflowPropertiesModified"),
            Self.memo
        ),
        Self(
            "sdk-go__bad-upsert-memo-workflow-2",
            "broken on purpose: the first memo is missing",
            .differs(
                event: 5,
                history: "ActivityTaskScheduled(type: helloworldActivity, id: 5)",
                code: "WorkflowPropertiesModified"
            ),
            Self.memo
        ),
        Self(
            "sdk-go__bad-local-activity",
            "broken on purpose: the local activity is missing",
            .differs(event: 5, history: "WorkflowExecutionCompleted", code: "nothing"),
            Self.localActivity
        ),
        Self(
            "sdk-go__bad-local-activity-2",
            "broken on purpose: a local activity too many; and only Go writes such markers",
            .differs(event: 5, history: "MarkerRecorded(marker: LocalActivity)", code: "nothing"),
            Self.localActivity
        ),
        Self(
            "sdk-go__deadlocked-workflow",
            "the workflow blocks; what the engine sees is that it waits for nothing",
            .fails("The workflow's code waits, and not for anything of its context")
        ) { _ in
            { _, _ in
                let stream = AsyncStream<Int> { _ in }
                for await _ in stream {}
                return ""
            }
        },
        .messages(
            "sdk-go__non_deterministic_update",
            "the handler of the update no longer sleeps",
            .differs(
                event: 6,
                history: "TimerStarted(id: 6)",
                code: "WorkflowExecutionUpdateCompleted(update: 92f1416b-7a52-4069-8e21-6e2e4015cfa5)"
            )
        ) { _ in Self.updateThatEndsAtOnce },
        Self(
            "sdk-python__test_replayer_nondeterministic_history",
            "the activity is gone from the workflow",
            .differs(
                event: 5,
                history: "ActivityTaskScheduled(type: say_hello, id: 1)",
                code: "WorkflowExecutionCompleted"
            )
        ) { _ in { _, _ in "" } },
    ]

    /// Histories with markers that only the Go SDK writes.
    private static let onlyGo: [Self] =
        [
            "sdk-go__local-activity", "sdk-go__local-activity-serialization-context",
            "sdk-go__parallel-local-activities",
        ].map {
            Self(
                $0,
                "local activities: Go writes markers of its own for them",
                .differs(event: 5, history: "MarkerRecorded(marker: LocalActivity)", code: "nothing"),
                Self.localActivity
            )
        }
        + ["sdk-go__mutable-side-effect", "sdk-go__mutable-side-effect-legacy"].map { name in
            Self(
                name,
                "mutable side effects, which only Go has",
                .differs(event: 5, history: "MarkerRecorded(marker: MutableSideEffect)", code: "TimerStarted(id: 8)")
            ) { recorded in
                let ids = recorded.ids
                return { run, _ in
                    try await run.sleep(ids)
                    return ""
                }
            }
        }
        + ["sdk-go__version-loop-workflow-256", "sdk-go__version-loop-workflow-unkown-version-flag"].map {
            Self(
                $0,
                "versions, which only Go has; patches take their place",
                .differs(event: 5, history: "MarkerRecorded(marker: Version)", code: "TimerStarted"),
                Self.versionLoop
            )
        }
        + [
            Self(
                "sdk-go__version-loop-workflow-legacy-10",
                "versions, which only Go has; patches take their place",
                .differs(event: 5, history: "MarkerRecorded(marker: Version)", code: "TimerStarted"),
                Self.versionLoop
            ),
            Self(
                "sdk-go__workflow_loop_task",
                "versions, which only Go has; patches take their place",
                .differs(event: 5, history: "MarkerRecorded(marker: Version)", code: "TimerStarted(id: 7)"),
                Self.versionLoop
            ),
            Self(
                "sdk-go__replay-tests-version-and-mutable-side-effect",
                "a version and a mutable side effect, which only Go has",
                .differs(event: 7, history: "MarkerRecorded(marker: MutableSideEffect)", code: "ActivityTaskScheduled"),
                readsVersions: true
            ) { recorded in
                let ids = recorded.ids
                return { run, _ in
                    _ = try run.patched("mutable-side-effect-bug")
                    try await run.activity("helloworldActivity", ids)
                    return ""
                }
            },
        ]

    /// Histories in which another SDK, or an earlier one, puts commands in another order.
    private static let otherOrder: [Self] = [
        Self(
            "sdk-go__cancel-timer-after-activity",
            "Go starts and cancels a timer in one task; here, nothing is left of such a timer",
            .differs(
                event: 5,
                history: "TimerStarted(id: 5)",
                code: "ActivityTaskScheduled(type: Prefix_ToUpper, id: 6)"
            )
        ) { recorded in
            let ids = recorded.ids
            return { run, program in
                let timer = run.spawn { try? await run.sleep(ids, for: .seconds(3)) }
                _ = run.spawn {
                    _ = run.spawn { timer.cancel() }
                    _ = try? await run.activity("Prefix_ToUpper", ids)
                    program.count += 1
                }
                try await run.condition { program.count > 0 }
                return ""
            }
        },
        .messages(
            "sdk-go__child-workflow-cancel-with-update",
            "Go starts a child that has been cancelled; here, nothing is left of such a child",
            .differs(event: 5, history: "StartChildWorkflowExecutionInitiated", code: "nothing")
        ) { recorded in
            let ids = recorded.ids
            return TestProgram(
                onUpdate: { _, _, run, _ in try await run.activity("helloworldActivity", ids) }
            ) { run, program in
                let child = run.spawn {
                    _ = try? await run.startChild(
                        "ChildWorkflowWaitOnSignal",
                        id: "d6978758-eac6-4c73-9660-c222a8b51a35_5"
                    )
                }
                _ = run.spawn { child.cancel() }
                try await run.condition { program.count > 0 }
                return ""
            }
        },
        .messages(
            "sdk-go__multiple-updates-canceled",
            "Go cancels handlers of updates along with the workflow, and starts what they start all the same",
            .differs(
                event: 8,
                history: "ActivityTaskCancelRequested(scheduled: 7)",
                code: "WorkflowExecutionUpdateAccepted"
            )
        ) { recorded in
            let ids = recorded.ids
            return TestProgram(
                onUpdate: { _, _, run, _ in try await run.activity("Echo", ids) }
            ) { run, program in
                try await run.condition { program.count > 0 }
                return ""
            }
        },
        .messages(
            "sdk-go__update_before_protocol_message_command",
            "before its flag 3, Go accepted an update behind the commands of its handler",
            .differs(event: 5, history: "TimerStarted(id: 5)", code: "WorkflowExecutionUpdateAccepted")
        ) { recorded in
            let ids = recorded.ids
            return TestProgram(
                onUpdate: { _, _, run, _ in
                    try await run.sleep(ids)
                    return ""
                }
            ) { run, program in
                try await run.condition { program.count > 0 }
                return ""
            }
        },
        .messages(
            "sdk-python__test_replayer_command_reordering_backward_compatibility",
            "before flag 3 of sdk-core, nothing was sent behind the end of a workflow",
            .differs(
                event: 6,
                history: "WorkflowExecutionCompleted",
                code: "WorkflowExecutionUpdateCompleted(update: my-update)"
            )
        ) { _ in Self.updateBehindTheEnd },
        .messages(
            "sdk-typescript__complete_update_after_workflow_returns_pre1488",
            "before flag 3 of sdk-core, nothing was sent behind the end of a workflow",
            .differs(event: 6, history: "WorkflowExecutionCompleted", code: "WorkflowExecutionUpdateCompleted")
        ) { _ in Self.updateBehindTheEnd },
        Self(
            "sdk-typescript__lang_flags_replay_correctly_1_9_3",
            "before flag 1 of TypeScript, a scope that had no tasks left did not cancel its timer",
            .differs(event: 12, history: "WorkflowExecutionCompleted", code: "TimerCanceled(id: 1)"),
            RecordedWorkflow.raced
        ),
    ]

    // MARK: Workflows

    /// Three activities behind a version.
    static let workflow1: @Sendable (Recorded) -> TestProgram.Main = { recorded in
        let ids = RecordedIDs(timers: [], activities: ["7", "13", "19"])
        return { run, _ in
            let calls = try run.patched("test-change") ? 3 : 2
            for _ in 0..<calls { try await run.activity("helloworldActivity", ids) }
            return ""
        }
    }

    private static let searchAttributes: @Sendable (Recorded) -> TestProgram.Main = { recorded in
        let ids = recorded.ids
        return { run, _ in
            for isFirst in [true, false] {
                try run.upsertSearchAttributes(.with { $0.indexedFields["CustomStringField"] = .init() })
                if isFirst { try await run.activity("helloworldActivity", ids) }
            }
            return ""
        }
    }

    private static let memo: @Sendable (Recorded) -> TestProgram.Main = { recorded in
        let ids = recorded.ids
        return { run, _ in
            for isFirst in [true, false] {
                try run.upsertMemo(["Test key": .init()])
                if isFirst { try await run.activity("helloworldActivity", ids) }
            }
            return ""
        }
    }

    private static let localActivity: @Sendable (Recorded) -> TestProgram.Main = { _ in
        { run, _ in try await run.local("helloworldActivity") }
    }

    private static let versionLoop: @Sendable (Recorded) -> TestProgram.Main = { recorded in
        let ids = recorded.ids
        return { run, _ in
            for number in 0..<10 { _ = try run.patched("versionID:\(number)") }
            try await run.sleep(ids)
            return ""
        }
    }

    private static var updateThatEndsAtOnce: TestProgram {
        TestProgram(
            onUpdate: { _, _, _, program in
                program.count += 1
                return ""
            },
            { run, program in
                try await run.condition { program.count > 0 }
                return ""
            }
        )
    }

    /// An update that ends when the workflow has.
    private static var updateBehindTheEnd: TestProgram {
        TestProgram(
            onUpdate: { _, _, run, program in
                try await run.condition { program.count > 0 }
                return ""
            },
            { _, program in
                program.count += 1
                return "workflow-result"
            }
        )
    }
}
