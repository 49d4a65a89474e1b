//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
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
    /// How many tasks found their run, and how many did not.
    private let cacheUse = NIOLockedValueBox((hits: 0, misses: 0))
    let local: LocalActivityRunner
    /// Whether the namespace takes answers in pages; known once the worker has begun.
    let paging = NIOLockedValueBox(CompletionPages.Limits())
    let end: WorkerEnd
    let poller: TaskPoller<API.WorkflowTask>
    let tasks: TaskCounter
    private let polls: [(isSticky: Bool, behavior: PollerBehavior, counter: PollCounter)]

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
            metrics: metrics,
            payloads: payloads,
            taskQueue: identity.taskQueue,
            client: client,
            interceptors: interceptors,
            clock: clock,
            stopping: end.stopping,
            leavesThread: executor != nil,
            logger: logger
        )
        let pollers = Self.pollers(configuration).map { ($0, PollCounter(metrics.pollers(isSticky: $0.isSticky))) }
        self.polls = pollers.map { poller, counter in (poller.isSticky, poller.behavior, counter) }
        let slots = TaskSlots(configuration.slots.workflowTasks, clock: clock)
        self.tasks = TaskCounter(used: metrics.slotsUsed, available: metrics.slotsAvailable, slots: slots.count)
        // The queue of kept runs is polled before the first answer, or the server would not use it.
        let sources = pollers.map { poller, counter in
            let sticky = poller.isSticky ? stickyQueue : nil
            let request = Self.pollRequest(identity, namespace: payloads.namespace, sticky: sticky)
            return TaskPoller<API.WorkflowTask>.Source(behavior: poller.behavior) {
                let task = try await counter.counting { try await service.poll(request) }
                let hasTask = !task.taskToken.isEmpty
                if !hasTask { metrics.pollNoTask.increment() }
                return .init(task: hasTask ? task : nil, suggestion: task.suggestion)
            }
        }
        self.poller = TaskPoller(slots: slots, sources: sources, end: end, clock: clock)
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

    /// Runs until the worker shuts down and what was processed has been answered.
    func run(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        await withDiscardingTaskGroup { helpers in
            helpers.addTask { await self.local.run() }
            await self.takingEagerStarts {
                await self.poller.run(isServerScaling: capabilities.pollerAutoscaling) { task in
                    // A task that was taken is answered, also by a worker that is cancelled meanwhile.
                    await shielded(on: self.executor) { await self.process(task) }
                }
            }
            helpers.cancelAll()
        }
    }

    /// Notes whether the run of a task was kept.
    func note(isKept: Bool) {
        (isKept ? self.metrics.cacheHits : self.metrics.cacheMisses).increment()
        self.cacheUse.withLockedValue { if isKept { $0.hits += 1 } else { $0.misses += 1 } }
    }

    /// Gives up the runs that are kept.
    func evictAll() async {
        for run in self.cache.removeAll() { await self.evict(run) }
    }

    /// What it has done; the next interval begins here.
    func report() -> WorkerReport.Workflows {
        func polls(isSticky: Bool) -> WorkerReport.Polls? {
            self.polls.first { $0.isSticky == isSticky }.map { .init($0.counter, of: $0.behavior) }
        }
        let (hits, misses) = self.cacheUse.withLockedValue { $0 }
        return .init(
            tasks: self.tasks.report(of: self.poller.slots.supplier),
            localActivities: self.local.tasks.report(of: self.local.slots.supplier),
            polls: polls(isSticky: false) ?? .init(underWay: 0, lastAnswer: nil, isAutoscaling: false),
            stickyPolls: polls(isSticky: true),
            cacheHits: hits,
            cacheMisses: misses,
            cachedRuns: self.cache.count
        )
    }
}

// MARK: - Polling

extension WorkflowWorker {
    /// Takes note of what a namespace says of answers in pages.
    func take(_ namespace: Temporal_Api_Namespace_V1_NamespaceInfo) {
        self.paging.withLockedValue { limits in
            limits.arePagesTaken = namespace.capabilities.workflowTaskCompletionPagination
            limits.total = Int(namespace.limits.workflowTaskCompletionSizeLimitError)
        }
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
}

extension API.WorkflowTask {
    /// How many polls more the server would like, or fewer; nil if it says nothing.
    fileprivate var suggestion: Int? {
        self.hasPollerScalingDecision ? Int(self.pollerScalingDecision.pollRequestDeltaSuggestion) : nil
    }
}
