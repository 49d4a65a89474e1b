//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What the server says about a run.
public struct WorkflowInfo: Sendable {
    /// The id of the workflow.
    public var id: String
    /// The run.
    public var runID: String
    /// The first run of the chain, where the server says so.
    public var firstRunID: String?
    /// The name of the workflow.
    public var type: String
    /// The state of the run.
    public var status: WorkflowStatus
    /// The queue whose workers run it.
    public var taskQueue: String
    /// When the run was started.
    public var startTime: Date?
    /// When the run was to begin: later than its start if it was delayed, or waits for its cron schedule.
    public var executionTime: Date?
    /// When the run ended.
    public var closeTime: Date?
    /// The number of events in the history.
    public var historyLength: Int
    /// The size of the history, in bytes: without what is stored outside.
    public var historySizeInBytes: Int
    /// The number of references in the history, each counted as often as it stands there.
    public var externalPayloadCount: Int
    /// The sizes of what they refer to, added up, in bytes.
    public var externalPayloadSizeInBytes: Int
    /// The id of the parent, if it has one.
    public var parentID: String?
    /// The run of the parent, if it has one.
    public var parentRunID: String?
    /// Values that are shown with the workflow.
    public var memo: EncodedFields
    /// What the workflow is found by.
    public var searchAttributes: SearchAttributes

    init(_ message: Temporal_Api_Workflow_V1_WorkflowExecutionInfo, on connection: Connection) throws {
        self.id = message.execution.workflowID
        self.runID = message.execution.runID
        self.firstRunID = message.firstRunID.isEmpty ? nil : message.firstRunID
        self.type = message.type.name
        self.status = WorkflowStatus(rawValue: message.status.rawValue)
        self.taskQueue = message.taskQueue
        self.startTime = message.startTime.dateIfSet
        self.executionTime = message.executionTime.dateIfSet
        self.closeTime = message.closeTime.dateIfSet
        self.historyLength = Int(message.historyLength)
        self.historySizeInBytes = Int(message.historySizeBytes)
        self.externalPayloadCount = Int(message.externalPayloadCount)
        self.externalPayloadSizeInBytes = Int(message.externalPayloadSizeBytes)
        self.parentID = message.hasParentExecution ? message.parentExecution.workflowID : nil
        self.parentRunID = message.hasParentExecution ? message.parentExecution.runID : nil
        let target = StorageDriverTarget.workflow(namespace: connection.namespace, id: self.id, runID: self.runID)
        self.memo = try EncodedFields(message.memo.fields, context: connection.payloads(of: target))
        self.searchAttributes = SearchAttributes(message.searchAttributes)
    }
}
