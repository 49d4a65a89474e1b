//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
package import TemporalAPI

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// An activity that the workflow's worker runs within the workflow task.
package struct LocalActivity: Sendable {
    /// Its number in the run.
    package internal(set) var sequence: Int64 = 0
    package var id = ""
    package var type = ""
    package var input = API.Payloads()
    package var headers: [String: API.Payload] = [:]
    /// The attempt to begin with.
    package internal(set) var attempt = 1
    /// When the code scheduled it, by the workflow's clock.
    package internal(set) var scheduledTime = Date(timeIntervalSince1970: 0)
    /// When the code scheduled the first attempt.
    package internal(set) var originalScheduleTime = Date(timeIntervalSince1970: 0)
    package var startToCloseTimeout: Duration?
    package var scheduleToCloseTimeout: Duration?
    package var scheduleToStartTimeout: Duration?
    package var retryPolicy = Temporal_Api_Common_V1_RetryPolicy()
    /// Longer delays between attempts are timers of the server.
    package var localRetryThreshold = Duration.seconds(60)
    /// For the activity to know; 0 if none was given.
    package var priorityKey = 0

    package init() {}
}

/// How a local activity ended.
package struct LocalActivityEnding: Sendable {
    package enum Outcome: Sendable {
        case completed(API.Payloads?)
        /// For good: a failure, a timeout or a cancellation.
        case failed(API.Failure)
        /// To be tried again after a delay, which the server measures.
        case backedOff(API.Failure, Duration)
    }

    package var sequence: Int64
    /// The last attempt.
    package var attempt: Int
    /// How long it took from when it was to be started.
    package var runtime: Duration
    package var outcome: Outcome

    package init(sequence: Int64, attempt: Int, runtime: Duration, outcome: Outcome) {
        self.sequence = sequence
        self.attempt = attempt
        self.runtime = runtime
        self.outcome = outcome
    }
}

/// What is to be done about local activities.
package struct LocalActivityWork: Sendable {
    /// Those to be started, in this order.
    package var starting: [LocalActivity] = []
    /// The numbers of those to be cancelled; some may be in ``starting``.
    package var cancelling: [Int64] = []
}

/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class LocalActivityOperation: @unchecked Sendable {
    enum Value: Sendable {
        case completed(API.Payloads?)
        case backedOff(Duration, nextAttempt: Int)
    }

    let activity: LocalActivity
    let cancellation: ActivityCancellation
    let summary: API.Payload?
    let future: Future<Value>
    var isCancelRequested = false
    /// Whether it runs, or has run, outside.
    var isHandedOut = false

    init(
        _ activity: LocalActivity,
        cancellation: ActivityCancellation,
        summary: API.Payload?,
        future: Future<Value>
    ) {
        self.activity = activity
        self.cancellation = cancellation
        self.summary = summary
        self.future = future
    }

    /// Its marker, with what it ended with to be filled in.
    func data(attempt: Int) -> LocalActivityMarker.Data {
        LocalActivityMarker.Data(
            sequence: self.activity.sequence,
            attempt: attempt,
            activityID: self.activity.id,
            activityType: self.activity.type,
            originalScheduleTime: .init(self.activity.originalScheduleTime)
        )
    }

    /// The failure that code gets for the one that stands in the marker.
    func failure(because cause: API.Failure) -> OperationFailure {
        let (message, retryState): (String, Temporal_Api_Enums_V1_RetryState) =
            switch cause.failureInfo {
            case .canceledFailureInfo: ("Activity cancelled", .cancelRequested)
            case .timeoutFailureInfo: ("Activity task timed out", .timeout)
            case .applicationFailureInfo(let info) where info.nonRetryable:
                ("Activity task failed", .nonRetryableFailure)
            default: ("Activity task failed", .maximumAttemptsReached)
            }
        return OperationFailure(
            failure: .with { failure in
                failure.message = message
                failure.activityFailureInfo = .with { info in
                    info.activityType = .with { $0.name = self.activity.type }
                    info.activityID = self.activity.id
                    info.retryState = retryState
                }
                failure.cause = cause
            }
        )
    }
}

// MARK: - What code calls

extension WorkflowRun {
    /// Runs a local activity, and waits as long for its end as its retries take.
    ///
    /// - Parameters:
    ///   - activity: What to run; without an id it gets the next number of activities.
    ///   - cancellation: What a cancellation of the current task does to it.
    ///   - summary: What the user interface shows.
    /// - Returns: Its result.
    /// - Throws: ``OperationFailure``. `CancellationError` if the task has been cancelled before.
    package func executeLocalActivity(
        _ activity: LocalActivity,
        cancellation: ActivityCancellation,
        summary: API.Payload? = nil
    ) async throws -> API.Payloads? {
        var activity = activity
        let hasID = !activity.id.isEmpty
        var isFirst = true
        while true {
            try await self.enterWaiting()
            try Task.checkCancellation()
            self.lastIDs.activity += 1
            activity.sequence = Int64(self.lastIDs.activity)
            if !hasID { activity.id = "\(activity.sequence)" }
            activity.scheduledTime = self.now
            if isFirst { activity.originalScheduleTime = self.now }
            isFirst = false
            let operation = LocalActivityOperation(
                activity,
                cancellation: cancellation,
                summary: summary,
                future: self.future(.localActivity(id: activity.id, type: activity.type))
            )
            self.localActivities[activity.sequence] = operation
            switch try await self.value(of: operation.future, cancel: { self.cancel(operation) }) {
            case .completed(let result): return result
            case .backedOff(let delay, let attempt):
                do {
                    try await self.sleep(for: delay)
                } catch is CancellationError {
                    throw operation.failure(because: .canceled())
                }
                activity.attempt = attempt
            }
        }
    }

    private func cancel(_ operation: LocalActivityOperation) {
        guard !operation.future.isResolved, !operation.isCancelRequested else { return }
        operation.isCancelRequested = true
        if operation.isHandedOut, operation.cancellation != .abandon {
            self.localActivitiesToCancel.append(operation.activity.sequence)
        }
        guard operation.cancellation != .waitUntilEnded else { return }
        let sequence = operation.activity.sequence
        self.localActivities[sequence] = nil
        // In a replay, the marker that stands in history is this one.
        self.localMarkers.removeAll { $0.data.sequence == sequence }
        let failure = API.Failure.canceled()
        self.record(
            LocalActivityMarker(data: operation.data(attempt: operation.activity.attempt), failure: failure),
            of: operation
        )
        operation.future.resolve(.failure(operation.failure(because: failure)))
    }

    private func record(_ marker: LocalActivityMarker, of operation: LocalActivityOperation) {
        do {
            var command = API.Command()
            command.commandType = .recordMarker
            command.recordMarkerCommandAttributes = try marker.command
            if let summary = operation.summary { command.userMetadata = .with { $0.summary = summary } }
            self.add(PendingCommand(command))
        } catch {
            self.fail(
                WorkflowTaskFailure(
                    cause: .workflowWorkerUnhandledFailure,
                    message: "the marker of the local activity \(operation.activity.id) cannot be written: \(error)"
                )
            )
        }
    }
}

// MARK: - What the worker and history say

extension WorkflowRun {
    /// Goes on with the task that waits for local activities, because some have ended.
    ///
    /// - Parameter endings: How, in the order in which they did. Those that nobody waits for any more are left out.
    /// - Returns: What to answer, or that the task waits still.
    package func resume(with endings: [LocalActivityEnding]) -> TaskOutcome {
        self.executor.owned {
            do throws(WorkflowTaskFailure) {
                for ending in endings where !self.isFinished {
                    guard let operation = self.localActivities[ending.sequence] else { continue }
                    try self.deliver(Self.marker(of: ending, operation), to: operation)
                }
                try self.checkAfterRunning()
                self.putTerminalCommandLast()
                return self.outcome()
            } catch {
                return .failed(error)
            }
        }
    }

    /// Answers the task with what there is, so that the server does not take the worker for dead.
    ///
    /// Local activities go on; the task after this one waits for them.
    ///
    /// - Returns: What to answer.
    package func heartbeat() -> TaskOutcome {
        self.executor.owned {
            if self.executor.hasEscaped { return .failed(.escaped) }
            return self.outcome(isHeartbeat: true)
        }
    }

    private static func marker(
        of ending: LocalActivityEnding,
        _ operation: LocalActivityOperation
    ) -> LocalActivityMarker {
        var data = operation.data(attempt: ending.attempt)
        let (seconds, attoseconds) = ending.runtime.components
        let runtime = max(0, Double(seconds) + Double(attoseconds) / 1e18)
        data.completeTime = .init(operation.activity.scheduledTime.addingTimeInterval(runtime))
        switch ending.outcome {
        case .completed(let result): return LocalActivityMarker(data: data, result: result)
        case .failed(let failure): return LocalActivityMarker(data: data, failure: failure)
        case .backedOff(let failure, let delay):
            data.backoff = .init(delay)
            return LocalActivityMarker(data: data, failure: failure)
        }
    }

    /// Lets code go on that waits for a local activity, until nothing moves.
    private func deliver(
        _ marker: LocalActivityMarker,
        to operation: LocalActivityOperation
    ) throws(WorkflowTaskFailure) {
        self.localActivities[operation.activity.sequence] = nil
        self.record(marker, of: operation)
        if let time = marker.data.completeTime { self.now = max(self.now, time.date) }
        let value: Result<LocalActivityOperation.Value, any Error>
        if let backoff = marker.data.backoff {
            value = .success(.backedOff(backoff.duration, nextAttempt: marker.data.attempt + 1))
        } else if let failure = marker.failure {
            value = .failure(operation.failure(because: failure))
        } else {
            value = .success(.completed(marker.result))
        }
        operation.future.resolve(value)
        self.settle()
        if let failure = self.failure { throw failure }
    }

    /// Delivers the local activities that history says ended in this task, in its order.
    func deliverLocalMarkers() throws(WorkflowTaskFailure) {
        while !self.isFinished, !self.localMarkers.isEmpty {
            let marker = self.localMarkers.removeFirst()
            let operation = self.localActivities[marker.data.sequence]
            guard let operation, operation.activity.type == marker.data.activityType,
                operation.activity.id == marker.data.activityID
            else {
                throw .nondeterminism(
                    at: marker.eventID,
                    expected: marker.data.description,
                    found: operation?.data(attempt: 1).description ?? "no local activity of this number"
                )
            }
            try self.deliver(marker, to: operation)
        }
    }

    /// Whether the task that is processed has to wait.
    var waitsForLocalActivities: Bool { !self.isFinished && !self.isReplaying && !self.localActivities.isEmpty }

    /// What is to be done from now on; said once.
    func takeLocalActivityWork() -> LocalActivityWork {
        var work = LocalActivityWork(cancelling: self.localActivitiesToCancel)
        self.localActivitiesToCancel = []
        guard self.waitsForLocalActivities else { return work }
        for (sequence, operation) in self.localActivities.sorted(by: { $0.key < $1.key }) where !operation.isHandedOut {
            operation.isHandedOut = true
            work.starting.append(operation.activity)
            if operation.isCancelRequested { work.cancelling.append(sequence) }
        }
        return work
    }
}

extension LocalActivityMarker.Data: CustomStringConvertible {
    /// In words, as in texts of nondeterminism.
    var description: String {
        "a local activity(number: \(self.sequence), type: \(self.activityType), id: \(self.activityID))"
    }
}
