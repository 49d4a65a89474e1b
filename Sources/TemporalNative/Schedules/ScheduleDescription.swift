//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Data
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Data
public import struct Foundation.Date
#endif

/// What the server says about a schedule.
public struct ScheduleDescription: Sendable {
    /// The id of the schedule.
    public var id: String
    /// The schedule.
    public var schedule: Schedule
    /// How often it has started something.
    public var actionCount: Int
    /// What it started last, the newest at the end.
    public var recentActions: [ScheduledRun]
    /// The workflows that it started and that still run, by id.
    public var runningWorkflowIDs: [String]
    /// When it will start something next.
    public var nextActionTimes: [Date]
    /// When it was created.
    public var createTime: Date?
    /// When it was changed last.
    public var updateTime: Date?
    /// Values that are shown with the schedule.
    public var memo: EncodedFields
    /// What the schedule is found by.
    public var searchAttributes: SearchAttributes
    /// What an update of exactly this state says.
    ///
    /// ``ScheduleHandle/update(_:)`` sends it; nobody else needs it.
    public let conflictToken: Data

    init(id: String, _ message: WorkflowService.DescribeSchedule.Output, on connection: Connection) throws {
        let context = connection.payloads()
        self.id = id
        self.schedule = Schedule(message.schedule, context: context)
        self.actionCount = Int(message.info.actionCount)
        self.recentActions = message.info.recentActions.map { ScheduledRun($0) }
        self.runningWorkflowIDs = message.info.runningWorkflows.map(\.workflowID)
        self.nextActionTimes = message.info.futureActionTimes.map(\.date)
        self.createTime = message.info.createTime.dateIfSet
        self.updateTime = message.info.updateTime.dateIfSet
        self.memo = try EncodedFields(message.memo.fields, context: context)
        self.searchAttributes = SearchAttributes(message.searchAttributes)
        self.conflictToken = message.conflictToken
    }
}

/// A workflow that a schedule started.
public struct ScheduledRun: Hashable, Sendable {
    /// When it was due, chance included.
    public var scheduleTime: Date?
    /// When it was started.
    public var actualTime: Date?
    /// The id of the workflow.
    public var workflowID: String
    /// The first run of the workflow.
    public var firstRunID: String

    init(_ message: Temporal_Api_Schedule_V1_ScheduleActionResult) {
        self.scheduleTime = message.scheduleTime.dateIfSet
        self.actualTime = message.actualTime.dateIfSet
        self.workflowID = message.startWorkflowResult.workflowID
        self.firstRunID = message.startWorkflowResult.runID
    }
}

/// What a list says about a schedule.
public struct ScheduleListEntry: Sendable {
    /// The id of the schedule.
    public var id: String
    /// The name of the workflow that it starts.
    public var workflowType: String
    /// Why it is as it is, for people.
    public var note: String
    /// Whether it is paused.
    public var isPaused: Bool
    /// When it starts something.
    public var spec: ScheduleSpec
    /// What it started last.
    public var recentActions: [ScheduledRun]
    /// When it will start something next.
    public var nextActionTimes: [Date]
    /// Values that are shown with the schedule.
    public var memo: EncodedFields
    /// What the schedule is found by.
    public var searchAttributes: SearchAttributes

    init(_ message: Temporal_Api_Schedule_V1_ScheduleListEntry, on connection: Connection) throws {
        self.id = message.scheduleID
        self.workflowType = message.info.workflowType.name
        self.note = message.info.notes
        self.isPaused = message.info.paused
        self.spec = ScheduleSpec(message.info.spec)
        self.recentActions = message.info.recentActions.map { ScheduledRun($0) }
        self.nextActionTimes = message.info.futureActionTimes.map(\.date)
        self.memo = try EncodedFields(message.memo.fields, context: connection.payloads())
        self.searchAttributes = SearchAttributes(message.searchAttributes)
    }
}
