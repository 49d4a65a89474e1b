//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import Synchronization
import TemporalAPI
import Testing

@testable import WorkflowEngine

/// A history that another SDK recorded, and ways to replay it.
struct Recorded: Sendable {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors/workflow-histories")

    /// All of them, by name.
    static let names: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        return (files ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    var events: [API.Event]

    init(events: [API.Event]) {
        self.events = events
    }

    init(_ name: String) throws {
        let file = Self.folder.appending(path: "\(name).json")
        self.init(events: try WorkflowHistoryJSON.history(Data(contentsOf: file)).events)
    }

    /// Replays it with code.
    ///
    /// - Returns: What the code ended with.
    /// - Throws: ``WorkflowTaskFailure`` if it does not fit.
    @discardableResult
    func replay(_ program: TestProgram) async throws -> String {
        let events = self.events
        return try await onThread { () throws -> String in
            let run = WorkflowRun(
                workflowID: "recorded",
                runID: "run",
                namespace: "default",
                identity: SDKIdentity(name: "test", version: "1"),
                program: program,
                runStrays: { executor in Thread.detachNewThread { executor.drainStrays() } }
            )
            defer { run.evict() }
            switch run.process(.with { $0.history.events = events }) {
            case .answered: return program.result
            case .failed(let failure): throw failure
            case .needsHistory, .waiting: throw TestProgram.Failed(message: "nothing was replayed")
            }
        }
    }

    /// Replays it up to the start of one of its tasks, and has that task answered.
    ///
    /// - Returns: The commands of the answer.
    func answer(_ started: Int64, _ program: TestProgram) async throws -> [API.CommandType] {
        let events = self.events
        return try await onThread { () throws -> [API.CommandType] in
            let run = WorkflowRun(
                workflowID: "recorded",
                runID: "run",
                namespace: "default",
                identity: SDKIdentity(name: "test", version: "1"),
                program: program,
                runStrays: { executor in Thread.detachNewThread { executor.drainStrays() } }
            )
            defer { run.evict() }
            let task = API.WorkflowTask.with {
                $0.history.events = events
                $0.startedEventID = started
            }
            switch run.process(task) {
            case .answered(let activation): return activation.commands.map(\.commandType)
            case .failed(let failure): throw failure
            case .needsHistory, .waiting: throw TestProgram.Failed(message: "nothing was replayed")
            }
        }
    }

    /// What the workflow ended with, as it was encoded; nil if it has no result.
    var result: String? {
        guard case .workflowExecutionCompletedEventAttributes(let completed) = self.events.last?.attributes,
            completed.hasResult
        else { return nil }
        return completed.result.text
    }

    /// The events of a type.
    func all(_ type: Temporal_Api_Enums_V1_EventType) -> [API.Event] {
        self.events.filter { $0.eventType == type }
    }

    /// The ids of the timers and activities of a workflow in Go: each has the number of its event.
    ///
    /// A workflow in Swift counts from 1, so code that is to fit such a history has to be given the ids.
    var ids: RecordedIDs {
        RecordedIDs(
            timers: self.all(.timerStarted).map(\.timerStartedEventAttributes.timerID),
            activities: self.all(.activityTaskScheduled).map(\.activityTaskScheduledEventAttributes.activityID)
        )
    }

    /// The history with the version markers of Go written as the markers of patches.
    var withPatches: Recorded {
        get throws {
            var events = self.events
            for index in events.indices {
                switch events[index].attributes {
                case .markerRecordedEventAttributes(let marker) where marker.markerName == "Version":
                    let json = marker.details["change-id"]?.payloads.first?.data ?? Data()
                    let id = try JSONDecoder().decode(String.self, from: json)
                    let patch = try PatchMarker(id: id, deprecated: false).command
                    events[index].markerRecordedEventAttributes.markerName = patch.markerName
                    events[index].markerRecordedEventAttributes.details = patch.details
                case .workflowTaskCompletedEventAttributes:
                    events[index].workflowTaskCompletedEventAttributes.sdkMetadata.coreUsedFlags = [1, 2, 3]
                    events[index].workflowTaskCompletedEventAttributes.sdkMetadata.langUsedFlags = []
                default: break
                }
            }
            return Recorded(events: events)
        }
    }
}

/// Hands out ids in the order of history.
final class RecordedIDs: Sendable {
    private let left: Mutex<(timers: [String], activities: [String])>

    init(timers: [String], activities: [String]) {
        self.left = Mutex((timers, activities))
    }

    private func next(_ ids: inout [String]) -> String { ids.isEmpty ? "none left" : ids.removeFirst() }

    fileprivate var timer: String { self.left.withLock { self.next(&$0.timers) } }
    fileprivate var activity: String { self.left.withLock { self.next(&$0.activities) } }
}

extension WorkflowRun {
    func sleep(_ ids: RecordedIDs, for duration: Duration = .seconds(1)) async throws {
        self.lastIDs.timer = (Int(ids.timer) ?? 0) - 1
        try await self.sleep(for: duration)
    }

    @discardableResult
    func activity(_ name: String, _ ids: RecordedIDs) async throws -> String {
        try await self.executeActivity(
            .with {
                $0.activityType = .with { $0.name = name }
                $0.activityID = ids.activity
            },
            cancellation: .tryCancel
        )?.text ?? ""
    }

    func startChild(_ type: String, id: String) async throws -> StartedChild {
        try await self.startChild(
            .with {
                $0.workflowID = id
                $0.workflowType = .with { $0.name = type }
            },
            cancellation: .waitUntilEnded
        )
    }

    /// Runs a child whose id history has.
    func child(_ type: String, id: String) async throws -> String {
        let child = try await self.startChild(type, id: id)
        return try await self.result(of: child)?.text ?? ""
    }
}

/// A workflow of another SDK's tests, in Swift.
struct RecordedWorkflow: Sendable, CustomTestStringConvertible {
    /// Of the history.
    var name: String
    /// What the workflow does.
    var what: String
    /// Whether what it returns is to be what stands in history.
    var comparesResult = true
    var program: @Sendable (Recorded) -> TestProgram

    /// One whose handlers count signals, and no more.
    init(_ name: String, _ what: String, _ body: @escaping @Sendable (Recorded) -> TestProgram.Main) {
        self.name = name
        self.what = what
        self.program = { TestProgram(body($0)) }
    }

    /// One with handlers of its own.
    static func messages(
        _ name: String,
        _ what: String,
        comparesResult: Bool = true,
        program: @escaping @Sendable (Recorded) -> TestProgram
    ) -> Self {
        var workflow = Self(name, what) { _ in { _, _ in "" } }
        workflow.comparesResult = comparesResult
        workflow.program = program
        return workflow
    }

    var testDescription: String { self.name }
}
