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

/// Histories that other SDKs recorded; `Tests/Vectors/workflow-histories/SOURCE.txt` says where each is from, and
/// `README.md` beside it what becomes of each.
@Suite("Histories of other SDKs", .timeLimit(.minutes(2)))
struct RecordedHistoryTests {
    /// Workflows that run one activity after the other.
    static let sequential = [
        "sdk-go__channel-worker-blocked-selector", "sdk-go__selector-non-blocking",
        "sdk-python__agents-as-tools-workflow-history", "sdk-python__hello-workflow-history", "sdk-python__multi_agent",
        "sdk-python__output-guardrail-workflow-history", "sdk-python__single_agent",
        "sdk-python__test_replayer_complete_history", "sdk-python__tools-workflow-history",
    ]

    /// Workflows of Go whose histories fit once their version markers are read as those of patches.
    static let versioned: [RecordedWorkflow] = [
        RecordedWorkflow("sdk-go__workflow1", "three activities behind a version", RefusedHistory.workflow1),
        RecordedWorkflow(
            "sdk-go__workflow_with_unknown_event",
            "the same, and an event of an unknown type that may be ignored",
            RefusedHistory.workflow1
        ),
        RecordedWorkflow("sdk-go__workflow2", "three versions and search attributes, then an activity") { recorded in
            let ids = recorded.ids
            return { run, _ in
                _ = try run.patched("test-change")
                try run.upsertSearchAttributes(.with { $0.indexedFields["CustomKeywordField"] = .init() })
                _ = try run.patched("test-change-2")
                _ = try run.patched("test-change-3")
                try await run.activity("helloworldActivity", ids)
                return ""
            }
        },
        RecordedWorkflow("sdk-go__version-loop-workflow-10", "ten versions, then a timer") { recorded in
            let ids = recorded.ids
            return { run, _ in
                for number in 0..<10 { _ = try run.patched("versionID:\(number)") }
                try await run.sleep(ids)
                return ""
            }
        },
    ]

    /// Workflows of Go that end with a mutable side effect, which only Go has; and the start of the task that does so.
    static let nexus: [(workflow: RecordedWorkflow, last: Int64, ending: String)] = [
        (
            RecordedWorkflow("sdk-go__nexus-cancel-before-sent", "a Nexus operation, cancelled before it was sent") {
                _ in
                { run, program in
                    let operation = run.spawn { program.trace.append(await Self.ending { try await run.replayed() }) }
                    _ = run.spawn { operation.cancel() }
                    try await run.condition { !program.trace.isEmpty }
                    return ""
                }
            },
            3, "cancelled: Nexus operation cancelled before scheduled"
        ),
        (
            RecordedWorkflow("sdk-go__nexus-cancel-before-start", "a Nexus operation, cancelled before it was started")
            {
                let ids = $0.ids
                return { run, program in
                    let operation = run.spawn { program.trace.append(await Self.ending { try await run.replayed() }) }
                    _ = run.spawn {
                        try? await run.sleep(ids, for: .milliseconds(200))
                        program.count += 1
                    }
                    try await run.condition { program.count == 1 }
                    operation.cancel()
                    try await run.condition { !program.trace.isEmpty }
                    return ""
                }
            },
            18, "cancelled: nexus operation completed unsuccessfully"
        ),
        (
            RecordedWorkflow("sdk-go__nexus-cancel-after-start", "a Nexus operation, cancelled after it was started") {
                _ in
                { run, program in
                    let started = try await run.startReplayed()
                    let result = run.spawn {
                        program.trace.append(await Self.ending { try await run.result(of: started)?.data ?? Data() })
                    }
                    result.cancel()
                    try await run.condition { !program.trace.isEmpty }
                    return ""
                }
            },
            13, "cancelled: nexus operation completed unsuccessfully"
        ),
        (
            RecordedWorkflow("sdk-go__nexus-cancel-after-complete", "a Nexus operation that completed") { _ in
                { run, program in
                    program.trace.append(await Self.ending { try await run.replayed() })
                    return ""
                }
            },
            12, "completed with 0 bytes"
        ),
    ]

    /// How a Nexus operation ended.
    private static func ending(_ operation: () async throws -> Data) async -> String {
        do {
            return "completed with \(try await operation().count) bytes"
        } catch let error as OperationFailure {
            let how = error.failure.cause.isCancellation ? "cancelled" : "failed"
            return "\(how): \(error.failure.message)"
        } catch {
            return "\(error)"
        }
    }

    static let fitting = RecordedWorkflow.go + RecordedWorkflow.python + RecordedWorkflow.typeScript

    @Test("ES-N5 Every one is read, and divides into chunks that leave nothing out", arguments: Recorded.names)
    func divides(_ name: String) throws {
        let events = try Recorded(name).events
        #expect(events.first?.eventType == .workflowExecutionStarted)
        #expect(events.allSatisfy { $0.attributes != nil || $0.workerMayIgnore || name.contains("unknown_event") })
        let chunks = HistoryChunk.divide(events)
        #expect(chunks.flatMap(\.events).map(\.eventID) == events.map(\.eventID))
        for chunk in chunks.dropLast() { #expect(chunk.events.last?.eventType == .workflowTaskStarted) }
    }

    @Test("ES-N1 The same program replays them, and one with an activity less does not", arguments: Self.sequential)
    func sequences(_ name: String) async throws {
        let recorded = try Recorded(name)
        let activities = recorded.all(.activityTaskScheduled).map(\.activityTaskScheduledEventAttributes)
        func program(_ count: Int) -> TestProgram {
            TestProgram { run, _ in
                for activity in activities.prefix(count) {
                    _ = try await run.executeActivity(
                        .with {
                            $0.activityType = activity.activityType
                            $0.activityID = activity.activityID
                        },
                        cancellation: .tryCancel
                    )
                }
                return ""
            }
        }
        try await recorded.replay(program(activities.count))
        let failure = await #expect(throws: WorkflowTaskFailure.self) {
            try await recorded.replay(program(activities.count - 1))
        }
        #expect(failure?.cause == .nonDeterministicError)
    }

    @Test("ES-N1 The same workflow, written in Swift, replays them", arguments: Self.fitting)
    func fits(_ workflow: RecordedWorkflow) async throws {
        let recorded = try Recorded(workflow.name)
        let result = try await recorded.replay(workflow.program(recorded))
        if workflow.comparesResult, !result.isEmpty { #expect(result == recorded.result) }
    }

    @Test("ES-N1 With Go's versions read as patches, the same workflow replays them", arguments: Self.versioned)
    func fitsWithPatches(_ workflow: RecordedWorkflow) async throws {
        let recorded = try Recorded(workflow.name)
        try await recorded.withPatches.replay(workflow.program(recorded))
        let failure = await #expect(throws: WorkflowTaskFailure.self) {
            try await recorded.replay(workflow.program(recorded))
        }
        #expect(failure?.message.contains("history has MarkerRecorded(marker: Version)") == true)
    }

    @Test("ES-N1 Up to a mutable side effect, the same workflow replays them", arguments: Self.nexus.indices)
    func fitsToMarker(_ index: Int) async throws {
        let (workflow, last, ending) = Self.nexus[index]
        let recorded = try Recorded(workflow.name)
        let program = workflow.program(recorded)
        let commands = try await recorded.answer(last, program)
        #expect(commands == [.completeWorkflowExecution])
        #expect(program.trace == [ending])
        let failure = await #expect(throws: WorkflowTaskFailure.self) {
            try await recorded.replay(workflow.program(recorded))
        }
        #expect(failure?.message.contains("history has MarkerRecorded(marker: MutableSideEffect)") == true)
    }

    @Test("ES-N2 The others are refused, and the text says where and why", arguments: RefusedHistory.all)
    func refuses(_ history: RefusedHistory) async throws {
        let recorded = try Recorded(history.name)
        let failure = await #expect(throws: WorkflowTaskFailure.self) {
            let events = try history.readsVersions ? recorded.withPatches : recorded
            try await events.replay(history.program(recorded))
        }
        let message = failure?.message ?? ""
        switch history.expected {
        case .differs(let event, let has, let made):
            #expect(failure?.cause == .nonDeterministicError)
            #expect(message.hasPrefix("[TMPRL1100]"))
            #expect(message.contains("at event \(event): history has \(has)"), "\(message)")
            #expect(message.contains("the code made \(made)"), "\(message)")
        case .fails(let text):
            #expect(failure?.cause == .workflowWorkerUnhandledFailure)
            #expect(message.contains(text), "\(message)")
        }
    }

    @Test("README.md says of each history where it is from, and what becomes of it")
    func listed() throws {
        var rows = Dictionary(
            uniqueKeysWithValues: Self.fitting.map { ($0.name, "replays: \($0.what)") }
                + Self.sequential.map { ($0, "replays: one activity after the other") }
                + Self.nexus.map {
                    ($0.workflow.name, "replays up to a mutable side effect of Go: \($0.workflow.what)")
                }
                + Self.versioned.map { ($0.name, "replays, its versions read as patches: \($0.what)") }
        )
        for history in RefusedHistory.all {
            #expect(rows[history.name] == nil)
            let place = if case .differs(let event, _, _) = history.expected { " at event \(event)" } else { "" }
            rows[history.name] = "refused\(place): \(history.because)"
        }
        #expect(rows.keys.sorted() == Recorded.names)
        let text = try String(contentsOf: Recorded.folder.appending(path: "README.md"), encoding: .utf8)
        for (name, what) in rows.sorted(by: { $0.key < $1.key }) {
            let row = "| \(name) | \(what) |"
            #expect(text.contains(row), "\(row)")
        }
    }
}

extension WorkflowRun {
    /// Starts the operation of the recorded histories.
    fileprivate func startReplayed() async throws -> StartedNexusOperation {
        try await self.startNexusOperation(
            .with {
                $0.endpoint = "replay-endpoint"
                $0.service = "replay-service"
                $0.operation = "wait-on-signal-op"
            },
            cancellation: .waitUntilEnded
        )
    }

    fileprivate func replayed() async throws -> Data {
        try await self.result(of: self.startReplayed())?.data ?? Data()
    }
}
