//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// A schedule in the server, and what can be done with it.
public struct ScheduleHandle: Sendable {
    /// The id of the schedule.
    public let id: String
    let connection: Connection

    /// Asks the server about the schedule.
    ///
    /// - Returns: The schedule and what it has done.
    /// - Throws: ``TemporalError``: `notFound`, `externalStorageFailed`. `CancellationError` if cancelled.
    public func describe() async throws -> ScheduleDescription {
        var request = WorkflowService.DescribeSchedule.Input()
        request.namespace = self.connection.namespace
        request.scheduleID = self.id
        return try ScheduleDescription(
            id: self.id,
            await self.connection.call(WorkflowService.DescribeSchedule.self, request),
            on: self.connection
        )
    }

    /// Changes the schedule.
    ///
    /// What is sent says which state it changes. If the server answers that somebody else has changed the schedule
    /// meanwhile, it is described and the change is asked for again, up to ten times.
    ///
    /// - Note: Server 1.32 does not answer so: it drops a change that was overtaken, without a word. Describe the schedule
    ///   if several parties change it.
    ///
    /// - Parameter change: Makes the new schedule of the description; nil to leave it as it is.
    /// - Throws: ``TemporalError``: `notFound`, `conflict` if it never stays as it was described for long enough,
    ///   `externalStorageFailed`. What the closure throws. `CancellationError` if cancelled.
    public func update(_ change: (ScheduleDescription) async throws -> Schedule?) async throws {
        for tries in 1...10 {
            let description = try await self.describe()
            guard let schedule = try await change(description) else { return }
            var request = WorkflowService.UpdateSchedule.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.requestID = UniqueID.make()
            request.scheduleID = self.id
            request.schedule = try await schedule.message(on: self.connection)
            request.conflictToken = description.conflictToken
            do {
                _ = try await self.connection.call(WorkflowService.UpdateSchedule.self, request)
                return
            } catch let error as TemporalError where error.isScheduleConflict {
                guard tries < 10 else {
                    throw TemporalError(code: .conflict, message: error.message, cause: error.cause)
                }
            }
        }
    }

    /// Starts its workflow now.
    ///
    /// - Parameter overlap: What happens if one runs; what the schedule says by default.
    /// - Throws: ``TemporalError``: `notFound`. `CancellationError` if cancelled.
    public func trigger(overlap: ScheduleOverlapPolicy = .unspecified) async throws {
        try await self.patch { $0.triggerImmediately.overlapPolicy = overlap.message }
    }

    /// Pauses it; nothing is started until it is unpaused.
    ///
    /// - Parameter note: Why, for people.
    /// - Throws: ``TemporalError``: `notFound`. `CancellationError` if cancelled.
    public func pause(note: String = "Paused by a Swift client") async throws {
        try await self.patch { $0.pause = note }
    }

    /// Ends the pause.
    ///
    /// - Parameter note: Why, for people.
    /// - Throws: ``TemporalError``: `notFound`. `CancellationError` if cancelled.
    public func unpause(note: String = "Unpaused by a Swift client") async throws {
        try await self.patch { $0.unpause = note }
    }

    /// Does what it did not do at some times.
    ///
    /// - Parameter backfills: The times.
    /// - Throws: ``TemporalError``: `notFound`. `CancellationError` if cancelled.
    public func backfill(_ backfills: [ScheduleBackfill]) async throws {
        try await self.patch { $0.backfillRequest = backfills.map(\.message) }
    }

    /// Deletes it; workflows that it started go on.
    ///
    /// - Throws: ``TemporalError``: `notFound`. `CancellationError` if cancelled.
    public func delete() async throws {
        var request = WorkflowService.DeleteSchedule.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.scheduleID = self.id
        _ = try await self.connection.call(WorkflowService.DeleteSchedule.self, request)
    }

    private func patch(_ change: (inout Temporal_Api_Schedule_V1_SchedulePatch) -> Void) async throws {
        var request = WorkflowService.PatchSchedule.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.requestID = UniqueID.make()
        request.scheduleID = self.id
        change(&request.patch)
        _ = try await self.connection.call(WorkflowService.PatchSchedule.self, request)
    }
}

extension TemporalError {
    /// Whether somebody else has changed the schedule: the server says so with FAILED_PRECONDITION.
    fileprivate var isScheduleConflict: Bool {
        self.code == .conflict || self.message.contains("mismatched conflict token")
    }
}

extension ScheduleBackfill {
    var message: Temporal_Api_Schedule_V1_BackfillRequest {
        .with {
            $0.startTime = .init(date: self.startTime)
            $0.endTime = .init(date: self.endTime)
            $0.overlapPolicy = self.overlap.message
        }
    }
}
