//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// What a cancellation does to an activity.
package enum ActivityCancellation: Sendable {
    /// It is asked to stop, and the code goes on at once.
    case tryCancel
    /// It is asked to stop, and the code waits for what becomes of it.
    case waitUntilEnded
    /// It is not told, and the code goes on at once.
    case abandon
}

/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class ActivityOperation: @unchecked Sendable {
    let id: String
    let type: API.ActivityType
    let cancellation: ActivityCancellation
    let future: Future<API.Payloads?>
    /// As long as history has not confirmed it; it knows the operation, so that this must not own it.
    weak var command: PendingCommand?
    var scheduledEventID: Int64 = 0
    var startedEventID: Int64 = 0
    var identity = ""
    var isCancelRequested = false
    /// Whether history has its end, of which the code will hear in this task: then there is nothing to cancel.
    var hasEnded = false

    init(
        attributes: borrowing API.ScheduleActivity,
        cancellation: ActivityCancellation,
        future: Future<API.Payloads?>
    ) {
        self.id = attributes.activityID
        self.type = attributes.activityType
        self.cancellation = cancellation
        self.future = future
    }

    /// - Returns: What fails it; nil if it is over for the code.
    func fail(
        _ message: String,
        because cause: API.Failure,
        retryState: Temporal_Api_Enums_V1_RetryState
    ) -> (() -> Void)? {
        guard !self.future.isResolved else { return nil }
        let failure = API.Failure.with { failure in
            failure.message = message
            failure.activityFailureInfo = .with { info in
                info.scheduledEventID = self.scheduledEventID
                info.startedEventID = self.startedEventID
                info.identity = self.identity
                info.activityType = self.type
                info.activityID = self.id
                info.retryState = retryState
            }
            failure.cause = cause
        }
        return { self.future.resolve(.failure(OperationFailure(failure: failure))) }
    }
}

extension WorkflowRun {
    /// Runs an activity.
    ///
    /// - Parameters:
    ///   - attributes: The command; without an id it gets the next number, without a task queue the workflow's.
    ///   - cancellation: What a cancellation of the current task does to it.
    ///   - summary: What the user interface shows.
    /// - Returns: Its result.
    /// - Throws: ``OperationFailure``. `CancellationError` if the task has been cancelled before.
    package func executeActivity(
        _ attributes: consuming API.ScheduleActivity,
        cancellation: ActivityCancellation,
        summary: API.Payload? = nil
    ) async throws -> API.Payloads? {
        try await self.enterWaiting()
        try Task.checkCancellation()
        let activity = self.schedule(attributes, cancellation, summary)
        return try await self.value(of: activity.future) { self.cancel(activity) }
    }

    /// Makes the command, which alone has the input then: nobody who waits does.
    private func schedule(
        _ attributes: consuming API.ScheduleActivity,
        _ cancellation: ActivityCancellation,
        _ summary: API.Payload?
    ) -> ActivityOperation {
        self.lastIDs.activity += 1
        if attributes.activityID.isEmpty { attributes.activityID = "\(self.lastIDs.activity)" }
        if attributes.taskQueue.name.isEmpty { attributes.taskQueue = .with { $0.name = self.start.taskQueue } }
        let activity = ActivityOperation(
            attributes: attributes,
            cancellation: cancellation,
            future: self.future(.activity(id: attributes.activityID, type: attributes.activityType.name))
        )
        var command = API.Command()
        command.commandType = .scheduleActivityTask
        command.scheduleActivityTaskCommandAttributes = attributes
        if let summary { command.userMetadata = .with { $0.summary = summary } }
        let pending = PendingCommand(command) { [unowned self] event in
            activity.scheduledEventID = event.eventID
            self.activities[event.eventID] = activity
        }
        activity.command = pending
        self.add(pending)
        return activity
    }

    /// The type of an activity that has not ended.
    package func activityType(scheduledBy eventID: Int64) -> String? {
        self.executor.owned { self.activities[eventID]?.type.name }
    }

    private func cancel(_ activity: ActivityOperation) {
        guard !activity.future.isResolved, !activity.hasEnded, !activity.isCancelRequested else { return }
        activity.isCancelRequested = true
        let wasTakenBack = self.takeBack(activity.command)
        if !wasTakenBack, activity.cancellation != .abandon {
            var cancel = API.Command()
            cancel.commandType = .requestCancelActivityTask
            cancel.requestCancelActivityTaskCommandAttributes = .with {
                $0.scheduledEventID = activity.scheduledEventID
            }
            self.add(PendingCommand(cancel))
        }
        if wasTakenBack || activity.cancellation != .waitUntilEnded {
            activity.fail("Activity cancelled", because: .canceled(), retryState: .cancelRequested)?()
        }
    }
}
