//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import TemporalWorkflows
import Testing

/// The server that the environment names, as `Scripts/dev-services env` prints it.
private enum LiveServer {
    static let address = ProcessInfo.processInfo.environment["TEMPORAL_ADDRESS"]
}

@Suite(
    "Workflows and activities that were written for apple/swift-temporal-sdk, on a real server",
    .enabled(
        if: LiveServer.address != nil,
        "SKIPPED: no server; run `eval \"$(Scripts/dev-services env)\"` after `Scripts/dev-services up temporal`"
    ),
    .timeLimit(.minutes(3))
)
struct PizzaLiveTests {
    /// Says what it is found by, and takes part of it back.
    private struct Tagger: WorkflowDefinition {
        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws -> [String] {
            context.upsertSearchAttributes(["CustomKeywordField": .keyword("a"), "CustomIntField": .int(1)])
            try await context.sleep(for: .milliseconds(1))
            context.upsertSearchAttributes { $0["CustomKeywordField"] = nil }
            try await context.sleep(for: .milliseconds(1))
            return context.searchAttributes.names
        }
    }

    private let queue = "pizzas-\(UUID())"

    private func options() -> WorkflowOptions { WorkflowOptions(id: "pizza-\(UUID())", taskQueue: self.queue) }

    /// Runs a worker, whose payloads are all stored outside.
    private func with<Result: Sendable>(
        cached: Int,
        _ body: (TemporalClient) async throws -> Result
    ) async throws -> Result {
        let parts = try #require(LiveServer.address).split(separator: ":")
        var storage = ExternalStorage.Configuration()
        storage.threshold = .all
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await TemporalClient.connect(
            target: .ipv4(address: String(parts[0]), port: try #require(Int(parts[1]))),
            externalStorage: ExternalStorage(driver: InMemoryStorageDriver(), configuration: storage),
            logger: logger
        ) { client in
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = cached
            let worker = try TemporalWorker(
                client: client,
                taskQueue: self.queue,
                workflows: [
                    PizzaWorkflow.self, DeliveryWorkflow.self, CountdownWorkflow.self, SagaWorkflow.self,
                    DoorWorkflow.self, Tagger.self,
                ],
                configuration: configuration,
                logger: logger
            ) {
                PizzaActivities()
                Ring()
            }
            return try await worker.running { try await body(client) }
        }
    }

    @Test(
        "Signals, queries, updates, activities, a child, timers and conditions; kept in the cache or not",
        arguments: [1000, 0]
    )
    func pizza(_ cached: Int) async throws {
        try await self.with(cached: cached) { client in
            let order = PizzaWorkflow.Order(
                pizzas: [Pizza(kind: "margherita", price: 7), Pizza(kind: "funghi", price: 9)],
                waits: true
            )
            let handle = try await client.startWorkflow(
                type: PizzaWorkflow.self,
                options: self.options(),
                input: order
            )
            #expect(try await handle.query(queryType: PizzaWorkflow.GetState.self).isPaused)
            #expect(try await handle.query(queryType: PizzaWorkflow.Pizzas.self) == 2)
            #expect(try await handle.query(queryType: PizzaWorkflow.Length.self, input: 0) == 0)
            let rejected = await #expect(throws: TemporalError.self) {
                try await handle.executeUpdate(updateType: PizzaWorkflow.ChangeAddress.self, input: "")
            }
            #expect(rejected?.failure?.application?.type == "Empty")
            #expect(try await handle.executeUpdate(updateType: PizzaWorkflow.ChangeAddress.self, input: "a") == "")
            #expect(try await handle.executeUpdate(updateType: PizzaWorkflow.ChangeAddress.self, input: "home") == "a")
            try await handle.signal(signalType: PizzaWorkflow.Note.self, input: "quick")
            let hurry = try await handle.startUpdate(updateType: PizzaWorkflow.Hurry.self, input: ())
            try await handle.signal(signalType: PizzaWorkflow.Resume.self)
            try await hurry.result()
            let result = try await handle.result().components(separatedBy: "; ")
            #expect(result.prefix(6) == ["paid 7,paid 9", "3", "10", "ding", "something else 2", "2 to home"])
            #expect(result.dropFirst(6).sorted() == ["hurried by Hurry", "quick", "thanks"])
        }
    }

    @Test("A failed activity is caught as its error, and what is thrown for it stands in history with its causes")
    func declined() async throws {
        try await self.with(cached: 1000) { client in
            let error = await #expect(throws: TemporalError.self) {
                try await client.executeWorkflow(
                    type: PizzaWorkflow.self,
                    options: self.options(),
                    input: .init(pizzas: [Pizza(kind: "gold", price: 1000)], waits: false)
                )
            }
            #expect(error?.code == .workflowFailed)
            #expect(error?.failure?.application?.type == "Unpaid")
            #expect(error?.failure?.cause?.activity?.type == "Charge")
            #expect(error?.failure?.cause?.cause?.application?.type == "Declined")
        }
    }

    @Test("Continue-as-new takes the memo along; a cancellation is cleaned up after; by hand it works as with macros")
    func others() async throws {
        try await self.with(cached: 1000) { client in
            let zero = try await client.executeWorkflow(type: CountdownWorkflow.self, options: self.options(), input: 3)
            #expect(zero == "zero after 3")
            let saga = try await client.startWorkflow(type: SagaWorkflow.self, options: self.options(), input: "x")
            try await saga.cancel()
            #expect(try await saga.result() == "paid 0")
            let door = try await client.startWorkflow(type: DoorWorkflow.self, options: self.options())
            #expect(try await door.query(queryType: DoorWorkflow.IsOpen.self) == false)
            try await door.signal(signalType: DoorWorkflow.Open.self)
            #expect(try await door.result())
        }
    }

    @Test("A search attribute that is taken out of those of now is gone, here and for the server")
    func searchAttributes() async throws {
        try await self.with(cached: 1000) { client in
            let tagger = try await client.startWorkflow(type: Tagger.self, options: self.options())
            #expect(try await tagger.result() == ["CustomIntField"])
            let names = try await tagger.describe().info.searchAttributes.names
            #expect(names.filter { $0.hasPrefix("Custom") } == ["CustomIntField"])
        }
    }
}
