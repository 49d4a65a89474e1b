//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What a workflow's run is.
public struct WorkflowRunInfo: Sendable {
    /// The id of the workflow.
    public let workflowID: String
    /// The run.
    public let runID: String
    /// The first run of the chain that continue-as-new, retries and cron make.
    public let firstRunID: String
    /// The run before this one in that chain.
    public let continuedRunID: String?
    /// The name of the workflow.
    public let workflowType: String
    /// The namespace.
    public let namespace: String
    /// The task queue whose workers run it.
    public let taskQueue: String
    /// The attempt, from 1, if the workflow has a retry policy.
    public let attempt: Int
    /// When the run was started.
    public let startTime: Date
    /// The cron schedule, if it has one.
    public let cronSchedule: String?
    /// The id of the parent, if it has one.
    public let parentID: String?
    /// The run of the parent, if it has one.
    public let parentRunID: String?
    /// How long the run may take; nil for no limit.
    public let runTimeout: Duration?
    /// How long the workflow with all its runs may take; nil for no limit.
    public let executionTimeout: Duration?
    /// What whoever started it sent along; references resolved and codecs undone.
    public let headers: [String: Payload]

    init(_ run: WorkflowRun) throws {
        let started = run.started
        func text(_ text: String) -> String? { text.isEmpty ? nil : text }
        func limit(_ duration: Google_Protobuf_Duration) -> Duration? {
            let duration = Duration(duration)
            return duration > .zero ? duration : nil
        }
        self.workflowID = run.workflowID
        self.runID = run.runID
        self.firstRunID = started.firstExecutionRunID
        self.continuedRunID = text(started.continuedExecutionRunID)
        self.workflowType = started.workflowType.name
        self.namespace = run.namespace
        self.taskQueue = started.taskQueue.name
        self.attempt = Int(started.attempt)
        self.startTime = run.startTime
        self.cronSchedule = text(started.cronSchedule)
        self.parentID = text(started.parentWorkflowExecution.workflowID)
        self.parentRunID = text(started.parentWorkflowExecution.runID)
        self.runTimeout = limit(started.workflowRunTimeout)
        self.executionTimeout = limit(started.workflowExecutionTimeout)
        self.headers = try .init(started.header)
    }
}

/// An update that is being handled.
public struct WorkflowUpdateInfo: Hashable, Sendable {
    /// Its id.
    public let id: String
    /// Its name.
    public let name: String

    @TaskLocal static var current: Self?
}
