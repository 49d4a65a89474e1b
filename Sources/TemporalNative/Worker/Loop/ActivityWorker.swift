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

/// What a worker does: slots that poll and run attempts, its heartbeats, and its shutdown.
///
/// A slot is a child task. One that is free borrows a poller and polls; with a task it gives the poller back and runs the
/// attempt itself. So there are never more attempts than slots, and never a task without a slot.
final class ActivityWorker: Sendable {
    struct State: Sendable {
        var counters = WorkerCounters()
        var rate: RateLimit?
        var lastPoll: Google_Protobuf_Timestamp?
        var lastReport: ContinuousClock.Instant?
        var lastTicks: HostUsage.Ticks?
        var fatal: (any Error)?
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

    let state: NIOLockedValueBox<State>
    let running = RunningActivities()
    let pollers: Pool<PollBackoff>
    /// No new attempts.
    let stopping = OneShot()
    /// Open polls are given up.
    let pollsEnd = OneShot()

    init(
        service: any ActivityService,
        registry: ActivityRegistry,
        configuration: TemporalWorker.Configuration,
        payloads: PayloadContext,
        identity: WorkerReport.Identity,
        client: TemporalClient?,
        interceptors: [any WorkerInterceptor],
        clock: WorkerClock,
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
        self.state = NIOLockedValueBox(State(rate: configuration.maxActivitiesPerSecond.map(RateLimit.init)))
        self.pollers = Pool(Array(repeating: PollBackoff(), count: configuration.activityPollers))
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
            guard let capabilities = await self.start() else { return }
            self.metrics.workerStart.increment()
            self.logger.info("The worker polls for activities")
            await withDiscardingTaskGroup { helpers in
                helpers.addTask { await self.reportRegularly(capabilities) }
                helpers.addTask { await self.drain(capabilities) }
                await withDiscardingTaskGroup { slots in
                    for _ in 0..<self.configuration.maxConcurrentActivities {
                        slots.addTask { await self.runSlot() }
                    }
                }
                helpers.cancelAll()
            }
            await shielded(on: self.executor) { await self.report(status: .shutdown, capabilities) }
            self.logger.info("The worker has ended")
        } onCancel: {
            self.running.cancelAll(.workerShutdown)
            self.beginShutdown()
        }
        if let fatal = self.state.withLockedValue({ $0.fatal }) { throw fatal }
    }

    /// Begins to shut down: no new attempts; what runs has the grace period.
    func beginShutdown() {
        self.stopping.fire()
    }

    /// Ends the worker because it cannot do its work.
    func giveUp(_ error: any Error) {
        self.logger.critical("The worker gives up", metadata: ["error": "\(error)"])
        self.state.withLockedValue { $0.fatal = $0.fatal ?? error }
        self.beginShutdown()
    }

    private func runSlot() async {
        while let task = await self.nextTask() { await self.attempt(task) }
    }
}
