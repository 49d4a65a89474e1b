//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Logging
import Metrics
import SwiftProtobuf
import TemporalAPI

/// One attempt of an activity, from its task to its report.
struct ActivityAttempt: Sendable {
    let worker: ActivityWorker
    let info: ActivityInfo
    let execution: ActivityExecution
    private let attemptLogger: AttemptLogger
    var logger: Logger { self.attemptLogger.logger }
    let payloads: PayloadContext
    let began: ContinuousClock.Instant
    /// How long before the start the activity was scheduled, by the server's clock.
    let waited: Duration
    private let task: ActivityTask

    init(_ task: ActivityTask, began: ContinuousClock.Instant, worker: ActivityWorker) {
        let info = ActivityInfo(task, namespace: worker.namespace, taskQueue: worker.taskQueue)
        let waited = task.scheduledTime.duration(to: task.startedTime)
        self.worker = worker
        self.info = info
        self.task = task
        self.began = began
        self.waited = waited
        self.attemptLogger = AttemptLogger(worker.logger, info)
        self.payloads = Self.payloads(worker.payloads, info)
        let (service, identity, namespace) = (worker.service, worker.identity.identity, worker.namespace)
        self.execution = ActivityExecution(
            deadline: LocalDeadline(
                started: began,
                startToClose: info.startToCloseTimeout,
                scheduleToClose: info.scheduleToCloseTimeout,
                waited: waited,
                heartbeat: info.heartbeatTimeout
            ),
            heartbeatInterval: HeartbeatThrottle<Void>.interval(
                heartbeatTimeout: info.heartbeatTimeout,
                longest: worker.configuration.maxHeartbeatThrottleInterval,
                fallback: worker.configuration.defaultHeartbeatThrottleInterval
            ),
            heartbeatTimeout: info.heartbeatTimeout,
            clock: worker.clock
        ) { details in
            let request = try Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest.with { request in
                request.taskToken = info.taskToken
                request.details = try ProtoPayloads(details)
                request.identity = identity
                request.namespace = namespace
            }
            do {
                // What cannot be stored ends the attempt here, which then is reported once (ES-F6).
                let answer = try await StorageFailureRecord.$isReportedByCaller.withValue(true) {
                    try await service.heartbeat(request)
                }
                let reason = ActivityCancellationReason.reason(
                    cancelRequested: answer.cancelRequested,
                    activityReset: answer.activityReset,
                    activityPaused: answer.activityPaused
                )
                return reason.map { .cancel($0) } ?? .goOn
            } catch let error as TemporalError where error.code == .notFound {
                return .cancel(.notFound)
            } catch let error as TemporalError where error.code == .externalStorageFailed {
                throw ExternalStorageError.underlying(error) ?? error
            }
        }
    }

    /// Results and heartbeats belong to the workflow, or to an activity that stands alone (ES-T5).
    private static func payloads(_ payloads: PayloadContext, _ info: ActivityInfo) -> PayloadContext {
        var payloads = payloads
        if let workflow = info.workflow {
            payloads.target = .workflow(
                namespace: info.namespace,
                id: workflow.id,
                runID: workflow.runID,
                type: workflow.type
            )
        } else {
            payloads.target = .activity(
                namespace: info.namespace,
                id: info.activityID,
                runID: info.activityRunID,
                type: info.activityType
            )
        }
        return payloads
    }

    /// Runs the activity to its end.
    func run() async -> ActivityExecution.Ending {
        guard let activity = self.worker.registry[self.info.activityType] else {
            return .threw(self.unknownActivity)
        }
        self.worker.metrics.of(activity.name).received.increment()
        return await self.execution.run {
            // An activity may take its time, which calls on the thread of the connection do not have.
            guard self.worker.executor != nil else { return try await self.run(activity) }
            return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await self.run(activity) }
        }
    }

    @concurrent
    private func run(_ activity: Activity) async throws -> [Payload] {
        let context = ActivityContext(
            info: self.info,
            headers: try .init(self.task.header),
            payloads: self.payloads,
            attemptLogger: self.attemptLogger,
            previousDetails: try [Payload](self.task.heartbeatDetails),
            execution: self.execution,
            interceptors: self.worker.interceptors,
            workerShutdown: self.worker.end.stopping,
            clientOrNone: self.worker.client
        )
        return try await context.run(activity, [Payload](self.task.input))
    }

    private var unknownActivity: ApplicationFailure {
        let names = self.worker.registry.names.joined(separator: ", ")
        return ApplicationFailure(
            "the worker of task queue \(self.info.taskQueue) has no activity \"\(self.info.activityType)\"; it has \(names)",
            type: "NotFoundError"
        )
    }
}
