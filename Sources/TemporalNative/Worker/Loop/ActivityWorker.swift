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

/// What a worker does with activities: it polls for attempts and runs them, and sees to its heartbeats and its shutdown.
final class ActivityWorker: Sendable {
    struct State: Sendable {
        var counters = WorkerCounters()
        var lastReport: ContinuousClock.Instant?
        var lastTicks: HostUsage.Ticks?
    }

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
    /// Nil if all run where the caller of ``run()`` wants it.
    let executor: EventLoopTaskExecutor?
    let logger: Logger
    let metrics: WorkerMetrics

    let state = NIOLockedValueBox(State())
    let polls: ActivityPolls
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
        let polls = ActivityPolls(
            service: service,
            request: Self.pollRequest(identity, namespace: payloads.namespace, configuration),
            clock: clock,
            metrics: metrics,
            rate: configuration.maxActivitiesPerSecond.map(RateLimit.init)
        )
        self.polls = polls
        self.poller = TaskPoller(
            slots: TaskSlots(configuration.slots.activities, clock: clock),
            sources: [.init(behavior: configuration.activityPollers) { try await polls.poll() }],
            end: end,
            clock: clock
        )
    }

    var namespace: String { self.payloads.namespace }
    var taskQueue: String { self.identity.taskQueue }

    /// Runs until it is shut down, and everything that was running has ended and been reported.
    ///
    /// Cancellation shuts it down at once: activities are cancelled without a grace period, and their reports are sent
    /// all the same.
    ///
    /// - Throws: What no later poll can cure; see ``PollBackoff/Trouble``.
    func run() async throws {
        await withTaskCancellationHandler {
            guard
                let capabilities = await self.end.capabilities({ try await self.service.describeNamespace() })
            else { return }
            self.metrics.workerStart.increment()
            self.logger.info("The worker polls for activities")
            await withDiscardingTaskGroup { helpers in
                helpers.addTask { await self.reportRegularly(capabilities) }
                helpers.addTask { await self.drain(capabilities) }
                await self.poller.run(isServerScaling: capabilities.pollerAutoscaling) { await self.attempt($0) }
                helpers.cancelAll()
            }
            await shielded(on: self.executor) { await self.report(status: .shutdown, capabilities) }
            self.logger.info("The worker has ended")
        } onCancel: {
            self.running.cancelAll(.workerShutdown)
            self.end.begin()
        }
        try self.end.check()
    }
}
