//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Groundwork
import GroundworkNIO
import Logging
import Metrics
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// What a worker does with workflows: polls the task queue and the queue of the runs that it keeps, and has the engine
/// process what comes.
///
/// A slot is a child task, as with activities: one that is free borrows a poller and polls; with a task it gives the poller
/// back and processes it.
final class WorkflowWorker: Sendable {
    /// One poller, and the queue that it polls.
    struct Poller: Sendable {
        var isSticky: Bool
        var backoff = PollBackoff()
    }

    let service: any WorkflowTaskService
    let registry: WorkflowRegistry
    let configuration: TemporalWorker.Configuration
    let payloads: PayloadContext
    let identity: WorkerReport.Identity
    let stickyQueue: String
    let clock: WorkerClock
    let executor: EventLoopTaskExecutor?
    let logger: Logger
    let metrics: WorkflowMetrics

    let cache: RunCache
    let local: LocalActivityRunner
    let pollers: Pool<Poller>
    /// No new tasks.
    let stopping = OneShot()
    /// Open polls are given up.
    let pollsEnd = OneShot()
    /// Whether the namespace takes answers in pages; known once the worker has begun.
    let paging = NIOLockedValueBox(CompletionPages.Limits())
    private let fatal = NIOLockedValueBox<(any Error)?>(nil)

    init(
        service: any WorkflowTaskService,
        registry: WorkflowRegistry,
        activities: ActivityRegistry? = nil,
        client: TemporalClient? = nil,
        interceptors: [any WorkerInterceptor] = [],
        configuration: TemporalWorker.Configuration,
        payloads: PayloadContext,
        identity: WorkerReport.Identity,
        clock: WorkerClock,
        executor: EventLoopTaskExecutor?,
        logger: Logger,
        metrics: WorkflowMetrics
    ) {
        self.service = service
        self.registry = registry
        self.configuration = configuration
        self.payloads = payloads
        self.identity = identity
        self.stickyQueue = "\(identity.identity)-\(identity.instanceKey)"
        self.clock = clock
        self.executor = executor
        self.logger = logger
        self.metrics = metrics
        self.cache = RunCache(
            capacity: configuration.maxCachedWorkflows,
            byteLimit: configuration.maxCachedWorkflowBytes
        )
        self.local = LocalActivityRunner(
            registry: activities,
            permits: configuration.maxConcurrentLocalActivities,
            payloads: payloads,
            taskQueue: identity.taskQueue,
            client: client,
            interceptors: interceptors,
            clock: clock,
            stopping: self.stopping,
            leavesThread: executor != nil,
            logger: logger
        )
        let sticky = configuration.maxCachedWorkflows == 0 ? 0 : configuration.workflowPollers * 4 / 5
        self.pollers = Pool(
            // The queue of kept runs is polled before the first answer, or the server would not use it.
            (0..<configuration.workflowPollers).map { Poller(isSticky: $0 >= configuration.workflowPollers - sticky) }
        )
    }

    var namespace: String { self.payloads.namespace }
    var taskQueue: String { self.identity.taskQueue }
    var interceptors: [any WorkerInterceptor] { self.local.interceptors }
    var keepsRuns: Bool { self.configuration.maxCachedWorkflows > 0 }

    /// Runs until it is shut down and what was processed has been answered.
    ///
    /// - Throws: What no later poll can cure; see ``PollBackoff/Trouble``.
    func run() async throws {
        await withTaskCancellationHandler {
            guard let capabilities = await self.start() else { return }
            self.logger.info("The worker polls for workflow tasks")
            await withDiscardingTaskGroup { helpers in
                helpers.addTask { await self.drain(capabilities) }
                helpers.addTask { await self.local.run() }
                await withDiscardingTaskGroup { slots in
                    for _ in 0..<self.configuration.maxConcurrentWorkflowTasks {
                        slots.addTask { await self.runSlot() }
                    }
                }
                helpers.cancelAll()
            }
            for run in self.cache.removeAll() { await shielded(on: nil) { await self.evict(run) } }
        } onCancel: {
            self.beginShutdown()
        }
        if let fatal = self.fatal.withLockedValue({ $0 }) { throw fatal }
    }

    /// Begins to shut down: no new tasks; those in process are answered.
    func beginShutdown() {
        self.stopping.fire()
    }

    /// Ends the worker because it cannot do its work.
    private func giveUp(_ error: any Error) {
        self.logger.critical("The worker gives up", metadata: ["error": "\(error)"])
        self.fatal.withLockedValue { $0 = $0 ?? error }
        self.beginShutdown()
    }

    private func runSlot() async {
        while let task = await self.nextTask() {
            // A task that was taken is answered, also by a worker that is cancelled meanwhile.
            await shielded(on: self.executor) { await self.process(task) }
        }
    }
}

// MARK: - Polling

extension WorkflowWorker {
    typealias NamespaceCapabilities = Temporal_Api_Namespace_V1_NamespaceInfo.Capabilities

    private func start() async -> NamespaceCapabilities? {
        await self.stopping.cancelling {
            var backoff = PollBackoff()
            while !Task.isCancelled {
                do {
                    let namespace = try await CompletionPaging.$isByCaller.withValue(true) {
                        try await self.service.describeNamespace().namespaceInfo
                    }
                    self.paging.withLockedValue { limits in
                        limits.arePagesTaken = namespace.capabilities.workflowTaskCompletionPagination
                        limits.total = Int(namespace.limits.workflowTaskCompletionSizeLimitError)
                    }
                    return namespace.capabilities
                } catch let error as TemporalError where [.unimplemented, .permissionDenied].contains(error.code) {
                    return NamespaceCapabilities()
                } catch {
                    guard await self.goesOn(after: error, &backoff) else { return nil }
                }
            }
            return nil
        }
    }

    private func nextTask() async -> API.WorkflowTask? {
        guard !self.stopping.hasFired, var poller = try? await self.pollers.take() else { return nil }
        defer { self.pollers.giveBack(poller) }
        guard !self.stopping.hasFired else { return nil }
        let before = poller
        let (task, after) = await self.pollsEnd.cancelling { [self] in
            var poller = before
            return (await self.poll(&poller), poller)
        }
        poller = after
        return task
    }

    private func poll(_ poller: inout Poller) async -> API.WorkflowTask? {
        let request = self.pollRequest(isSticky: poller.isSticky)
        while !Task.isCancelled && !self.stopping.hasFired {
            do {
                let task = try await self.service.poll(request)
                poller.backoff.answered()
                if !task.taskToken.isEmpty { return task }
                self.metrics.pollNoTask.increment()
            } catch {
                guard await self.goesOn(after: error, &poller.backoff) else { return nil }
            }
        }
        return nil
    }

    private func pollRequest(isSticky: Bool) -> Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest {
        .with { request in
            request.namespace = self.namespace
            request.identity = self.identity.identity
            request.workerInstanceKey = self.identity.instanceKey
            if let deployment = self.identity.deployment { request.deploymentOptions = deployment.message }
            request.taskQueue = .with { queue in
                queue.name = isSticky ? self.stickyQueue : self.taskQueue
                queue.kind = isSticky ? .sticky : .normal
                if isSticky { queue.normalName = self.taskQueue }
            }
        }
    }

    /// Waits after a failed call.
    ///
    /// - Returns: Whether to call again. If not, the worker has given up or the task is cancelled.
    private func goesOn(after error: any Error, _ backoff: inout PollBackoff) async -> Bool {
        guard !Task.isCancelled, !(error is CancellationError) else { return false }
        switch backoff.failed(PollBackoff.Trouble(error), at: self.clock.now()) {
        case .giveUp:
            self.giveUp(error)
            return false
        case .wait(let duration):
            self.logger.warning("A poll failed", metadata: ["error": "\(error)", "retry-in": "\(duration)"])
            return (try? await self.clock.sleep(for: duration)) != nil
        }
    }

    /// Waits for the shutdown, and leads through it: polls end, and the server hands the tasks of kept runs to others.
    private func drain(_ capabilities: NamespaceCapabilities) async {
        await self.stopping.wait()
        if !capabilities.workerPollCompleteOnShutdown { self.pollsEnd.fire() }
        await shielded(on: self.executor) { await self.tellShutdown() }
        try? await self.clock.sleep(for: ActivityWorker.pollsMayStay)
        self.pollsEnd.fire()
    }

    private func tellShutdown() async {
        do {
            try await self.service.shutDown(
                .with { request in
                    request.namespace = self.namespace
                    request.identity = self.identity.identity
                    request.reason = "graceful shutdown"
                    request.workerInstanceKey = self.identity.instanceKey
                    request.taskQueue = self.taskQueue
                    request.taskQueueTypes = [.workflow]
                    if self.keepsRuns { request.stickyTaskQueue = self.stickyQueue }
                }
            )
        } catch {
            self.logger.debug("The server could not be told of the shutdown", metadata: ["error": "\(error)"])
        }
    }
}
