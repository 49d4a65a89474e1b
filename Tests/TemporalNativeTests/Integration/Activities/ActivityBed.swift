//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import ExternalStorageS3
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import SwiftProtobuf
import TemporalAPI
import TemporalTransport
import Testing

@testable import TemporalNative

/// What a Python workflow is to do with an activity; see `native_activities.py`.
struct CallSpec: Codable, Sendable {
    struct Retry: Codable, Sendable {
        var initial: Double?
        var attempts: Int?
        var nonRetryable: [String]?
    }

    enum Argument: Codable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case text(String)
        case number(Int)

        init(stringLiteral value: String) { self = .text(value) }
        init(integerLiteral value: Int) { self = .number(value) }

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = try (try? container.decode(Int.self)).map { .number($0) } ?? .text(container.decode(String.self))
        }

        func encode(to encoder: any Swift.Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    var activity: String
    var taskQueue = ""
    var arguments: [Argument] = []
    /// The size of a first argument of bytes.
    var blob: Int?
    /// Whether the result is bytes.
    var bytes: Bool?
    var startToClose: Double?
    var heartbeat: Double?
    var cancellation: String?
    var retry: Retry?

    init(_ activity: String, _ arguments: Argument..., change: (inout Self) -> Void = { _ in }) {
        self.activity = activity
        self.arguments = arguments
        change(&self)
    }
}

/// What became of it, as the workflow saw it.
struct CallOutcome: Codable, Sendable {
    struct Link: Codable, Sendable {
        var kind: String
        var message: String
        var type: String?
        var nonRetryable: Bool?
        var details: [String]?
    }

    var outcome: String
    var value: String?
    var chain: [Link]?
    var seconds: Double
}

/// A client and a worker in this process, with S3 storage, and workflows in Python with their own on the same bucket.
struct ActivityBed: Sendable {
    enum Threshold: String, Sendable, CaseIterable {
        case standard
        case all
    }

    let client: TemporalClient
    let taskQueue: String
    let threshold: Threshold
    /// The task queue of the Python workflows.
    let workflows: String
    let address: String
    let driver: SwitchableDriver

    static func with<Result: Sendable>(
        _ threshold: Threshold,
        workflows: PythonWorkflows? = nil,
        address: String? = nil,
        _ body: (ActivityBed) async throws -> Result
    ) async throws -> Result {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let driver = SwitchableDriver(
            try S3StorageDriver(
                bucket: .fixed(LiveServices.value("S3_BUCKET") ?? "payloads"),
                client: S3HTTPClient(
                    configuration: .init(region: "us-east-1", endpointURL: LiveServices.value("S3_ENDPOINT")),
                    credentials: StaticAWSCredentialsProvider(
                        AWSCredentials(
                            accessKeyID: try #require(LiveServices.value("AWS_ACCESS_KEY_ID")),
                            secretAccessKey: try #require(LiveServices.value("AWS_SECRET_ACCESS_KEY"))
                        )
                    )
                ),
                logger: logger
            )
        )
        var configuration = ExternalStorage.Configuration()
        if threshold == .all { configuration.threshold = .all }
        // What has been stored is asked for again, so that a store that is down is noticed.
        configuration.cache = .disabled
        let python: PythonWorkflows
        if let workflows { python = workflows } else { python = try await PythonWorkflows.ready() }
        let address = try #require(address ?? LiveServices.address)
        return try await TemporalClient.connect(
            target: try LiveServices.target(address),
            externalStorage: try ExternalStorage(driver: driver, configuration: configuration, logger: logger),
            logger: logger
        ) { client in
            try await body(
                ActivityBed(
                    client: client,
                    taskQueue: "swift-\(UUID())",
                    threshold: threshold,
                    workflows: "\(python.taskQueue)-\(threshold)",
                    address: address,
                    driver: driver
                )
            )
        }
    }

    /// Runs a worker for the time of a closure.
    func worker<Result: Sendable>(
        _ configuration: TemporalWorker.Configuration = .init(),
        @ActivitiesBuilder activities: () -> [Activity],
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await TemporalWorker(
            client: self.client,
            taskQueue: self.taskQueue,
            configuration: configuration,
            activities: activities
        ).running(body)
    }

    /// Heartbeats that are sent often, so that cancellation is heard of soon, with timeouts that a busy machine keeps.
    static var attentive: TemporalWorker.Configuration {
        var configuration = TemporalWorker.Configuration()
        configuration.maxHeartbeatThrottleInterval = .milliseconds(200)
        return configuration
    }

    func start(_ spec: CallSpec) async throws -> WorkflowHandle<CallOutcome> {
        var spec = spec
        spec.taskQueue = self.taskQueue
        return try await self.client.startWorkflow(
            "Call",
            options: WorkflowOptions(id: "call-\(UUID())", taskQueue: self.workflows),
            input: spec,
            returning: CallOutcome.self
        )
    }

    func call(_ spec: CallSpec) async throws -> CallOutcome {
        try await self.start(spec).result()
    }

    /// The events of a workflow as the server has them, nothing resolved.
    func history(of workflowID: String) async throws -> [Temporal_Api_History_V1_HistoryEvent] {
        let connection = Connection(
            channel: GRPCChannel(
                try TemporalClient.transport(
                    to: LiveServices.target(self.address),
                    security: .plaintext,
                    connections: 1
                )
            ),
            externalStorage: nil,
            configuration: .init(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await connection.run() }
            defer { connection.beginGracefulShutdown() }
            return try await connection.call(
                WorkflowService.GetWorkflowExecutionHistory.self,
                .with { request in
                    request.namespace = "default"
                    request.execution.workflowID = workflowID
                }
            ).history.events
        }
    }
}
