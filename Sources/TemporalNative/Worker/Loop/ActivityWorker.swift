//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GroundworkNIO
import Logging
import Metrics
import NIOConcurrencyHelpers
import TemporalAPI

/// What a worker does with activities: it polls for attempts and runs them.
final class ActivityWorker: Sendable {
    let service: any ActivityService
    let registry: ActivityRegistry
    let configuration: TemporalWorker.Configuration
    let payloads: PayloadContext
    let identity: WorkerReport.Identity
    let client: TemporalClient?
    let interceptors: [any WorkerInterceptor]
    let clock: WorkerClock
    /// What makes calls runs here, and activities do not: they may take their time.
    ///
    /// Nil if all run where the caller of ``TemporalWorker/run()`` wants it.
    let executor: EventLoopTaskExecutor?
    let logger: Logger
    let metrics: WorkerMetrics

    private let polls: PollCounter
    let tasks: TaskCounter
    let running = RunningActivities()
    let end: WorkerEnd
    let poller: TaskPoller<ActivityTask>

    init(
        service: any ActivityService,
        registry: ActivityRegistry,
        configuration: TemporalWorker.Configuration,
        payloads: PayloadContext,
        identity: WorkerReport.Identity,
        client: TemporalClient?,
        interceptors: [any WorkerInterceptor],
        clock: WorkerClock,
        end: WorkerEnd,
        executor: EventLoopTaskExecutor?,
        logger: Logger,
        metrics: WorkerMetrics
    ) {
        self.service = service
        self.registry = registry
        self.configuration = configuration
        self.payloads = payloads
        self.identity = identity
        self.client = client
        self.interceptors = interceptors
        self.clock = clock
        self.executor = executor
        self.logger = logger
        self.metrics = metrics
        self.end = end
        let polls = PollCounter(metrics.pollers)
        self.polls = polls
        let slots = TaskSlots(configuration.slots.activities, clock: clock)
        self.tasks = TaskCounter(used: metrics.slotsUsed, available: metrics.slotsAvailable, slots: slots.count)
        let request = Self.pollRequest(identity, namespace: payloads.namespace, configuration)
        let rate = NIOLockedValueBox(configuration.maxActivitiesPerSecond.map(RateLimit.init))
        self.poller = TaskPoller(
            slots: slots,
            sources: [
                .init(behavior: configuration.activityPollers) {
                    let now = clock.now()
                    try await clock.sleep(for: rate.withLockedValue { $0?.take(at: now) ?? .zero })
                    let task = try await polls.counting { try await service.poll(request) }
                    let hasTask = !task.taskToken.isEmpty
                    if !hasTask { metrics.pollNoTask.increment() }
                    return .init(task: hasTask ? task : nil, suggestion: task.suggestion)
                }
            ],
            end: end,
            clock: clock
        )
    }

    var namespace: String { self.payloads.namespace }
    var taskQueue: String { self.identity.taskQueue }

    /// Runs until the worker shuts down, and everything that was running has ended and been reported.
    func run(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        self.metrics.workerStart.increment()
        await self.poller.run(isServerScaling: capabilities.pollerAutoscaling) { await self.attempt($0) }
    }

    /// What it has done; the next interval begins here.
    func report() -> WorkerReport.Activities {
        .init(
            tasks: self.tasks.report(of: self.poller.slots.supplier),
            polls: .init(self.polls, of: self.configuration.activityPollers)
        )
    }
}

extension WorkerReport.Polls {
    /// What has been counted of a queue.
    init(_ polls: PollCounter, of behavior: PollerBehavior) {
        self.init(underWay: polls.underWay, lastAnswer: polls.lastAnswer, isAutoscaling: behavior.isAutoscaling)
    }
}

extension ActivityTask {
    /// How many polls more the server would like, or fewer; nil if it says nothing.
    fileprivate var suggestion: Int? {
        self.hasPollerScalingDecision ? Int(self.pollerScalingDecision.pollRequestDeltaSuggestion) : nil
    }
}
