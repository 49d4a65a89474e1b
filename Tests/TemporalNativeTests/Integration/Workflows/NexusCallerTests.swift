//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import SwiftProtobuf
import Synchronization
import TemporalAPI
import Testing

@testable import TemporalNative

/// Calls Nexus operations; the first argument says which and how.
struct NexusCaller: WorkflowDefinition {
    @WorkflowState var isToldToCancel = false

    init(input: WorkflowArguments) {}

    func run(context: WorkflowContext<Self>, input: WorkflowArguments) async throws -> [UInt8] {
        let (deed, endpoint, value) = try input.values(as: String.self, String.self, [UInt8].self)
        switch deed {
        case "echo", "through_workflow":
            let operation = try await context.startNexusOperation(
                deed,
                service: "Letters",
                endpoint: endpoint,
                options: NexusOperationOptions(scheduleToCloseTimeout: .seconds(30), headers: ["reason": "test"]),
                input: value,
                returning: [UInt8].self
            )
            guard (operation.token == nil) == (deed == "echo") else { return [] }
            return try await operation.result()
        case "hand on":
            let stored: Stored<[UInt8]> = try await context.executeNexusOperation(
                "through_workflow",
                service: "Letters",
                endpoint: endpoint,
                input: value
            )
            return try await context.executeNexusOperation(
                "through_workflow",
                service: "Letters",
                endpoint: endpoint,
                input: stored
            )
        case "fail":
            return try await context.executeNexusOperation(
                "fail",
                service: "Letters",
                endpoint: endpoint,
                input: value
            )
        default:
            try await self.cancel(deed, endpoint, context)
            return value
        }
    }

    /// Cancels an operation that goes on for ever, when a signal comes.
    private func cancel(_ how: String, _ endpoint: String, _ context: WorkflowContext<Self>) async throws {
        let cancellation: NexusOperationOptions.CancellationType =
            switch how {
            case "abandon": .abandon
            case "try": .tryCancel
            case "requested": .waitCancellationRequested
            default: .waitCancellationCompleted
            }
        let operation = try await context.startNexusOperation(
            "wait",
            service: "Letters",
            endpoint: endpoint,
            options: NexusOperationOptions(cancellationType: cancellation),
            input: (),
            returning: Void.self
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await operation.result() }
            try await context.condition { self.isToldToCancel }
            group.cancelAll()
            do {
                try await group.waitForAll()
                throw ApplicationFailure("it ended", type: "Ended")
            } catch let failure as TemporalFailure where failure.kind == .nexusOperation {
                guard failure.cause?.kind == .canceled else { throw failure }
            }
        }
    }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("cancel") { workflow in { workflow.isToldToCancel = true } }]
    }
}

/// Has a value go through two operations; its id begins with the endpoint.
struct NexusRelay: WorkflowDefinition {
    init(input: Stored<[UInt8]>) {}

    func run(context: WorkflowContext<Self>, input: Stored<[UInt8]>) async throws -> Stored<[UInt8]> {
        let endpoint = String(context.info.workflowID.prefix { $0 != "#" })
        var value = input
        for _ in 0..<2 {
            value = try await context.executeNexusOperation(
                "through_workflow",
                service: "Letters",
                endpoint: endpoint,
                input: value
            )
        }
        return value
    }
}

@Suite(
    "Workflows in Swift call Nexus operations of Python",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct NexusCallerTests {
    /// Runs a worker with the workflow, and gives the endpoint of the Python side.
    private static func with<Result: Sendable>(
        _ mode: StorageMode,
        cached: Int = 1000,
        _ body: @Sendable (_ start: Start) async throws -> Result
    ) async throws -> Result {
        try await mode.withClient { client in
            let queue = "swift-nexus-\(UUID())"
            let endpoint = try "\(PythonWorker.shared.get().taskQueue)-\(mode.rawValue)"
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = cached
            let worker = try TemporalWorker(
                client: client,
                taskQueue: queue,
                workflows: [NexusCaller.self],
                configuration: configuration
            ) {}
            return try await worker.running {
                try await body(Start(client: client, queue: queue, endpoint: endpoint))
            }
        }
    }

    struct Start: Sendable {
        var client: TemporalClient
        var queue: String
        var endpoint: String

        func callAsFunction(_ deed: String, _ value: [UInt8]) async throws -> WorkflowHandle<[UInt8]> {
            try await self.client.startWorkflow(
                "NexusCaller",
                options: WorkflowOptions(id: "nexus-\(UUID())", taskQueue: self.queue),
                input: deed,
                self.endpoint,
                value,
                returning: [UInt8].self
            )
        }
    }

    /// Replays a run, and gives its events as the server has them.
    private static func replayed(_ id: String, _ mode: StorageMode) async throws
        -> [Temporal_Api_History_V1_HistoryEvent]
    {
        let replayer = try WorkflowReplayer(
            workflows: [NexusCaller.self],
            externalStorage: LiveServices.storage(threshold: mode.threshold),
            logger: LiveServices.logger
        )
        let events = try await WorkflowWorkerTests.history(of: id)
        try await replayer.replay(.init(workflowID: id, history: .with { $0.events = events }))
        // A workflow cannot end while there is an event that it has not seen, such as the end of the operation.
        let failures = events.filter { $0.eventType == .workflowTaskFailed }.map(\.workflowTaskFailedEventAttributes)
        #expect(failures.allSatisfy { $0.cause == .unhandledCommand })
        return events
    }

    @Test(
        "Large values there and back, at once and through a workflow; the history has references, and replays",
        arguments: StorageMode.allCases,
        ["echo", "through_workflow", "hand on"]
    )
    func values(_ mode: StorageMode, _ operation: String) async throws {
        let value = mode.blob()
        let id = try await Self.with(mode, cached: operation == "echo" ? 0 : 1000) { start in
            let handle = try await start(operation, value)
            #expect(try await handle.result() == value)
            return handle.id
        }
        let events = try await Self.replayed(id, mode)
        let inputs = events.map(\.nexusOperationScheduledEventAttributes).filter { !$0.service.isEmpty }
        #expect(inputs.count == (operation == "hand on" ? 2 : 1))
        for input in inputs {
            #expect(input.input.data.count < 2_000)
            #expect(input.nexusHeader["reason"] == (operation == "hand on" ? nil : "test"))
        }
        let completed = try #require(events.first { $0.eventType == .nexusOperationCompleted })
        #expect(completed.nexusOperationCompletedEventAttributes.result.data.count < 2_000)
        #expect(events.contains { $0.eventType == .nexusOperationStarted } == (operation != "echo"))
    }

    @Test(
        "ES-N6 A large value goes through two operations, and the worker between them reads and stores nothing",
        arguments: StorageMode.allCases,
        [1000, 0]
    )
    func relay(_ mode: StorageMode, _ cached: Int) async throws {
        let driver = try WorkflowWorkerTests.CountingDriver(
            base: LiveServices.storage(threshold: mode.threshold).drivers[0]
        )
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = mode.threshold
        let storage = try ExternalStorage(driver: driver, configuration: configuration)
        let value = mode.blob()
        try await mode.withClient { starter in
            try await TemporalClient.connect(
                target: LiveServices.target(),
                externalStorage: storage,
                logger: LiveServices.logger
            ) { client in
                let queue = "swift-nexus-\(UUID())"
                var configuration = TemporalWorker.Configuration()
                configuration.maxCachedWorkflows = cached
                let worker = try TemporalWorker(
                    client: client,
                    taskQueue: queue,
                    workflows: [NexusRelay.self],
                    configuration: configuration
                ) {}
                try await worker.running {
                    let endpoint = try "\(PythonWorker.shared.get().taskQueue)-\(mode.rawValue)"
                    let result = try await starter.executeWorkflow(
                        "NexusRelay",
                        options: WorkflowOptions(id: "\(endpoint)#\(UUID())", taskQueue: queue),
                        input: value,
                        returning: [UInt8].self
                    )
                    #expect(result == value)
                }
            }
        }
        #expect(driver.calls.withLock { $0 } == 0)
    }

    @Test("What the handler failed with arrives, with its details", arguments: StorageMode.allCases)
    func failure(_ mode: StorageMode) async throws {
        let value = mode.blob()
        let (id, error) = try await Self.with(mode) { start in
            let handle = try await start("fail", value)
            let error = await #expect(throws: TemporalError.self) { try await handle.result() }
            return (handle.id, error)
        }
        let failure = try #require(error?.failure)
        #expect(failure.kind == .nexusOperation)
        #expect(failure.nexusOperation?.service == "Letters" && failure.nexusOperation?.operation == "fail")
        var cause: TemporalFailure? = failure
        while let inner = cause, inner.application == nil { cause = inner.cause }
        #expect(cause?.application?.type == "Planned")
        #expect(try cause?.details(as: [UInt8].self) == value)
        _ = try await Self.replayed(id, mode)
    }

    @Test(
        "A cancelled operation: told or not, waited for or not",
        arguments: StorageMode.allCases,
        ["abandon", "try", "requested", "ended"]
    )
    func cancelled(_ mode: StorageMode, _ how: String) async throws {
        let id = try await Self.with(mode) { start in
            let handle = try await start(how, [7])
            try await handle.signal("cancel")
            #expect(try await handle.result() == [7])
            return handle.id
        }
        let events = try await Self.replayed(id, mode)
        let types = Set(events.map(\.eventType))
        #expect(types.contains(.nexusOperationCancelRequested) == (how != "abandon"))
        if how == "requested" { #expect(types.contains(.nexusOperationCancelRequestCompleted)) }
        #expect(types.contains(.nexusOperationCanceled) || how != "ended")
    }
}
