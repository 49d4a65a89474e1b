//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import TemporalAPI
import Testing

@testable import TemporalNative

/// Starts so many activities with inputs of so many bytes, all at once, and returns how many bytes they counted.
private struct Spread: WorkflowDefinition {
    struct Input: Codable, Sendable {
        var count: Int
        var bytes: Int
    }

    init(input: Input) {}

    func run(context: WorkflowContext<Self>, input: Input) async throws -> Int {
        let options = ActivityOptions(startToCloseTimeout: .seconds(60))
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<input.count {
                group.addTask {
                    let letter = "abcdefghij".dropFirst(index % 10).prefix(1)
                    let value = String(repeating: String(letter), count: input.bytes)
                    return try await context.executeActivity("count", options: options, input: value)
                }
            }
            return try await group.reduce(0, +)
        }
    }
}

/// Notes so many values of 4,500 bytes in its history, in one task.
private struct Notes: WorkflowDefinition {
    init(input: Int) {}

    func run(context: WorkflowContext<Self>, input: Int) async throws -> Int {
        let value = String(repeating: "n", count: 4_500)
        return try (0..<input).reduce(0) { sum, _ in try sum + context.sideEffect { value }.utf8.count }
    }
}

@Suite(
    "Answers to workflow tasks beyond the limit of a message, on a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct LargeCompletionTests {
    /// The server writes an answer as one, and ends workflows with a larger one.
    private static let takesPages = [
        "--dynamic-config", "history.enableWorkflowTaskCompletionPagination=true",
        "--dynamic-config", "system.transactionSizeLimit=33554432",
    ]

    private static func with(
        _ address: String,
        storage: ExternalStorage?,
        _ body: (TemporalClient, WorkflowOptions) async throws -> Void
    ) async throws {
        try await TemporalClient.connect(
            target: LiveServices.target(address),
            externalStorage: storage,
            logger: LiveServices.logger
        ) { client in
            let queue = "large-\(UUID())"
            let worker = try TemporalWorker(client: client, taskQueue: queue, workflows: [Spread.self, Notes.self]) {
                Activity("count") { (value: String) -> Int in value.count }
            }
            try await worker.running { try await body(client, WorkflowOptions(id: queue, taskQueue: queue)) }
        }
    }

    @Test("A server that takes pages gets an answer of 7 MiB, with storage for larger values too")
    func pages() async throws {
        try await OwnServer.run(Self.takesPages) { server in
            try await Self.with(server.address, storage: nil) { client, options in
                let input = Spread.Input(count: 70, bytes: 100_000)
                let handle = try await client.startWorkflow(
                    "Spread",
                    options: options,
                    input: input,
                    returning: Int.self
                )
                #expect(try await handle.result() == 7_000_000)
                let events = try await WorkflowWorkerTests.history(of: handle.id, at: server.address)
                #expect(!events.contains { $0.eventType == .workflowTaskFailed })
                // One task made them all.
                let scheduled = events.filter { $0.eventType == .activityTaskScheduled }
                let tasks = Set(scheduled.map(\.activityTaskScheduledEventAttributes.workflowTaskCompletedEventID))
                #expect(scheduled.count == 70 && tasks.count == 1)
            }
            // Too many for a message, and each too small to be stored.
            let storage = try LiveServices.storage(threshold: .default)
            try await Self.with(server.address, storage: storage) { client, options in
                let total: Int = try await client.executeWorkflow("Notes", options: options, input: 1_000)
                #expect(total == 4_500_000)
                let events = try await WorkflowWorkerTests.history(of: options.id, at: server.address)
                #expect(events.count { $0.eventType == .markerRecorded } == 1_000)
                #expect(!events.contains { $0.eventType == .workflowTaskFailed })
            }
        }
    }
}
