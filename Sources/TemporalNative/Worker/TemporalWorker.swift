//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GroundworkNIO
public import Logging
import Metrics
public import ServiceLifecycle

/// A worker that runs workflows and activities of a task queue, together with workers in any other language.
///
/// ```swift
/// let worker = try TemporalWorker(client: client, taskQueue: "orders", workflows: [Fulfillment.self]) {
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
/// An activity's attempt fails, retryably, with the cause `EXTERNAL_STORAGE_FAILURE`, and counts as one (ES-F3). A workflow
/// task fails with that cause and is tried again (ES-F2). The workflow does not fail, and the worker goes on.
///
/// ## Shutdown
///
/// A graceful shutdown ends polls, waits for what runs, cancels it when
/// ``Configuration/gracefulShutdownPeriod`` is over, reports how it ended, and then ``run()`` returns. Attempts that were
/// cancelled are failed with the type `WorkerShutdown`, so another attempt follows at once or as the retry policy says.
/// Workflow tasks that were taken are answered, and workflows go on elsewhere.
public final class TemporalWorker: Service {
    private let instance: WorkerInstance
    private let executor: EventLoopTaskExecutor?

    /// The task queue it polls.
    public let taskQueue: String

    /// Creates a worker.
    ///
    /// Nothing is polled until ``run()``.
    ///
    /// - Parameters:
    ///   - client: Whose connection, namespace, converter and storage the worker uses.
    ///   - taskQueue: Where it looks for tasks.
    ///   - workflows: The workflows it runs, each under a name of its own.
    ///   - activities: The activities it runs, each under a name of its own.
    ///   - configuration: Concurrency, rates, heartbeats, shutdown.
    ///   - logger: Where logs go.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``: an empty task queue, neither workflows nor activities, two
    ///   with the same name, or a setting out of range.
    public convenience init(
        client: TemporalClient,
        taskQueue: String,
        workflows: [any WorkflowDefinition.Type] = [],
        activities: [Activity],
        configuration: Configuration = Configuration(),
        logger: Logger = .current
    ) throws {
        let connection = client.connection
        var logger = logger
        logger[metadataKey: "temporal.task-queue"] = "\(taskQueue)"
        logger[metadataKey: "temporal.namespace"] = "\(connection.namespace)"
        try self.init(
            service: ConnectionActivityService(connection),
            payloads: connection.payloads(),
            defaultIdentity: connection.identity,
            client: client,
            interceptors: connection.configuration.interceptors.compactMap { $0 as? any WorkerInterceptor }
                + configuration.interceptors,
            taskQueue: taskQueue,
            workflows: workflows,
            activities: activities,
            configuration: configuration,
            executor: connection.executor,
            logger: logger
        )
    }

    /// Creates a worker; see ``init(client:taskQueue:workflows:activities:configuration:logger:)``.
    ///
    /// - Parameters:
    ///   - client: Whose connection, namespace, converter and storage the worker uses.
    ///   - taskQueue: Where it looks for tasks.
    ///   - workflows: The workflows it runs, each under a name of its own.
    ///   - configuration: Concurrency, rates, heartbeats, shutdown.
    ///   - logger: Where logs go.
    ///   - activities: What it runs: activities, lists of them, and containers.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``.
    public convenience init(
        client: TemporalClient,
        taskQueue: String,
        workflows: [any WorkflowDefinition.Type] = [],
        configuration: Configuration = Configuration(),
        logger: Logger = .current,
        @ActivitiesBuilder activities: () -> [Activity]
    ) throws {
        try self.init(
            client: client,
            taskQueue: taskQueue,
            workflows: workflows,
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
        interceptors: [any WorkerInterceptor] = [],
        taskQueue: String,
        workflows: [any WorkflowDefinition.Type] = [],
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
        try configuration.deployment?.validate(workflows)
        self.taskQueue = taskQueue
        self.executor = executor
        let end = WorkerEnd(clock: clock, logger: logger)
        let identity = WorkerReport.Identity(
            identity: configuration.identity ?? defaultIdentity,
            taskQueue: taskQueue,
            driverTypes: payloads.externalStorage?.driverTypes ?? [],
            deployment: configuration.deployment
        )
        let registry = try WorkflowRegistry(workflows, failureTypes: configuration.workflowFailureTypes)
        let activityRegistry = activities.isEmpty ? nil : try ActivityRegistry(activities)
        let workflowService = registry.isEmpty ? nil : service as? any WorkflowTaskService
        let activityWorker =
            activities.isEmpty && workflowService != nil
            ? nil
            : ActivityWorker(
                service: service,
                registry: try activityRegistry ?? ActivityRegistry(activities),
                configuration: configuration,
                payloads: payloads,
                identity: identity,
                client: client,
                interceptors: interceptors,
                clock: clock,
                end: end,
                executor: executor,
                logger: logger,
                metrics: WorkerMetrics(namespace: payloads.namespace, taskQueue: taskQueue, factory: metrics)
            )
        let workflowWorker = workflowService.map { service in
            WorkflowWorker(
                service: service,
                registry: registry,
                activities: activityRegistry,
                activityWorker: activityWorker,
                client: client,
                interceptors: interceptors,
                configuration: configuration,
                payloads: payloads,
                identity: identity,
                clock: clock,
                end: end,
                executor: executor,
                logger: logger,
                metrics: WorkflowMetrics(namespace: payloads.namespace, taskQueue: taskQueue, factory: metrics)
            )
        }
        self.instance = WorkerInstance(
            service: service,
            namespace: payloads.namespace,
            identity: identity,
            configuration: configuration,
            activities: activityWorker,
            workflows: workflowWorker,
            end: end,
            clock: clock,
            executor: executor,
            logger: logger
        )
    }

    /// Runs workflows and activities until a graceful shutdown, or until the task is cancelled.
    ///
    /// To be called once. Cancellation is a shutdown without a grace period: activities are cancelled at once, and what
    /// became of them is reported all the same; then it returns.
    ///
    /// - Throws: ``TemporalError`` if polling cannot succeed any more: `namespaceNotFound`, `invalidArgument` at once;
    ///   after a minute without success `unauthenticated`, `permissionDenied`, and whatever else is not known to pass.
    ///   Everything else is retried for as long as it takes. What ran has ended and been reported then.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await withTaskExecutorPreference(self.executor) { try await self.instance.run() }
        } onGracefulShutdown: {
            self.beginGracefulShutdown()
        }
    }

    /// Begins a graceful shutdown, after which ``run()`` returns.
    ///
    /// Again: nothing.
    public func beginGracefulShutdown() {
        self.instance.beginShutdown()
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
