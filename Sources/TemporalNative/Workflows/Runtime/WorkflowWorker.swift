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
final class WorkflowWorker: Sendable {
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

    /// Who runs activities that come with answers.
    let activityWorker: ActivityWorker?
    let cache: RunCache
    let local: LocalActivityRunner
    /// Whether the namespace takes answers in pages; known once the worker has begun.
    let paging = NIOLockedValueBox(CompletionPages.Limits())
    let end: WorkerEnd
    let poller: TaskPoller<API.WorkflowTask>

    init(
        service: any WorkflowTaskService,
        registry: WorkflowRegistry,
        activities: ActivityRegistry? = nil,
        activityWorker: ActivityWorker? = nil,
        client: TemporalClient? = nil,
        interceptors: [any WorkerInterceptor] = [],
        configuration: TemporalWorker.Configuration,
        payloads: PayloadContext,
        identity: WorkerReport.Identity,
        clock: WorkerClock,
        end: WorkerEnd? = nil,
        executor: EventLoopTaskExecutor?,
        logger: Logger,
        metrics: WorkflowMetrics
    ) {
        self.service = service
        self.registry = registry
        self.activityWorker = activityWorker
        self.configuration = configuration
        self.payloads = payloads
        self.identity = identity
        let stickyQueue = "\(identity.identity)-\(identity.instanceKey)"
        self.stickyQueue = stickyQueue
        let end = end ?? WorkerEnd(clock: clock, logger: logger)
        self.end = end
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
            slots: TaskSlots(configuration.slots.localActivities, clock: clock),
            payloads: payloads,
            taskQueue: identity.taskQueue,
            client: client,
            interceptors: interceptors,
            clock: clock,
            stopping: end.stopping,
            leavesThread: executor != nil,
            logger: logger
        )
        // The queue of kept runs is polled before the first answer, or the server would not use it.
        let sources = Self.pollers(configuration).map { isSticky, behavior in
            let sticky = isSticky ? stickyQueue : nil
            let request = Self.pollRequest(identity, namespace: payloads.namespace, sticky: sticky)
            return TaskPoller<API.WorkflowTask>.Source(behavior: behavior) {
                let task = try await service.poll(request)
                let hasTask = !task.taskToken.isEmpty
                if !hasTask { metrics.pollNoTask.increment() }
                return .init(task: hasTask ? task : nil, suggestion: task.suggestion)
            }
        }
        self.poller = TaskPoller(
            slots: TaskSlots(configuration.slots.workflowTasks, clock: clock),
            sources: sources,
            end: end,
            clock: clock
        )
    }

    var namespace: String { self.payloads.namespace }
    var taskQueue: String { self.identity.taskQueue }
    var interceptors: [any WorkerInterceptor] { self.local.interceptors }
    var keepsRuns: Bool { Self.keepsRuns(self.configuration) }
    var stopping: OneShot { self.end.stopping }

    /// With one slot there would be a poll of one queue at a time, and what is in the other one would wait for it.
    private static func keepsRuns(_ configuration: TemporalWorker.Configuration) -> Bool {
        configuration.maxCachedWorkflows > 0 && configuration.slots.workflowTasks.minimum > 1
    }

    /// How the queue of the runs that are kept is polled, and that of all others: one in five polls is for these.
    private static func pollers(
        _ configuration: TemporalWorker.Configuration
    ) -> [(isSticky: Bool, behavior: PollerBehavior)] {
        let behavior = configuration.workflowPollers
        guard self.keepsRuns(configuration) else { return [(false, behavior)] }
        guard !behavior.isAutoscaling else { return [(false, behavior), (true, behavior)] }
        let sticky = behavior.initial * 4 / 5
        return [(false, .simpleMaximum(behavior.initial - sticky)), (true, .simpleMaximum(sticky))]
    }

    /// Runs until it is shut down and what was processed has been answered.
    ///
    /// - Throws: What no later poll can cure; see ``PollBackoff/Trouble``.
    func run() async throws {
        await withTaskCancellationHandler {
            guard let capabilities = await self.end.capabilities({ try await self.describeNamespace() }) else { return }
            self.logger.info("The worker polls for workflow tasks")
            await withDiscardingTaskGroup { helpers in
                helpers.addTask { await self.drain(capabilities) }
                helpers.addTask { await self.local.run() }
                await self.takingEagerStarts {
                    await self.poller.run(isServerScaling: capabilities.pollerAutoscaling) { task in
                        // A task that was taken is answered, also by a worker that is cancelled meanwhile.
                        await shielded(on: self.executor) { await self.process(task) }
                    }
                }
                helpers.cancelAll()
            }
            for run in self.cache.removeAll() { await shielded(on: nil) { await self.evict(run) } }
        } onCancel: {
            self.end.begin()
        }
        try self.end.check()
    }
}

// MARK: - Polling

extension WorkflowWorker {
    /// Asks for the namespace, and takes note of what it says of answers in pages.
    private func describeNamespace() async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse {
        let answer = try await CompletionPaging.$isByCaller.withValue(true) {
            try await self.service.describeNamespace()
        }
        self.paging.withLockedValue { limits in
            limits.arePagesTaken = answer.namespaceInfo.capabilities.workflowTaskCompletionPagination
            limits.total = Int(answer.namespaceInfo.limits.workflowTaskCompletionSizeLimitError)
        }
        return answer
    }

    /// Runs something that processes tasks, those too that come with the start of a workflow by the worker's client.
    private func takingEagerStarts(_ body: () async -> Void) async {
        guard let client = self.local.client else { return await body() }
        await client.connection.eagerStarts.with(self, body)
    }
}

extension WorkflowWorker {
    /// What a worker asks for with each poll.
    ///
    /// - Parameters:
    ///   - identity: The worker's.
    ///   - namespace: Its namespace.
    ///   - sticky: The queue of the runs that it keeps; nil for the one of all workers.
    /// - Returns: The request.
    private static func pollRequest(
        _ identity: WorkerReport.Identity,
        namespace: String,
        sticky: String?
    ) -> Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest {
        .with { request in
            request.namespace = namespace
            request.identity = identity.identity
            request.workerInstanceKey = identity.instanceKey
            if let deployment = identity.deployment { request.deploymentOptions = deployment.message }
            request.taskQueue = .with { queue in
                queue.name = sticky ?? identity.taskQueue
                queue.kind = sticky == nil ? .normal : .sticky
                if sticky != nil { queue.normalName = identity.taskQueue }
            }
        }
    }

    /// Waits for the shutdown, and leads through it: polls end, and the server hands the tasks of kept runs to others.
    private func drain(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        await self.end.stopping.wait()
        if !capabilities.workerPollCompleteOnShutdown { self.end.pollsEnd.fire() }
        await shielded(on: self.executor) { await self.tellShutdown() }
        try? await self.clock.sleep(for: ActivityWorker.pollsMayStay)
        self.end.pollsEnd.fire()
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

extension API.WorkflowTask {
    /// How many polls more the server would like, or fewer; nil if it says nothing.
    fileprivate var suggestion: Int? {
        self.hasPollerScalingDecision ? Int(self.pollerScalingDecision.pollRequestDeltaSuggestion) : nil
    }
}
