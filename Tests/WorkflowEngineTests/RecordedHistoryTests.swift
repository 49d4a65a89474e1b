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

/// Histories that other SDKs recorded; `Tests/Vectors/workflow-histories/SOURCE.txt` says where each is from.
@Suite("Histories of other SDKs", .timeLimit(.minutes(2)))
struct RecordedHistoryTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/workflow-histories")

    static let all: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        return (names ?? []).filter { $0.hasSuffix(".json") }.sorted()
    }()

    /// Workflows that run one activity after the other.
    static let sequential = [
        "sdk-go__channel-worker-blocked-selector", "sdk-go__selector-non-blocking",
        "sdk-python__agents-as-tools-workflow-history", "sdk-python__hello-workflow-history", "sdk-python__multi_agent",
        "sdk-python__output-guardrail-workflow-history", "sdk-python__single_agent",
        "sdk-python__test_replayer_complete_history", "sdk-python__tools-workflow-history",
    ]

    private static func events(_ name: String) throws -> [API.Event] {
        let file = self.folder.appending(path: name.hasSuffix(".json") ? name : "\(name).json")
        return try WorkflowHistoryJSON.history(Data(contentsOf: file)).events
    }

    @Test("ES-N5 Every one is read, and divides into chunks that leave nothing out", arguments: Self.all)
    func divides(_ name: String) throws {
        let events = try Self.events(name)
        #expect(events.first?.eventType == .workflowExecutionStarted)
        #expect(events.allSatisfy { $0.attributes != nil || $0.workerMayIgnore || name.contains("unknown_event") })
        let chunks = HistoryChunk.divide(events)
        #expect(chunks.flatMap(\.events).map(\.eventID) == events.map(\.eventID))
        for chunk in chunks.dropLast() { #expect(chunk.events.last?.eventType == .workflowTaskStarted) }
    }

    /// Replays events with code.
    private static func replay(_ events: [API.Event], _ body: @escaping TestProgram.Main) async throws {
        try await onThread { () throws -> Void in
            let run = WorkflowRun(
                workflowID: "recorded",
                runID: "run",
                namespace: "default",
                identity: SDKIdentity(name: "test", version: "1"),
                program: TestProgram(body),
                runStrays: { executor in Thread.detachNewThread { executor.drainStrays() } }
            )
            defer { run.evict() }
            switch run.process(.with { $0.history.events = events }) {
            case .answered: return
            case .failed(let failure): throw failure
            case .needsHistory, .waiting: throw TestProgram.Failed(message: "nothing was replayed")
            }
        }
    }

    @Test("ES-N1 The same program replays them, and one with an activity less does not", arguments: Self.sequential)
    func sequences(_ name: String) async throws {
        let events = try Self.events(name)
        let activities = events.filter { $0.eventType == .activityTaskScheduled }
            .map(\.activityTaskScheduledEventAttributes)
        func program(_ count: Int) -> TestProgram.Main {
            { run, _ in
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
        try await Self.replay(events, program(activities.count))
        let failure = await #expect(throws: WorkflowTaskFailure.self) {
            try await Self.replay(events, program(activities.count - 1))
        }
        #expect(failure?.cause == .nonDeterministicError)
    }

    @Test("TypeScript: a timer that an activity outruns is cancelled")
    func raced() async throws {
        try await Self.replay(Self.events("sdk-typescript__lang_flags_replay_correctly_1_11_2")) { run, _ in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await run.sleep(for: .seconds(10)) }
                group.addTask { _ = try? await run.activity("noopActivity") }
                await group.next()
                group.cancelAll()
            }
            return ""
        }
    }

    @Test("TypeScript: an activity that is cancelled after a signal, and whose end is waited for")
    func cancelledActivity() async throws {
        let events = try Self.events("sdk-typescript__cancel_fake_progress_history")
        try await Self.replay(events) { run, program in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await run.activity("fakeProgress", .waitUntilEnded) }
                try? await run.condition { program.count > 0 }
                group.cancelAll()
            }
            return ""
        }
    }

    @Test("Go: memo and activity, in the order of history")
    func memo() async throws {
        try await Self.replay(Self.events("sdk-go__upsert-memo-workflow")) { run, _ in
            try run.upsertMemo(["key": .init()])
            _ = try await run.executeActivity(
                .with {
                    $0.activityType = .with { $0.name = "helloworldActivity" }
                    $0.activityID = "6"
                },
                cancellation: .tryCancel
            )
            try run.upsertMemo(["key": .init()])
            return ""
        }
    }

    @Test("Go: a reset after a child completed, and one in which an update was rejected")
    func resets() async throws {
        try await Self.replay(Self.events("sdk-go__reset-workflow-after-child-complete")) { run, _ in
            let child = try await run.startChild(
                .with {
                    $0.workflowID = "01950160-2559-7b46-8447-568b05b19367_5"
                    $0.workflowType = .with { $0.name = "TestChildWorkflow" }
                },
                cancellation: .waitUntilEnded
            )
            _ = try await run.result(of: child)
            return ""
        }
        try await Self.replay(Self.events("sdk-go__update-reset-rejected")) { run, program in
            try await run.condition { program.count > 0 }
            return ""
        }
    }

    @Test("Go: an activity that ended before its cancellation was seen is not cancelled")
    func endedBeforeCancelled() async throws {
        let events = try Self.events("sdk-go__cancel-activity-completion-before-workflow-task-started")
        try await Self.replay(events) { run, _ in
            _ = try await run.executeActivity(
                .with {
                    $0.activityType = .with { $0.name = "helloworldActivity" }
                    $0.activityID = "custom-activity-id"
                },
                cancellation: .tryCancel
            )
            try Task.checkCancellation()
            return ""
        }
    }
}
