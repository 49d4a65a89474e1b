//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Groundwork
import Logging
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A local activity with its attempts, until it has ended or has to wait for longer than a workflow task lasts.
struct LocalActivityAttempts: Sendable {
    let activity: LocalActivity
    let run: WorkflowRun
    let runner: LocalActivityRunner
    /// When it was to be started.
    let began: ContinuousClock.Instant
    let cancelled: OneShot

    private enum Result: Sendable {
        case completed(ProtoPayloads)
        case canceled
        /// The worker shuts down, or the run was given up.
        case interrupted
        case timedOut(Temporal_Api_Enums_V1_TimeoutType)
        case failed(ProtoFailure)
    }

    /// Runs it.
    ///
    /// - Returns: How it ended; nil if it did not, because its task was cancelled.
    func run() async -> LocalActivityEnding? {
        if let limit = self.activity.scheduleToStartTimeout, self.elapsed > limit {
            return self.ending(1, .failed(Self.timeout(.scheduleToStart)))
        }
        var attempt = self.activity.attempt
        while !self.cancelled.hasFired {
            let failure: ProtoFailure
            switch await self.result(of: attempt) {
            case .completed(let payloads):
                return self.ending(attempt, .completed(payloads.payloads.isEmpty ? nil : payloads))
            case .canceled: return self.ending(attempt, .failed(Self.canceled))
            case .interrupted: return nil
            case .timedOut(let kind):
                failure = Self.timeout(kind)
                guard kind == .startToClose else { return self.ending(attempt, .failed(failure)) }
            case .failed(let failed): failure = failed
            }
            guard let delay = self.delay(after: attempt, failure) else { return self.ending(attempt, .failed(failure)) }
            guard delay <= self.activity.localRetryThreshold else {
                return self.ending(attempt, .backedOff(failure, delay))
            }
            let clock = self.runner.clock
            await self.cancelled.cancelling { try? await clock.sleep(for: delay) }
            if Task.isCancelled { return nil }
            attempt += 1
        }
        return self.ending(attempt, .failed(Self.canceled))
    }

    private func ending(_ attempt: Int, _ outcome: LocalActivityEnding.Outcome) -> LocalActivityEnding {
        LocalActivityEnding(
            sequence: self.activity.sequence,
            attempt: attempt,
            runtime: self.elapsed,
            outcome: outcome
        )
    }

    private var elapsed: Duration { self.began.duration(to: self.runner.clock.now()) }

    /// What is left of the time for all attempts, delays between them included.
    private var rest: Duration? {
        guard let limit = self.activity.scheduleToCloseTimeout else { return nil }
        let before = self.activity.scheduledTime.timeIntervalSince(self.activity.originalScheduleTime)
        return limit - .seconds(before) - self.elapsed
    }
}

// MARK: - Retries

extension LocalActivityAttempts {
    /// When to try again; nil if not at all.
    private func delay(after attempt: Int, _ failure: ProtoFailure) -> Duration? {
        let policy = self.activity.retryPolicy
        if case .applicationFailureInfo(let info) = failure.failureInfo {
            guard !info.nonRetryable, !policy.nonRetryableErrorTypes.contains(info.type) else { return nil }
        }
        guard policy.maximumAttempts == 0 || attempt < Int(policy.maximumAttempts) else { return nil }
        let delay = Self.delay(after: attempt, policy, asked: failure.applicationFailureInfo.askedDelay)
        if let rest, delay >= rest { return nil }
        return delay
    }

    /// The delay after an attempt: as the server's.
    static func delay(
        after attempt: Int,
        _ policy: Temporal_Api_Common_V1_RetryPolicy,
        asked: Duration? = nil
    ) -> Duration {
        if let asked { return asked }
        func seconds(_ message: Google_Protobuf_Duration) -> Double {
            Double(message.seconds) + Double(message.nanos) / 1e9
        }
        let first = policy.hasInitialInterval ? max(seconds(policy.initialInterval), 0.001) : 1
        let longest = policy.hasMaximumInterval ? seconds(policy.maximumInterval) : 100 * first
        let coefficient = policy.backoffCoefficient < 1 ? 2 : policy.backoffCoefficient
        // The power grows beyond all numbers; the smaller one of the two is one.
        var delay = first
        for _ in 1..<max(attempt, 1) where delay < longest { delay *= coefficient }
        return .milliseconds(Int64(min(delay, longest) * 1_000))
    }

    private static func timeout(_ kind: Temporal_Api_Enums_V1_TimeoutType) -> ProtoFailure {
        .with { failure in
            failure.message = "activity \(kind) timeout"
            failure.source = failureSource
            failure.timeoutFailureInfo.timeoutType = kind
        }
    }

    private static var canceled: ProtoFailure {
        .with { failure in
            failure.message = "Canceled"
            failure.source = failureSource
            failure.canceledFailureInfo = .init()
        }
    }
}

extension Temporal_Api_Failure_V1_ApplicationFailureInfo {
    fileprivate var askedDelay: Duration? { self.hasNextRetryDelay ? Duration(self.nextRetryDelay) : nil }
}

// MARK: - An attempt

extension LocalActivityAttempts {
    /// The time for an attempt, and which timeout it is.
    private var limit: (Duration, Temporal_Api_Enums_V1_TimeoutType)? {
        switch (self.activity.startToCloseTimeout, self.rest) {
        case (let one?, let all?) where all <= one: (all, .scheduleToClose)
        case (let one?, _): (one, .startToClose)
        case (nil, let all?): (all, .scheduleToClose)
        case (nil, nil): nil
        }
    }

    private func result(of attempt: Int) async -> Result {
        let execution = ActivityExecution(
            deadline: LocalDeadline(
                started: self.runner.clock.now(),
                startToClose: nil,
                scheduleToClose: nil,
                waited: .zero,
                heartbeat: nil
            ),
            heartbeatInterval: .seconds(60),
            clock: self.runner.clock
        ) { _ in .goOn }
        let (limit, cancelled, clock) = (self.limit, self.cancelled, self.runner.clock)
        let ending: ActivityExecution.Ending? = await withTaskGroup(of: ActivityExecution.Ending?.self) { group in
            group.addTask { await execution.run { try await self.payloads(attempt, execution) } }
            group.addTask {
                await cancelled.wait()
                if cancelled.hasFired { execution.cancel(.canceled) }
                return nil
            }
            if let limit {
                group.addTask {
                    if (try? await clock.sleep(for: limit.0)) != nil { execution.cancel(.timedOut) }
                    return nil
                }
            }
            while let ending = await group.next() {
                guard let ending else { continue }
                group.cancelAll()
                return ending
            }
            return nil
        }
        switch ending {
        case .returned(let result):
            do {
                return .completed(try await self.plain(result))
            } catch {
                return .failed(await self.failure(for: error))
            }
        case .threw(let error):
            switch execution.cancellationReason {
            case .timedOut: return .timedOut(limit?.1 ?? .startToClose)
            case .canceled where ending?.kind == .threwCancellation: return .canceled
            case nil where Task.isCancelled: return .interrupted
            default: return .failed(await self.failure(for: error))
            }
        case nil: return .interrupted
        }
    }

    /// Runs the function.
    private func payloads(_ attempt: Int, _ execution: ActivityExecution) async throws -> [Payload] {
        guard let activity = self.runner.registry?[self.activity.type] else {
            preconditionFailure("what is not registered is not started")
        }
        let info = self.info(attempt)
        var payloads = self.runner.payloads
        payloads.target = .workflow(
            namespace: info.namespace,
            id: self.run.workflowID,
            runID: self.run.runID,
            type: self.run.start.workflowType
        )
        let input = try await self.coded([Payload](self.activity.input))
        let context = ActivityContext(
            info: info,
            headers: try self.activity.headers.mapValues { try Payload($0) },
            payloads: payloads,
            attemptLogger: AttemptLogger(self.runner.logger, info),
            previousDetails: [],
            execution: execution,
            interceptors: self.runner.interceptors,
            workerShutdown: self.runner.stopping,
            clientOrNone: self.runner.client
        )
        guard self.runner.leavesThread else { return try await context.run(activity, input) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await context.run(activity, input)
        }
    }

    private func info(_ attempt: Int) -> ActivityInfo {
        let now = Date()
        return ActivityInfo(
            activityType: self.activity.type,
            activityID: self.activity.id,
            workflow: .init(
                id: self.run.workflowID,
                runID: self.run.runID,
                type: self.run.start.workflowType
            ),
            namespace: self.run.namespace,
            taskQueue: self.runner.taskQueue,
            attempt: attempt,
            taskToken: Data(),
            scheduledTime: self.activity.originalScheduleTime,
            currentAttemptScheduledTime: now,
            startedTime: now,
            scheduleToCloseTimeout: self.activity.scheduleToCloseTimeout,
            startToCloseTimeout: self.activity.startToCloseTimeout,
            priorityKey: self.activity.priorityKey,
            isLocal: true
        )
    }
}

// MARK: - Payloads

extension LocalActivityAttempts {
    /// Payloads of the workflow as an activity is used to get them: through the codecs, references as they are.
    private func coded(_ payloads: [Payload]) async throws -> [Payload] {
        try await self.changed(payloads, self.runner.payloads.converter.encode)
    }

    /// The result as the workflow gets it: codecs undone, references as they are.
    private func plain(_ payloads: [Payload]) async throws -> ProtoPayloads {
        try ProtoPayloads(await self.changed(payloads, self.runner.payloads.converter.decode))
    }

    private func changed(
        _ payloads: [Payload],
        _ change: ([Payload]) async throws -> [Payload]
    ) async throws -> [Payload] {
        var result = payloads
        let indices = result.indices.filter { !self.runner.payloads.isReference(result[$0]) }
        for (index, payload) in zip(indices, try await change(indices.map { result[$0] })) { result[index] = payload }
        return result
    }

    /// The failure that stands for an error, before any codec: those are applied to the marker.
    private func failure(for error: any Error) async -> ProtoFailure {
        if let error = ExternalStorageError.underlying(error) { return .storage(error) }
        if error is ActivityResultPending {
            return WorkflowValues.failure(
                ApplicationFailure("a local activity cannot be completed by somebody else", isNonRetryable: true)
            )
        }
        var payloads = self.runner.payloads
        payloads.converter.codecs = []
        do {
            return try await payloads.failure(for: error)
        } catch {
            return WorkflowValues.failure(error)
        }
    }
}
