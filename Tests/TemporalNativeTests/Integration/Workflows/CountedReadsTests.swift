//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Synchronization
import Testing

@testable import TemporalNative

/// Takes large values as they are, from all sides, and says how large they are together.
private struct Gathers: WorkflowDefinition {
    @WorkflowState var bytes = 0
    @WorkflowState var signals = 0
    @WorkflowState var isFinished = false

    init(input: String) { self.bytes = input.utf8.count }

    func run(context: WorkflowContext<Self>, input: String) async throws -> Int {
        let options = ActivityOptions(startToCloseTimeout: .seconds(20))
        for letter in ["a", "b", "c"] {
            let value: String = try await context.executeActivity("make", options: options, input: letter)
            self.bytes += value.utf8.count
        }
        try await context.condition { self.isFinished }
        return self.bytes
    }

    func put(_ value: String) {
        self.bytes += value.utf8.count
        self.signals += 1
    }

    func add(_ value: String) -> Int {
        self.bytes += value.utf8.count
        return self.bytes
    }

    func total() -> Int { self.bytes }

    func finish() { self.isFinished = true }

    static var handlers: [WorkflowHandler<Self>] {
        [
            .signal("put", Self.put),
            .signal("finish", Self.finish),
            .update("add", Self.add),
            .query("total", Self.total),
        ]
    }
}

@Suite(
    "What a workflow's worker reads from storage",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(2))
)
struct CountedReadsTests {
    /// Counts how often each object is read.
    private final class ReadCounter: StorageDriver {
        let base: any StorageDriver
        let reads = Mutex<[StorageDriverClaim: Int]>([:])

        init(base: any StorageDriver) { self.base = base }

        var name: String { self.base.name }
        var type: String { self.base.type }

        func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
            try await self.base.store(payloads, context: context)
        }

        func retrieve(
            _ claims: [StorageDriverClaim],
            context: StorageDriverRetrieveContext
        ) async throws -> [Payload] {
            self.reads.withLock { reads in for claim in claims { reads[claim, default: 0] += 1 } }
            return try await self.base.retrieve(claims, context: context)
        }

        var counts: [Int] { self.reads.withLock { $0.values.sorted() } }
    }

    private static let size = 300_000

    /// Runs a worker whose reads are counted, and no cache spares one.
    private static func with(
        _ queue: String,
        cached: Int = 1_000,
        _ body: (ReadCounter) async throws -> Void
    ) async throws {
        let counter = ReadCounter(base: try LiveServices.storage(threshold: .default).drivers[0])
        var storage = ExternalStorage.Configuration()
        storage.cache = .disabled
        try await TemporalClient.connect(
            target: LiveServices.target(),
            externalStorage: ExternalStorage(driver: counter, configuration: storage),
            logger: LiveServices.logger
        ) { client in
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = cached
            let worker = try TemporalWorker(
                client: client,
                taskQueue: queue,
                workflows: [Gathers.self],
                configuration: configuration
            ) {
                Activity("make") { (letter: String) in String(repeating: letter, count: Self.size) }
            }
            try await worker.running { try await body(counter) }
        }
    }

    @Test(
        "ES-N6 An object is read once while its run is kept, by no later task again, and once in a replay from the first event"
    )
    func reads() async throws {
        let queue = "reads-\(UUID())"
        // What the test itself reads is not counted.
        try await StorageMode.standard.withClient { client in
            func value(_ letter: String) -> String { letter + String(repeating: UUID().uuidString, count: 9_000) }
            let (input, signal, update) = (value("i"), value("s"), value("u"))
            let total = [input, signal, update].map(\.utf8.count).reduce(0, +) + 3 * Self.size
            let handle = try await client.startWorkflow(
                "Gathers",
                options: WorkflowOptions(id: queue, taskQueue: queue),
                input: input,
                returning: Int.self
            )
            // The input, three results, a signal, an update.
            let once = Array(repeating: 1, count: 6)
            try await Self.with(queue) { counter in
                try await handle.signal("put", input: signal)
                _ = try await handle.executeUpdate("add", input: update, returning: Int.self)
                while try await handle.query("total", returning: Int.self) < total {}
                #expect(counter.counts == once)
                for _ in 0..<5 {
                    try await handle.signal("put", input: "")
                    _ = try await handle.executeUpdate("add", input: "", returning: Int.self)
                    #expect(try await handle.query("total", returning: Int.self) == total)
                }
                #expect(counter.counts == once, "sticky tasks read nothing again")
            }
            try await Self.with(queue) { counter in
                #expect(try await handle.query("total", returning: Int.self) == total)
                #expect(counter.counts == once, "a worker that knows nothing yet reads each object once")
                try await handle.signal("put", input: "")
                #expect(try await handle.query("total", returning: Int.self) == total)
                #expect(counter.counts == once)
            }
            try await Self.with(queue, cached: 0) { counter in
                for replay in 1...3 {
                    #expect(try await handle.query("total", returning: Int.self) == total)
                    #expect(counter.counts == Array(repeating: replay, count: 6), "one per object and replay")
                }
                try await handle.signal("finish")
                #expect(try await handle.result() == total)
                #expect(counter.counts == Array(repeating: 4, count: 6))
            }
        }
    }
}
