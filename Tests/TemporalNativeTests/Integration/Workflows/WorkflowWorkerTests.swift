//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Subprocess
import SwiftProtobuf
import Synchronization
import TemporalAPI
import TemporalTransport
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite(
    "Workflows in Swift on a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(4))
)
struct WorkflowWorkerTests {
    /// Runs a worker with the test's workflows and activities.
    private static func with<Result: Sendable>(
        _ mode: StorageMode,
        cached: Int = 1000,
        storage: ExternalStorage? = nil,
        _ body: (TemporalClient, String) async throws -> Result
    ) async throws -> Result {
        try await TemporalClient.connect(
            target: LiveServices.target(),
            externalStorage: try storage ?? LiveServices.storage(threshold: mode.threshold),
            logger: LiveServices.logger
        ) { client in
            let taskQueue = "swift-workflows-\(UUID())"
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = cached
            let worker = try TemporalWorker(
                client: client,
                taskQueue: taskQueue,
                workflows: [Notebook.self, Deeds.self, Chameleon.self, Relay.self, Latecomer.self],
                configuration: configuration
            ) {
                Activity("sign") { (note: String) in note + "!" }
                Activity("where") { () -> String in ActivityContext.current?.info.isLocal == true ? "local" : "remote" }
                Activity("wait") { (milliseconds: Int) -> String in
                    try await Task.sleep(for: .milliseconds(milliseconds))
                    return "waited"
                }
                Activity("flaky") { () -> String in
                    let attempt = ActivityContext.current?.info.attempt ?? 0
                    guard attempt == 3 else { throw ApplicationFailure("not yet", type: "Early") }
                    return "attempt \(attempt)"
                }
                Activity("broken") { () -> String in throw ApplicationFailure("no", type: "Broken") }
            }
            return try await worker.running { try await body(client, taskQueue) }
        }
    }

    private static func options(_ taskQueue: String) -> WorkflowOptions {
        WorkflowOptions(id: "swift-\(UUID())", taskQueue: taskQueue)
    }

    @Test(
        "Signals, queries, updates, activities and timers, with large values, kept in the cache or not",
        arguments: StorageMode.allCases,
        [1000, 0]
    )
    func notebook(_ mode: StorageMode, _ cached: Int) async throws {
        try await Self.with(mode, cached: cached) { client, queue in
            let large = String(repeating: "x", count: 400_000)
            let handle = try await client.startWorkflow(
                "Notebook",
                options: Self.options(queue),
                input: large,
                returning: [String].self
            )
            try await handle.signal("add", input: "second")
            #expect(try await handle.query("last", returning: String?.self) == "second")
            #expect(try await handle.query("length", input: 0, returning: Int.self) == 400_000)
            let unknown = await #expect(throws: TemporalError.self) {
                try await handle.query("nothing", returning: String.self)
            }
            #expect(unknown?.code == .queryFailed)
            let missing = await #expect(throws: TemporalError.self) {
                try await handle.query("length", input: 9, returning: Int.self)
            }
            #expect(missing?.description.contains("no note 9") == true)
            #expect(try await handle.executeUpdate("sign", input: large, returning: Int.self) == 3)
            let rejected = await #expect(throws: TemporalError.self) {
                try await handle.executeUpdate("sign", input: "", returning: Int.self)
            }
            #expect(rejected?.code == .updateFailed)
            #expect(rejected?.failure?.application?.type == "Empty")
            let strange = await #expect(throws: TemporalError.self) {
                try await handle.executeUpdate("strange", input: "", returning: Int.self)
            }
            #expect(strange?.failure?.application?.type == "NotFoundError")
            try await handle.signal("finish")
            #expect(try await handle.result() == [large, "second", large + "!"])
            // A closed workflow answers still, from its history.
            #expect(try await handle.query("length", input: 2, returning: Int.self) == 400_001)
        }
    }

    @Test(
        "A workflow for any type, with handlers for any name and some that are set while it runs; its history replays",
        arguments: StorageMode.allCases,
        [1000, 0]
    )
    func chameleon(_ mode: StorageMode, _ cached: Int) async throws {
        try await Self.with(mode, cached: cached) { client, queue in
            let handle = try await client.startWorkflow(
                "Anything",
                options: Self.options(queue),
                input: "me",
                returning: [String].self
            )
            #expect(try await handle.query("how", returning: String.self) == "how? 1")
            #expect(try await handle.query("count", returning: String.self) == "count? 1", "not set yet")
            let rejected = await #expect(throws: TemporalError.self) {
                try await handle.executeUpdate("grow", input: 0, returning: Int.self)
            }
            #expect(rejected?.failure?.application?.type == "Small")
            #expect(try await handle.executeUpdate("grow", input: 3, returning: Int.self) == 2)
            try await handle.signal("open", input: 1)
            #expect(try await handle.query("count", returning: Int.self) == 3, "set now")
            #expect(try await handle.executeUpdate("rename", input: "you", returning: String.self) == "you")
            #expect(try await handle.query("count", returning: Int.self) == 4)
            try await handle.signal("close", input: "done")
            let expected = ["Anything for me", "changed grow 3", "any open 1", "now you", "closed: done"]
            #expect(try await handle.result() == expected)
            let replayer = try WorkflowReplayer(
                workflows: [Chameleon.self],
                externalStorage: LiveServices.storage(threshold: mode.threshold),
                logger: LiveServices.logger
            )
            let events = try await Self.history(of: handle.id)
            try await replayer.replay(.init(workflowID: handle.id, history: .with { $0.events = events }))
        }
    }

    @Test("An update that is refused before the first task of a run that was continued too soon leaves nothing behind")
    func refusedTooSoon() async throws {
        try await Self.with(.standard) { client, queue in
            let started = try await client.startWorkflow(
                "Latecomer",
                options: Self.options(queue),
                input: true,
                returning: String.self
            )
            let handle = client.workflowHandle(id: started.id, returning: String.self)
            let first = try #require(started.firstRunID)
            try await eventually { try await handle.describe().info.runID != first }
            let refused = await #expect(throws: TemporalError.self) {
                try await handle.executeUpdate("join", input: "me", returning: String.self)
            }
            #expect(refused?.failure?.application?.type == "Refused")
            try await handle.signal("come")
            #expect(try await ["early!", "late!"].contains(handle.result()))
            let replayer = try WorkflowReplayer(workflows: [Latecomer.self], logger: LiveServices.logger)
            let events = try await Self.history(of: handle.id)
            try await replayer.replay(.init(workflowID: handle.id, history: .with { $0.events = events }))
        }
    }

    @Test("Parallel activities, children, failures, continue-as-new, versions", arguments: StorageMode.allCases)
    func deeds(_ mode: StorageMode) async throws {
        try await Self.with(mode) { client, queue in
            func deed(_ name: String, _ text: String? = nil) async throws -> String {
                try await client.executeWorkflow(
                    "Deeds",
                    options: Self.options(queue),
                    input: name,
                    text,
                    returning: String.self
                )
            }
            #expect(try await deed("parallel") == "a!b!")
            let large = String(repeating: "y", count: 300_000)
            #expect(try await deed("child", large) == large)
            let other = try await client.startWorkflow(
                "Notebook",
                options: Self.options(queue),
                input: "open",
                returning: [String].self
            )
            #expect(try await deed("taken", other.id) == "Deeds \(other.id)")
            #expect(try await deed("taken", "\(other.id)-free") == "started")
            try await other.signal("finish")
            #expect(try await deed("countdown", "3") == "zero")
            #expect(try await deed("activity-fails") == "Broken")
            let failure = await #expect(throws: TemporalError.self) { try await deed("fail") }
            #expect(failure?.failure?.application?.type == "Planned")
            #expect(try #require(failure?.failure).details(as: Int.self) == 7)
            let versions = try await deed("versions").split(separator: " ")
            #expect(versions.count == 4 && versions[0] == "true" && versions[1] == versions[3])
        }
    }

    @Test(
        "Local activities: large values, retries, timeouts, cancellation, longer than a task; each history replays",
        arguments: StorageMode.allCases,
        [1000, 0]
    )
    func local(_ mode: StorageMode, _ cached: Int) async throws {
        let large = String(repeating: "z", count: 300_000)
        let expected = [
            large: large + "!!!", "flaky": "attempt 3", "broken": "Broken", "late": "timeout",
            "long": "waited", "cancelled": "local true",
        ]
        try await Self.with(mode, cached: cached) { client, queue in
            let replayer = try WorkflowReplayer(
                workflows: [Deeds.self],
                externalStorage: LiveServices.storage(threshold: mode.threshold),
                logger: LiveServices.logger
            )
            try await withThrowingDiscardingTaskGroup { group in
                for (deed, result) in expected {
                    group.addTask {
                        var options = Self.options(queue)
                        if deed == "long" { options.taskTimeout = .seconds(4) }
                        let handle = try await client.startWorkflow(
                            "Deeds",
                            options: options,
                            input: "local",
                            deed,
                            returning: String.self
                        )
                        let answer = try await handle.result()
                        #expect(answer == result, "\(deed.prefix(20))")
                        let events = try await Self.history(of: handle.id)
                        #expect(!events.contains { $0.eventType == .workflowTaskFailed })
                        #expect(
                            events.contains { $0.markerRecordedEventAttributes.markerName == "core_local_activity" }
                        )
                        if deed == "long" { #expect(events.count { $0.eventType == .workflowTaskCompleted } >= 2) }
                        try await replayer.replay(.init(workflowID: handle.id, history: .with { $0.events = events }))
                    }
                }
            }
        }
    }

    @Test("A cancelled workflow cleans up and ends as cancelled", arguments: StorageMode.allCases)
    func cancelled(_ mode: StorageMode) async throws {
        try await Self.with(mode) { client, queue in
            let handle = try await client.startWorkflow(
                "Deeds",
                options: Self.options(queue),
                input: "cancelled",
                returning: String.self
            )
            try await handle.cancel()
            let error = await #expect(throws: TemporalError.self) { try await handle.result() }
            #expect(error?.code == .workflowCanceled)
            #expect(try await handle.describe().info.memo.value("cleaned", as: String.self) == "clean!")
        }
    }

    @Test("ES-N2 What waits for something foreign, and what blocks, fails the task and nothing else")
    func misuse() async throws {
        try await Self.with(.standard) { client, queue in
            let forbidden = try await client.startWorkflow(
                "Deeds",
                options: Self.options(queue),
                input: "forbidden",
                returning: String.self
            )
            let blocked = try await client.executeWorkflow(
                "Deeds",
                options: Self.options(queue),
                input: "blocks",
                returning: String.self
            )
            #expect(blocked == "went on", "the attempt after the one that blocked")
            var failed: Temporal_Api_History_V1_HistoryEvent?
            // It may have had its turn behind the one that blocked.
            try await eventually {
                failed = try await Self.history(of: forbidden.id).first { $0.eventType == .workflowTaskFailed }
                return failed != nil
            }
            let failure = try #require(failed).workflowTaskFailedEventAttributes.failure
            #expect(failure.message.contains("Task.sleep"))
            #expect(try await forbidden.describe().info.status == .running)
            try await forbidden.terminate()
        }
    }

    @Test(
        "Python drives Swift workflows, and they call Python's activities and children",
        arguments: StorageMode.allCases
    )
    func python(_ mode: StorageMode) async throws {
        try await Self.with(mode) { _, queue in
            let output = try await Self.runPython(mode, queue)
            #expect(output.contains("7 passed, 0 failed"))
        }
    }

    @Test(
        "ES-N6 A large value from Python goes through a Swift workflow to Python, and its worker reads and stores nothing",
        arguments: StorageMode.allCases,
        [1000, 0]
    )
    func relay(_ mode: StorageMode, _ cached: Int) async throws {
        let storage = try LiveServices.storage(threshold: mode.threshold)
        let driver = CountingDriver(base: storage.drivers[0])
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = mode.threshold
        try await Self.with(
            mode,
            cached: cached,
            storage: ExternalStorage(driver: driver, configuration: configuration)
        ) { _, queue in
            let output = try await Self.runPython(mode, queue, "--relay")
            #expect(output.contains("1 passed, 0 failed"))
        }
        #expect(driver.calls.withLock { $0 } == 0)
    }

    /// Has Python drive the workflows of a queue; returns what it printed.
    private static func runPython(_ mode: StorageMode, _ queue: String, _ more: String...) async throws -> String {
        let script = LiveServices.root.appending(path: "Tests/Integration/peers/native_workflows.py").path
        let result = try await Subprocess.run(
            .name("env"),
            arguments: Arguments(
                [
                    try #require(LiveServices.python), script, "--address", try #require(LiveServices.address),
                    "--task-queue", queue, "--bucket", LiveServices.value("S3_BUCKET") ?? "payloads", "--threshold",
                    mode.rawValue,
                ] + more
            ),
            output: .string(limit: 1_048_576),
            error: .string(limit: 1_048_576)
        )
        #expect(
            result.terminationStatus == .exited(0),
            "\(result.standardOutput)\n\(result.standardError.suffix(3_000))"
        )
        return result.standardOutput
    }

    /// Counts the calls of a driver.
    final class CountingDriver: StorageDriver {
        let base: any StorageDriver
        let calls = Mutex(0)

        init(base: any StorageDriver) { self.base = base }

        var name: String { self.base.name }
        var type: String { self.base.type }

        func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
            self.calls.withLock { $0 += 1 }
            return try await self.base.store(payloads, context: context)
        }

        func retrieve(
            _ claims: [StorageDriverClaim],
            context: StorageDriverRetrieveContext
        ) async throws -> [Payload] {
            self.calls.withLock { $0 += 1 }
            return try await self.base.retrieve(claims, context: context)
        }
    }

    @Test(
        "ES-N1 Twenty workflows in a cache of three: nothing is lost, and every history replays",
        arguments: StorageMode.allCases
    )
    func stress(_ mode: StorageMode) async throws {
        let seed = UInt64.random(in: 0..<1_000_000_000)
        print("live workflow stress, threshold \(mode.rawValue), seed \(seed)")
        let ids = try await Self.with(mode, cached: 3) { client, queue in
            try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<20 {
                    group.addTask { try await Self.fill(seed &+ UInt64(index), client, queue) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let replayer = try WorkflowReplayer(
            workflows: [Notebook.self],
            externalStorage: LiveServices.storage(threshold: mode.threshold),
            logger: LiveServices.logger
        )
        for id in ids {
            let events = try await Self.history(of: id)
            try await replayer.replay(WorkflowHistory(workflowID: id, history: .with { $0.events = events }))
        }
    }

    /// Runs a notebook through signals, updates and queries by chance.
    private static func fill(_ seed: UInt64, _ client: TemporalClient, _ queue: String) async throws -> String {
        var random = SeededGenerator(seed: "\(seed)")
        let handle = try await client.startWorkflow(
            "Notebook",
            options: Self.options(queue),
            input: "first",
            returning: [String].self
        )
        var (expected, accepted) = (1, 0)
        for step in 0..<6 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                try await handle.signal("add", input: "note \(step)")
                expected += 1
            case 1:
                _ = try await handle.executeUpdate("sign", input: "note \(step)", returning: Int.self)
                (expected, accepted) = (expected + 1, accepted + 1)
            case 2:
                _ = await #expect(throws: TemporalError.self) {
                    try await handle.executeUpdate("sign", input: "", returning: Int.self)
                }
            default: #expect(try await handle.query("last", returning: String?.self) != nil)
            }
        }
        try await handle.signal("finish")
        let notes = try await handle.result()
        #expect(notes.count == expected)
        #expect(notes.count { $0.hasSuffix("!") } == accepted)
        return handle.id
    }

    /// The events of a workflow's history, references as they are.
    static func history(
        of id: String,
        run: String = "",
        at address: String? = LiveServices.address
    ) async throws -> [Temporal_Api_History_V1_HistoryEvent] {
        let connection = Connection(
            channel: GRPCChannel(
                try TemporalClient.transport(to: LiveServices.target(address), security: .plaintext, connections: 1)
            ),
            externalStorage: nil,
            configuration: .init(),
            logger: LiveServices.logger
        )
        return try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await connection.run() }
            defer { connection.beginGracefulShutdown() }
            var (events, token): ([Temporal_Api_History_V1_HistoryEvent], Data?) = ([], Data())
            while let next = token {
                let page = try await connection.call(
                    WorkflowService.GetWorkflowExecutionHistory.self,
                    .with { request in
                        request.namespace = "default"
                        request.execution.workflowID = id
                        request.execution.runID = run
                        request.nextPageToken = next
                    }
                )
                events += page.history.events
                token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
            }
            return events
        }
    }
}
