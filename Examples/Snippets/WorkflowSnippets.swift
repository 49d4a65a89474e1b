//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Logging
import TemporalNative

// snippet.begin
struct Fulfillment: WorkflowDefinition {
    @WorkflowState var isApproved = false

    init(input: String) {}

    func run(context: WorkflowContext<Self>, input: String) async throws -> String {
        let receipt = try await context.executeActivity(
            "charge",
            options: ActivityOptions(startToCloseTimeout: .seconds(30)),
            input: input,
            returning: String.self
        )
        try await context.condition { self.isApproved }
        return receipt
    }

    func approve(_ answer: Bool) { self.isApproved = answer }
    func status() -> Bool { self.isApproved }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("approve", Self.approve), .query("status", Self.status)]
    }
}
// snippet.end

/// What articles and docstrings show of workflows.
enum WorkflowSnippets {
    static func article(client: TemporalClient) async throws {
        // snippet.begin
        let worker = try TemporalWorker(client: client, taskQueue: "orders", workflows: [Fulfillment.self]) {
            Activity("charge") { (order: String) in "receipt for \(order)" }
        }
        let receipt = try await worker.running {
            let order = try await client.startWorkflow(
                "Fulfillment",
                options: .init(id: "order-1", taskQueue: "orders"),
                input: "42",
                returning: String.self
            )
            try await order.signal("approve", input: true)
            return try await order.result()
        }
        // snippet.end
        _ = receipt
    }

    static func worker(client: TemporalClient, database: Database) async throws {
        // snippet.begin
        let worker = try TemporalWorker(client: client, taskQueue: "orders", workflows: [Fulfillment.self]) {
            Activity("greet") { (name: String) in "Hello, \(name)!" }
            Orders(database: database)
        }
        try await worker.run()
        // snippet.end
    }

    static func replay(file: URL, logger: Logger) async throws {
        // snippet.begin
        let replayer = try WorkflowReplayer(workflows: [Fulfillment.self], logger: logger)
        try await replayer.replay(WorkflowHistory(json: Data(contentsOf: file)))
        // snippet.end
    }

    static func replayStored(file: URL, storage: ExternalStorage, logger: Logger) async throws {
        // snippet.begin
        let replayer = try WorkflowReplayer(workflows: [Fulfillment.self], externalStorage: storage, logger: logger)
        try await replayer.replay(WorkflowHistory(json: Data(contentsOf: file)))
        // snippet.end
    }
}
