//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
public import Logging
import Metrics
public import ServiceLifecycle

/// A worker that runs activities for the workflows of a task queue, whatever language these are written in.
///
/// ```swift
/// let worker = try TemporalWorker(client: client, taskQueue: "orders") {
///     Activity("greet") { (name: String) in "Hello, \(name)!" }
///     Orders(database: database)
/// }
/// try await worker.run()
/// ```
///
/// The worker uses the client's connection, data converter and external storage, and the client has to run as long as the
/// worker does. In a `ServiceGroup`, put the client before the worker: services end in reverse order.
///
/// ## When payloads cannot be stored or retrieved
///
/// The attempt fails, retryably, with the cause `EXTERNAL_STORAGE_FAILURE`, and counts as one (ES-F3). The workflow does
/// not fail, and the worker goes on.
///
/// ## Shutdown
///
/// A graceful shutdown ends polls, waits for what runs, cancels it when
/// ``Configuration/gracefulShutdownPeriod`` is over, reports how it ended, and then ``run()`` returns. Attempts that were
/// cancelled are failed with the type `WorkerShutdown`, so another attempt follows at once or as the retry policy says.
public final class TemporalWorker: Service {
    private let worker: ActivityWorker

    /// Creates a worker.
    ///
    /// Nothing is polled until ``run()``.
    ///
    /// - Parameters:
    ///   - client: Whose connection, namespace, converter and storage the worker uses.
    ///   - taskQueue: Where it looks for tasks.
    ///   - activities: What it runs, each under a name of its own.
    ///   - configuration: Concurrency, rates, heartbeats, shutdown.
    ///   - logger: Where logs go; nil for the client's.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``: an empty task queue, no activities, two with the same name,
    ///   or a setting out of range.
    public convenience init(
        client: TemporalClient,
        taskQueue: String,
        activities: [Activity],
        configuration: Configuration = Configuration(),
        logger: Logger? = nil
    ) throws {
        let connection = client.connection
        var logger = logger ?? connection.logger
        logger[metadataKey: "temporal.task-queue"] = "\(taskQueue)"
        logger[metadataKey: "temporal.namespace"] = "\(connection.namespace)"
        try self.init(
            service: ConnectionActivityService(connection),
            payloads: connection.payloads(),
            defaultIdentity: connection.identity,
            client: client,
            taskQueue: taskQueue,
            activities: activities,
            configuration: configuration,
            executor: connection.executor,
            logger: logger
        )
    }

    /// Creates a worker; see ``init(client:taskQueue:activities:configuration:logger:)``.
    ///
    /// - Parameters:
    ///   - client: Whose connection, namespace, converter and storage the worker uses.
    ///   - taskQueue: Where it looks for tasks.
    ///   - configuration: Concurrency, rates, heartbeats, shutdown.
    ///   - logger: Where logs go; nil for the client's.
    ///   - activities: What it runs: activities, lists of them, and containers.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``.
    public convenience init(
        client: TemporalClient,
        taskQueue: String,
        configuration: Configuration = Configuration(),
        logger: Logger? = nil,
        @ActivitiesBuilder activities: () -> [Activity]
    ) throws {
        try self.init(
            client: client,
            taskQueue: taskQueue,
            activities: activities(),
            configuration: configuration,
            logger: logger
        )
    }

    init(
        service: any ActivityService,
        payloads: PayloadContext,
        defaultIdentity: String,
        client: TemporalClient?,
        taskQueue: String,
        activities: [Activity],
        configuration: Configuration,
        clock: WorkerClock = .continuous,
        executor: EventLoopTaskExecutor? = nil,
        logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) throws {
        guard !taskQueue.isEmpty else {
            throw TemporalError(code: .invalidConfiguration, message: "the task queue is empty")
        }
        try configuration.validate()
        self.worker = ActivityWorker(
            service: service,
            registry: try ActivityRegistry(activities),
            configuration: configuration,
            payloads: payloads,
            identity: WorkerReport.Identity(
                identity: configuration.identity ?? defaultIdentity,
                taskQueue: taskQueue,
                slots: configuration.maxConcurrentActivities,
                driverTypes: payloads.externalStorage?.driverTypes ?? []
            ),
            client: client,
            clock: clock,
            executor: executor,
            logger: logger,
            metrics: WorkerMetrics(namespace: payloads.namespace, taskQueue: taskQueue, factory: metrics)
        )
    }

    /// The task queue it polls.
    public var taskQueue: String { self.worker.taskQueue }

    /// Runs activities until a graceful shutdown, or until the task is cancelled.
    ///
    /// To be called once. Cancellation is a shutdown without a grace period: activities are cancelled at once, and what
    /// became of them is reported all the same; then it returns.
    ///
    /// - Throws: ``TemporalError`` if polling cannot succeed any more: `namespaceNotFound`, `invalidArgument` at once;
    ///   after a minute without success `unauthenticated`, `permissionDenied`, and whatever else is not known to pass.
    ///   Everything else is retried for as long as it takes. What ran has ended and been reported then.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await withTaskExecutorPreference(self.worker.executor) { try await self.worker.run() }
        } onGracefulShutdown: {
            self.beginGracefulShutdown()
        }
    }

    /// Begins a graceful shutdown, after which ``run()`` returns.
    ///
    /// Again: nothing.
    public func beginGracefulShutdown() {
        self.worker.beginShutdown()
    }

    /// Runs the worker for the time of a closure, and shuts it down gracefully when that has ended.
    ///
    /// - Parameter body: Uses whatever the worker does meanwhile. It is cancelled if the worker gives up.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, or what ``run()`` throws.
    public func running<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.run() }
            defer { self.beginGracefulShutdown() }
            return try await body()
        }
    }
}
