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
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI

/// One running worker, as the server sees it: its key, what it says of itself, and the order in which it ends.
///
/// When it shuts down, it takes no more tasks, ends its polls and tells the server, answers the workflow tasks that it has,
/// waits for activities and cancels them when the grace period is over, gives up the runs that it keeps, and says that it
/// has ended.
final class WorkerInstance: Sendable {
    private struct State: Sendable {
        var lastReport: ContinuousClock.Instant?
        var lastTicks: HostUsage.Ticks?
    }

    /// How long polls may stay open that the server has promised to end.
    private static let pollsMayStay = Duration.seconds(10)

    private let service: any WorkerService
    private let namespace: String
    private let identity: WorkerReport.Identity
    private let configuration: TemporalWorker.Configuration
    private let activities: ActivityWorker?
    private let workflows: WorkflowWorker?
    private let end: WorkerEnd
    private let clock: WorkerClock
    private let executor: EventLoopTaskExecutor?
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    init(
        service: any WorkerService,
        namespace: String,
        identity: WorkerReport.Identity,
        configuration: TemporalWorker.Configuration,
        activities: ActivityWorker?,
        workflows: WorkflowWorker?,
        end: WorkerEnd,
        clock: WorkerClock,
        executor: EventLoopTaskExecutor?,
        logger: Logger
    ) {
        self.service = service
        self.namespace = namespace
        self.identity = identity
        self.configuration = configuration
        self.activities = activities
        self.workflows = workflows
        self.end = end
        self.clock = clock
        self.executor = executor
        self.logger = logger
    }

    /// Begins to shut down, after which ``run()`` returns.
    func beginShutdown() { self.end.begin() }

    /// Runs until it is shut down, and everything that was running has ended and been reported.
    ///
    /// Cancellation shuts it down at once: activities are cancelled without a grace period, and their reports are sent
    /// all the same.
    ///
    /// - Throws: What no later poll can cure; see ``PollBackoff/Trouble``.
    func run() async throws {
        await withTaskCancellationHandler {
            guard let capabilities = await self.end.capabilities({ try await self.describeNamespace() }) else { return }
            self.logger.info("The worker polls for tasks")
            await withDiscardingTaskGroup { helpers in
                helpers.addTask { await self.reportRegularly(capabilities) }
                helpers.addTask { await self.drain(capabilities) }
                await withDiscardingTaskGroup { parts in
                    if let activities { parts.addTask { await activities.run(capabilities) } }
                    if let workflows { parts.addTask { await workflows.run(capabilities) } }
                }
                helpers.cancelAll()
            }
            await shielded(on: self.executor) {
                await self.workflows?.evictAll()
                await self.report(status: .shutdown, capabilities)
            }
            self.logger.info("The worker has ended")
        } onCancel: {
            self.activities?.running.cancelAll(.workerShutdown)
            self.end.begin()
        }
        try self.end.check()
    }
}

extension WorkerInstance {
    private func describeNamespace() async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse {
        let answer = try await CompletionPaging.$isByCaller.withValue(true) {
            try await self.service.describeNamespace()
        }
        self.workflows?.take(answer.namespaceInfo)
        return answer
    }
}

// MARK: - Heartbeats

extension WorkerInstance {
    /// Tells the server of the worker, at once and then regularly, until the task is cancelled.
    private func reportRegularly(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        guard let interval = self.configuration.workerHeartbeatInterval, capabilities.workerHeartbeats else { return }
        while !Task.isCancelled {
            await self.report(status: self.end.stopping.hasFired ? .shuttingDown : .running, capabilities)
            guard (try? await self.clock.sleep(for: interval)) != nil else { return }
        }
    }

    /// Sends one heartbeat of the worker, if the server wants any.
    ///
    /// A failure is logged, and that is all.
    private func report(
        status: Temporal_Api_Enums_V1_WorkerStatus,
        _ capabilities: WorkerEnd.NamespaceCapabilities
    ) async {
        guard self.configuration.workerHeartbeatInterval != nil, capabilities.workerHeartbeats else { return }
        let report = self.makeReport(status: status)
        do {
            try await self.service.heartbeat(
                of: .with { request in
                    request.namespace = self.namespace
                    request.identity = self.identity.identity
                    request.workerHeartbeat = [report.message]
                }
            )
        } catch {
            self.logger.debug("The heartbeat of the worker was lost", metadata: ["error": "\(error)"])
        }
    }

    /// What the worker says of itself now; the next interval begins here.
    private func makeReport(status: Temporal_Api_Enums_V1_WorkerStatus) -> WorkerReport {
        let now = self.clock.now()
        let (ticks, memory) = (HostUsage.currentTicks(), HostUsage.currentMemoryUsage())
        let (last, lastTicks) = self.state.withLockedValue { state in
            defer { state = State(lastReport: now, lastTicks: ticks) }
            return (state.lastReport, state.lastTicks)
        }
        return WorkerReport(
            identity: self.identity,
            status: status,
            now: .now,
            sinceLast: last.map { $0.duration(to: now) },
            activities: self.activities?.report(),
            workflows: self.workflows?.report(),
            processorUsage: ticks?.usage(since: lastTicks) ?? 0,
            memoryUsage: memory ?? 0
        )
    }
}

// MARK: - Shutdown

extension WorkerInstance {
    /// Waits for the shutdown to begin and leads through it: polls end, the server is told, and when the grace period is
    /// over, activities are cancelled.
    ///
    /// The task is cancelled when nothing runs any more.
    private func drain(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        await self.end.stopping.wait()
        self.logger.info("The worker shuts down")
        await withDiscardingTaskGroup { group in
            group.addTask { await self.endPolls(capabilities) }
            group.addTask {
                guard (try? await self.clock.sleep(for: self.configuration.gracefulShutdownPeriod)) != nil else {
                    return
                }
                self.activities?.running.cancelAll(.workerShutdown)
            }
        }
    }

    /// Gives polls up at once, unless the server ends them itself, without losing a task that it has just handed out.
    private func endPolls(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        if !capabilities.workerPollCompleteOnShutdown { self.end.pollsEnd.fire() }
        await shielded(on: self.executor) { await self.tellShutdown(capabilities) }
        try? await self.clock.sleep(for: Self.pollsMayStay)
        self.end.pollsEnd.fire()
    }

    /// Best effort: a server that does not hear it finds out by itself.
    private func tellShutdown(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        let heartbeat = capabilities.workerHeartbeats ? self.makeReport(status: .shuttingDown).message : nil
        do {
            try await self.service.shutDown(
                .with { request in
                    request.namespace = self.namespace
                    request.identity = self.identity.identity
                    request.reason = "graceful shutdown"
                    request.workerInstanceKey = self.identity.instanceKey
                    request.taskQueue = self.identity.taskQueue
                    if let workflows {
                        request.taskQueueTypes.append(.workflow)
                        // The tasks of runs that are kept go to others.
                        if workflows.keepsRuns { request.stickyTaskQueue = workflows.stickyQueue }
                    }
                    if self.activities != nil { request.taskQueueTypes.append(.activity) }
                    if let heartbeat { request.workerHeartbeat = heartbeat }
                }
            )
        } catch {
            self.logger.debug("The server could not be told of the shutdown", metadata: ["error": "\(error)"])
        }
    }
}
