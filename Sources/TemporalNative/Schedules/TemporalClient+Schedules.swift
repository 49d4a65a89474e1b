//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

extension TemporalClient {
    /// Creates a schedule.
    ///
    /// ```swift
    /// let start = WorkflowStart("Report", options: .init(id: "report", taskQueue: "reports"), input: settings)
    /// let hourly = ScheduleSpec(intervals: [.init(every: .seconds(3600))])
    /// let handle = try await client.createSchedule("reports", .init(starting: start, spec: hourly))
    /// ```
    ///
    /// The input of the workflow is stored outside if it is large, and every start uses the same object: let its
    /// retention be longer than the life of the schedule.
    ///
    /// - Parameters:
    ///   - id: The id of the schedule.
    ///   - schedule: What is started when.
    ///   - options: Memo, search attributes, and what is done at once.
    /// - Returns: A handle to the schedule.
    /// - Throws: ``TemporalError``: `scheduleAlreadyExists`, `invalidArgument`, `conversionFailed`,
    ///   `externalStorageFailed`. `CancellationError` if cancelled; it may have been created.
    @discardableResult
    public func createSchedule(
        _ id: String,
        _ schedule: Schedule,
        options: ScheduleOptions = .init()
    ) async throws -> ScheduleHandle {
        var request = WorkflowService.CreateSchedule.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.requestID = UniqueID.make()
        request.scheduleID = id
        request.schedule = try await schedule.message(on: self.connection)
        if options.triggersImmediately || !options.backfills.isEmpty {
            if options.triggersImmediately {
                request.initialPatch.triggerImmediately.overlapPolicy = schedule.policy.overlap.message
            }
            request.initialPatch.backfillRequest = options.backfills.map(\.message)
        }
        if !options.memo.isEmpty {
            request.memo.fields = try await self.connection.payloads().encode(fields: options.memo)
        }
        if !options.searchAttributes.isEmpty { request.searchAttributes = try options.searchAttributes.message }
        do {
            _ = try await self.connection.call(WorkflowService.CreateSchedule.self, request)
        } catch let error as TemporalError where error.code == .workflowAlreadyStarted {
            // The server runs a workflow for each schedule.
            throw TemporalError(code: .scheduleAlreadyExists, message: error.message, cause: error.cause)
        }
        return ScheduleHandle(id: id, connection: self.connection)
    }

    /// A handle to a schedule that was created before.
    ///
    /// - Parameter id: The id of the schedule.
    /// - Returns: A handle; nothing is asked of the server.
    public func scheduleHandle(id: String) -> ScheduleHandle {
        ScheduleHandle(id: id, connection: self.connection)
    }

    /// The schedules of the namespace.
    ///
    /// - Parameters:
    ///   - query: A query in the server's language; all schedules if empty. What it finds lags behind by some moments.
    ///   - pageSize: How many are asked for at a time; 0 for the server's default.
    /// - Returns: The schedules; read lazily. Reading throws ``TemporalError``.
    public func listSchedules(_ query: String = "", pageSize: Int = 0) -> Pages<ScheduleListEntry> {
        let connection = self.connection
        return Pages { token in
            var request = WorkflowService.ListSchedules.Input()
            request.namespace = connection.namespace
            request.query = query
            request.maximumPageSize = Int32(clamping: pageSize)
            request.nextPageToken = token
            let response = try await connection.call(WorkflowService.ListSchedules.self, request)
            let entries = try response.schedules.map { try ScheduleListEntry($0, on: connection) }
            return .init(elements: entries, nextToken: response.nextPageToken)
        }
    }
}
