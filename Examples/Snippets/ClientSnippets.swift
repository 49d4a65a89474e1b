//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageS3
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle
import TemporalNative
import TemporalTransport
import UnixSignals

struct Order: Codable, Sendable {}

struct Customer: Codable, Sendable {}

struct Receipt: Codable, Sendable {}

/// What articles and docstrings show of the client.
enum ClientSnippets {
    static func article(order: Order, logger: Logger) async throws {
        // snippet.begin
        let driver = try S3StorageDriver(bucket: "payloads", region: "eu-central-1")
        let storage = try ExternalStorage(driver: driver)

        try await TemporalClient.connect(
            target: .dns(host: "localhost", port: 7233),
            externalStorage: storage,
            logger: logger
        ) { client in
            let receipt = try await client.executeWorkflow(
                "Order",
                options: .init(id: "order-1", taskQueue: "orders"),
                input: order,
                returning: Receipt.self
            )
            print(receipt)
        }
        // snippet.end
    }

    static func connect(order: Order, storage: ExternalStorage, logger: Logger) async throws {
        // snippet.begin
        try await TemporalClient.connect(
            target: .dns(host: "temporal.example.com", port: 7233),
            transportSecurity: .tls,
            externalStorage: storage,
            logger: logger
        ) { client in
            let handle = try await client.startWorkflow(
                "Order",
                options: .init(id: "order-1", taskQueue: "orders"),
                input: order,
                returning: Receipt.self
            )
            let receipt = try await handle.result()
            print(receipt)
        }
        // snippet.end
    }

    static func start(
        client: TemporalClient,
        order: Order,
        customer: Customer
    ) async throws -> WorkflowHandle<Receipt> {
        // snippet.begin
        let handle = try await client.startWorkflow(
            "Order",
            options: .init(id: "order-1", taskQueue: "orders"),
            input: order,
            customer,
            returning: Receipt.self
        )
        // snippet.end
        return handle
    }

    static func workflowStart(order: Order) -> WorkflowStart {
        // snippet.begin
        let start = WorkflowStart("Order", options: .init(id: "order-1", taskQueue: "orders"), input: order)
        // snippet.end
        return start
    }

    static func options() -> WorkflowOptions {
        // snippet.begin
        var options = WorkflowOptions(id: "order-1", taskQueue: "orders")
        options.runTimeout = .seconds(3600)
        // snippet.end
        return options
    }

    static func list(client: TemporalClient) async throws {
        // snippet.begin
        for try await run in client.listWorkflows("WorkflowType = 'Order' AND ExecutionStatus = 'Running'") {
            print(run)
        }
        // snippet.end
    }

    static func updateWithStart(client: TemporalClient, start: WorkflowStart, item: Order) async throws -> Int {
        // snippet.begin
        let update = try await client.startUpdateWithStart(start, update: "add", input: item, returning: Int.self)
        let count = try await update.result()
        // snippet.end
        return count
    }

    static func schedule(client: TemporalClient, settings: Order) async throws -> ScheduleHandle {
        // snippet.begin
        let start = WorkflowStart("Report", options: .init(id: "report", taskQueue: "reports"), input: settings)
        let hourly = ScheduleSpec(intervals: [.init(every: .seconds(3600))])
        let handle = try await client.createSchedule("reports", .init(starting: start, spec: hourly))
        // snippet.end
        return handle
    }

    static func specs() -> [ScheduleSpec] {
        // snippet.begin
        let hourly = ScheduleSpec(intervals: [.init(every: .seconds(3600))])
        let weekdays = ScheduleSpec(calendars: [.init(hour: [9], dayOfWeek: [.init(1, through: 5)])])
        // snippet.end
        return [hourly, weekdays]
    }

    static func services(
        target: any ResolvableTarget,
        server: any Service,
        storage: ExternalStorage,
        logger: Logger
    ) async throws {
        // snippet.begin
        let client = try TemporalClient(target: target, externalStorage: storage, logger: logger)
        let group = ServiceGroup(services: [client, server], gracefulShutdownSignals: [.sigterm], logger: logger)
        try await group.run()
        // snippet.end
    }

    static func cloud(key: String) -> TemporalClient.Configuration {
        // snippet.begin
        var configuration = TemporalClient.Configuration(namespace: "orders.a1b2c")
        configuration.apiKey = .fixed(key)
        // snippet.end
        return configuration
    }

    static func codec(_ configuration: inout TemporalClient.Configuration, encryption: any PayloadCodec) {
        // snippet.begin
        configuration.dataConverter.codecs = [encryption]
        // snippet.end
    }

    static func failure(handle: WorkflowHandle<Receipt>) async throws {
        // snippet.begin
        do {
            _ = try await handle.result()
        } catch let error as TemporalError where error.code == .workflowFailed {
            let reason = error.failure?.cause ?? error.failure
            if reason?.application?.type == "AccountMissing" { print("no such account") }
        }
        // snippet.end
    }
}
