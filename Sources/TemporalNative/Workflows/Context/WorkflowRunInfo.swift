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
    public let firstExecutionRunId: String
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
    /// Whose child it is, if it is one.
    public let parent: Parent?
    /// The workflow at which the chain of parents begins, if it is a child.
    public let root: RootInfo?
    /// How long the run may take; nil for no limit.
    public let runTimeout: Duration?
    /// How long the workflow with all its runs may take; nil for no limit.
    public let executionTimeout: Duration?
    /// How long a worker may take for one task.
    public let taskTimeout: Duration?
    /// When a failed run is tried again, if it is.
    public let retryPolicy: RetryPolicy?
    /// In which order its tasks are handed out, if that was said.
    public let priority: Priority?
    /// What the run before failed with, if this one follows it because of that.
    public let lastFailure: (any Error)?
    /// What the last run before this one in the chain that completed returned; nil if none did.
    ///
    /// Cron and retries carry it along. Values as they stand in history: what is stored outside is a reference, and
    /// ``WorkflowContext/getLastResult(as:)`` decodes it.
    public let lastResult: [Payload]?
    /// What whoever started it sent along; references resolved and codecs undone.
    public let headers: [String: Payload]

    /// The name of the workflow.
    public var workflowName: String { self.workflowType }

    /// The parent of a workflow.
    public struct Parent: Hashable, Sendable {
        /// Its id.
        public let workflowID: String
        /// Its run.
        public let runID: String
        /// Its namespace.
        public let namespace: String
    }

    /// The workflow at which a chain of parents begins.
    public struct RootInfo: Hashable, Sendable {
        /// Its id.
        public let workflowID: String
        /// Its run.
        public let runID: String
    }

    init(_ run: WorkflowRun, _ started: API.Started, _ values: WorkflowValues) throws {
        func text(_ text: String) -> String? { text.isEmpty ? nil : text }
        func limit(_ duration: Google_Protobuf_Duration) -> Duration? {
            let duration = Duration(duration)
            return duration > .zero ? duration : nil
        }
        self.workflowID = run.workflowID
        self.runID = run.runID
        self.firstExecutionRunId = started.firstExecutionRunID
        self.continuedRunID = text(started.continuedExecutionRunID)
        self.workflowType = started.workflowType.name
        self.namespace = run.namespace
        self.taskQueue = started.taskQueue.name
        self.attempt = Int(started.attempt)
        self.startTime = run.startTime
        self.cronSchedule = text(started.cronSchedule)
        self.parent = text(started.parentWorkflowExecution.workflowID).map { id in
            Parent(
                workflowID: id,
                runID: started.parentWorkflowExecution.runID,
                namespace: started.parentWorkflowNamespace
            )
        }
        self.root = text(started.rootWorkflowExecution.workflowID).map { id in
            RootInfo(workflowID: id, runID: started.rootWorkflowExecution.runID)
        }
        self.runTimeout = limit(started.workflowRunTimeout)
        self.executionTimeout = limit(started.workflowExecutionTimeout)
        self.taskTimeout = limit(started.workflowTaskTimeout)
        self.retryPolicy = started.hasRetryPolicy ? RetryPolicy(started.retryPolicy) : nil
        self.priority = started.hasPriority ? Priority(started.priority) : nil
        self.lastFailure = try started.hasContinuedFailure ? values.failure(started.continuedFailure).typed : nil
        let last = started.hasLastCompletionResult ? try [Payload](started.lastCompletionResult) : []
        self.lastResult = last.isEmpty ? nil : last
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
