//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import ExternalStorageGRPC
public import GRPCCore
public import GRPCNIOTransportHTTP2Posix
import GroundworkNIO
public import Logging
import NIOPosix
public import ServiceLifecycle
public import TemporalTransport

/// A client of a Temporal server: starts workflows and talks to them, with external storage as one option.
///
/// ```swift
/// try await TemporalClient.connect(
///     target: .dns(host: "temporal.example.com", port: 7233),
///     transportSecurity: .tls,
///     externalStorage: storage,
///     logger: logger
/// ) { client in
///     let handle = try await client.startWorkflow(
///         "Order",
///         options: .init(id: "order-1", taskQueue: "orders"),
///         input: order,
///         returning: Receipt.self
///     )
///     let receipt = try await handle.result()
///     print(receipt)
/// }
/// ```
///
/// There are two ways to run one. ``connect(target:transportSecurity:externalStorage:configuration:logger:_:)`` runs it
/// for the time of a closure. Otherwise create it and have ``run()`` run, by a `ServiceGroup` for example: calls wait
/// for a connection, and without `run()` they run into their deadline.
///
/// Calls that fail for a passing reason are made again within ten seconds, and each has a deadline. Cancelling the task
/// that makes a call ends the call; the server may have carried it out.
public final class TemporalClient: Service {
    let connection: Connection

    init(connection: Connection) {
        self.connection = connection
    }

    /// Creates a client on a transport of your own.
    ///
    /// The client runs the transport, and puts external storage around it: do not wrap it yourself.
    ///
    /// - Parameters:
    ///   - transport: What carries the calls.
    ///   - externalStorage: Where large payloads go. Without it nothing is stored, and a reference in a response is an
    ///     error that says so (`[TMPRL1105]`).
    ///   - configuration: Namespace, identity, API key, data converter.
    ///   - logger: Where logs go.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``.
    public convenience init(
        transport: some ClientTransport,
        externalStorage: ExternalStorage? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = .current
    ) throws {
        try configuration.validate()
        self.init(
            channel: GRPCChannel(
                ExternalStorageTransport(wrapping: transport, storage: externalStorage, logger: logger)
            ),
            externalStorage: externalStorage,
            configuration: configuration,
            logger: logger
        )
    }

    private convenience init(
        channel: any RPCChannel,
        externalStorage: ExternalStorage?,
        configuration: Configuration,
        logger: Logger,
        executor: EventLoopTaskExecutor? = nil
    ) {
        self.init(
            connection: Connection(
                channel: channel,
                externalStorage: externalStorage,
                configuration: configuration,
                logger: logger,
                executor: executor
            )
        )
    }

    /// Creates a client; nothing is connected until ``run()``.
    ///
    /// - Parameters:
    ///   - target: The server, such as `.dns(host: "temporal.example.com", port: 7233)`.
    ///   - transportSecurity: `.plaintext`, `.tls`, or `.mTLS(…)` with a client certificate.
    ///   - externalStorage: Where large payloads go. Without it nothing is stored, and a reference in a response is an
    ///     error that says so (`[TMPRL1105]`).
    ///   - configuration: Namespace, identity, API key, data converter.
    ///   - logger: Where logs go.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``, also for a certificate that cannot be read.
    public convenience init(
        target: any ResolvableTarget,
        transportSecurity: ClientSecurity = .plaintext,
        externalStorage: ExternalStorage? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = .current
    ) throws {
        try configuration.validate()
        let executor = EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())
        let transport = try Self.transport(
            to: target,
            security: transportSecurity,
            authority: configuration.authority,
            connections: configuration.connections,
            on: executor.eventLoop
        )
        self.init(
            channel: DirectChannel(
                ExternalStorageTransport(wrapping: transport, storage: externalStorage, logger: logger)
            ),
            externalStorage: externalStorage,
            configuration: configuration,
            logger: logger,
            executor: executor
        )
    }

    /// Connects, runs a closure with the client, and disconnects.
    ///
    /// The server is asked for its version first, so a wrong address, a missing certificate or a wrong API key fail here.
    ///
    /// - Parameters:
    ///   - target: The server, such as `.dns(host: "temporal.example.com", port: 7233)`.
    ///   - transportSecurity: `.plaintext`, `.tls`, or `.mTLS(…)` with a client certificate.
    ///   - externalStorage: Where large payloads go; see ``init(target:transportSecurity:externalStorage:configuration:logger:)``.
    ///   - configuration: Namespace, identity, API key, data converter.
    ///   - logger: Where logs go.
    ///   - body: Uses the client. When it returns, new calls are refused.
    /// - Returns: What the closure returns.
    /// - Throws: ``TemporalError``: `invalidConfiguration`, `unavailable` if the server does not answer. What the closure
    ///   throws. `CancellationError` if cancelled.
    public static func connect<Result: Sendable>(
        target: any ResolvableTarget,
        transportSecurity: ClientSecurity = .plaintext,
        externalStorage: ExternalStorage? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = .current,
        _ body: (TemporalClient) async throws -> Result
    ) async throws -> Result {
        let client = try TemporalClient(
            target: target,
            transportSecurity: transportSecurity,
            externalStorage: externalStorage,
            configuration: configuration,
            logger: logger
        )
        return try await client.connected(body)
    }

    /// Runs the client for the time of a closure.
    func connected<Result: Sendable>(_ body: (TemporalClient) async throws -> Result) async throws -> Result {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.connection.run() }
            defer { self.connection.beginGracefulShutdown() }
            _ = try await self.connection.systemInfo()
            return try await body(self)
        }
    }

    /// Keeps the connections until a graceful shutdown.
    ///
    /// To be called once.
    ///
    /// - Throws: `CancellationError` if cancelled; calls under way end then.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.connection.run()
        } onGracefulShutdown: {
            self.beginGracefulShutdown()
        }
    }

    /// Refuses new calls, and lets ``run()`` return when those under way have ended.
    public func beginGracefulShutdown() {
        self.connection.beginGracefulShutdown()
    }

    /// The namespace of all calls.
    public var namespace: String { self.connection.namespace }
}
