//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("The runs that a worker keeps", .timeLimit(.minutes(1)))
struct RunCacheTests {
    private struct Nothing: WorkflowProgram {
        func start(in run: WorkflowRun, with started: API.Started) throws {}
        func main(in run: WorkflowRun) async -> WorkflowEnding { .completed(nil) }
        func handle(_ signal: API.Signal, in run: WorkflowRun) async -> WorkflowEnding? { nil }
        func judge(_ request: API.UpdateRequest, validates: Bool, in run: WorkflowRun) -> UpdateDecision {
            .rejected(.init())
        }
        func answer(_ query: API.Query, in run: WorkflowRun) -> API.QueryResult { .init() }
    }

    /// Waits for an activity with a large input.
    private struct Sender: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws {
            try await context.executeActivity(
                "a",
                options: .init(startToCloseTimeout: .seconds(1)),
                input: [UInt8](repeating: 1, count: 100_000),
                returning: Void.self
            )
        }
    }

    private static func run(_ id: String) -> KeptRun {
        let run = WorkflowRun(
            workflowID: "w",
            runID: id,
            namespace: "default",
            identity: SDKIdentity(name: "test", version: "1"),
            program: Nothing(),
            runStrays: { _ in }
        )
        return KeptRun(run, references: RunReferences(context: .init(), workflow: "", inputs: .init(), habits: .init()))
    }

    /// Borrows and gives back; returns the ids of what had to go.
    private static func use(_ cache: RunCache, _ id: String) async -> [String] {
        let run = await cache.borrow(id) ?? Self.run(id)
        return cache.giveBack(id, keeping: run).map(\.run.runID)
    }

    @Test("What was not used for the longest goes first, and what is used again stays")
    func order() async {
        let cache = RunCache(capacity: 3, byteLimit: .max)
        var gone: [String] = []
        for id in ["a", "b", "c", "a", "a", "d", "b", "a"] { gone += await Self.use(cache, id) }
        #expect(gone == ["b", "c"])
        #expect(cache.count == 3)
        // Again and again, for longer than the order of uses may grow.
        for _ in 0..<500 { gone += await Self.use(cache, "a") }
        gone += await Self.use(cache, "e")
        #expect(gone == ["b", "c", "d"])
    }

    @Test("What somebody has does not go, and goes in its turn when it was given back")
    func busy() async {
        let cache = RunCache(capacity: 2, byteLimit: .max)
        _ = await Self.use(cache, "a")
        let borrowed = await cache.borrow("a")
        #expect(borrowed != nil)
        _ = await Self.use(cache, "b")
        #expect(await Self.use(cache, "c") == ["b"])
        #expect(cache.giveBack("a", keeping: nil).isEmpty)
        #expect(cache.count == 1)
        #expect(await Self.use(cache, "d").isEmpty)
        #expect(await Self.use(cache, "e") == ["c"])
    }

    @Test("Bytes are a limit too; a run that is larger by itself is not kept, and what is gone takes none")
    func bytes() async {
        let one = Self.run("x").estimatedBytes
        let cache = RunCache(capacity: 100, byteLimit: 2 * one)
        #expect(await Self.use(cache, "a").isEmpty)
        #expect(await Self.use(cache, "b").isEmpty)
        #expect(cache.bytes == 2 * one)
        #expect(await Self.use(cache, "c") == ["a"])
        _ = await cache.borrow("b")
        #expect(cache.giveBack("b", keeping: nil).isEmpty)
        #expect(cache.bytes == one)
        #expect(cache.removeAll().map(\.run.runID) == ["c"])
        #expect(cache.bytes == 0)
        let small = RunCache(capacity: 100, byteLimit: one - 1)
        #expect(await Self.use(small, "a") == ["a"])
        #expect(small.count == 0)
    }

    @Test("What a run has sent counts, before the server says how large its history is")
    func sent() async throws {
        let worker = try WorkflowWorker.scripted(ScriptedTasks(), workflows: [Sender.self])
        await worker.process(ScriptedTasks.task(type: "Sender"))
        #expect(worker.cache.bytes > 100_000)
        for run in worker.cache.removeAll() { await worker.evict(run) }
    }
}
