//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Groundwork
import GroundworkNIO
import Logging
import TemporalAPI
import WorkflowEngine

/// Runs local activities, as many at a time as there are slots.
///
/// They are child tasks of ``run()``, and outlive the workflow task that started them: a long one goes on while the server
/// is told that the worker is alive.
final class LocalActivityRunner: Sendable {
    private struct Job: Sendable {
        var activity: LocalActivity
        var run: KeptRun
        var cancelled: OneShot
    }

    /// The activities of the worker; nil if it has none.
    let registry: ActivityRegistry?
    let payloads: PayloadContext
    let taskQueue: String
    let client: TemporalClient?
    /// The interceptors of the worker.
    let interceptors: [any WorkerInterceptor]
    let clock: WorkerClock
    let stopping: OneShot
    /// Whether jobs arrive on the thread of the connection, which activities must not hold up.
    let leavesThread: Bool
    let logger: Logger
    let slots: TaskSlots
    let tasks: TaskCounter
    private let jobs: AsyncStream<Job>
    private let submit: AsyncStream<Job>.Continuation

    init(
        registry: ActivityRegistry?,
        slots: TaskSlots,
        metrics: WorkflowMetrics,
        payloads: PayloadContext,
        taskQueue: String,
        client: TemporalClient?,
        interceptors: [any WorkerInterceptor],
        clock: WorkerClock,
        stopping: OneShot,
        leavesThread: Bool,
        logger: Logger
    ) {
        self.registry = registry
        self.slots = slots
        self.tasks = TaskCounter(
            used: metrics.localSlotsUsed,
            available: metrics.localSlotsAvailable,
            slots: slots.count
        )
        self.payloads = payloads
        self.taskQueue = taskQueue
        self.client = client
        self.interceptors = interceptors
        self.clock = clock
        self.stopping = stopping
        self.leavesThread = leavesThread
        self.logger = logger
        (self.jobs, self.submit) = AsyncStream.makeStream()
    }

    /// Runs what is started until the task is cancelled, and waits for all of it.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await job in self.jobs { group.addTask { await self.perform(job) } }
            // What runs is not waited for by anybody any more.
            group.cancelAll()
        }
    }

    /// Does what a run wants done.
    ///
    /// - Throws: `WorkflowTaskFailure` if the worker has no activity of a name; then nothing was started.
    func take(_ work: LocalActivityWork, of run: KeptRun) throws {
        for activity in work.starting where self.registry?[activity.type] == nil {
            let names = self.registry?.names.joined(separator: ", ") ?? "none"
            throw WorkflowTaskFailure(
                cause: .workflowWorkerUnhandledFailure,
                message: """
                    the worker of task queue \(self.taskQueue) has no activity "\(activity.type)" that could run locally; \
                    it has \(names)
                    """
            )
        }
        for activity in work.starting {
            let cancelled = run.localActivities.begin(activity.sequence)
            self.submit.yield(Job(activity: activity, run: run, cancelled: cancelled))
        }
        for sequence in work.cancelling { run.localActivities.cancel(sequence) }
    }

    private func perform(_ job: Job) async {
        let attempts = LocalActivityAttempts(
            activity: job.activity,
            run: job.run.run,
            runner: self,
            began: self.clock.now(),
            cancelled: job.cancelled
        )
        var ending: LocalActivityEnding?
        if let slot = try? await self.slots.reserve() {
            self.tasks.began()
            ending = await attempts.run()
            let isCompleted = if case .completed = ending?.outcome { true } else { false }
            self.tasks.ended(failed: !isCompleted)
            slot.release()
        }
        job.run.localActivities.ended(job.activity.sequence, ending)
    }
}
