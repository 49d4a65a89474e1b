//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// What a cancellation of a task that waits for a child does to it.
public enum ChildWorkflowCancellationType: Sendable {
    /// The child is not told, and the workflow goes on at once with a cancellation.
    case abandon
    /// Its cancellation is requested, and the workflow goes on at once with a cancellation.
    case tryCancel
    /// Its cancellation is requested, and the workflow waits for its end.
    case waitCancellationCompleted
    /// Its cancellation is requested, and the workflow waits until the request has been delivered.
    case waitCancellationRequested

    var engine: ChildCancellation {
        switch self {
        case .abandon: .abandon
        case .tryCancel: .tryCancel
        case .waitCancellationCompleted: .waitUntilEnded
        case .waitCancellationRequested: .waitUntilRequested
        }
    }
}

/// How a child workflow is started.
public struct ChildWorkflowOptions: Sendable {
    /// What becomes of a child when its parent ends.
    public enum ParentClosePolicy: Sendable {
        /// It is terminated.
        case terminate
        /// It goes on.
        case abandon
        /// Its cancellation is requested.
        case requestCancel
    }

    /// Its id; a UUID if nil.
    public var id: String?
    /// Where it runs; on the parent's task queue if nil.
    public var taskQueue: String?
    /// The longest time of it with all its runs.
    public var executionTimeout: Duration?
    /// The longest time of one run.
    public var runTimeout: Duration?
    /// How long a worker may take for one task.
    public var taskTimeout: Duration?
    /// When it is tried again; not at all if nil.
    public var retryPolicy: RetryPolicy?
    /// What becomes of it when the parent ends.
    public var parentClosePolicy: ParentClosePolicy
    /// Whether its id may be that of a workflow that is over.
    public var idReusePolicy: WorkflowIDReusePolicy
    /// Runs it again and again, as cron does; not at all if nil.
    public var cronSchedule: String?
    /// What a cancellation does to it.
    public var cancellationType: ChildWorkflowCancellationType
    /// Which build of a worker with versions by build id runs it.
    public var versioningIntent: VersioningIntent
    /// Values that are shown with it.
    public var memo: [String: any Sendable]?
    /// What it is found by.
    public var searchAttributes: SearchAttributes?
    /// In which order tasks are handed out.
    public var priority: Priority?
    /// One line of text that user interfaces show.
    public var staticSummary: String?
    /// More text that user interfaces show.
    public var staticDetails: String?

    /// Creates options.
    ///
    /// - Parameters:
    ///   - id: Its id; a UUID if nil.
    ///   - taskQueue: Where it runs.
    ///   - retryPolicy: When it is tried again.
    ///   - executionTimeout: The longest time of it with all its runs.
    ///   - runTimeout: The longest time of one run.
    ///   - taskTimeout: How long a worker may take for one task.
    ///   - memo: Values that are shown with it.
    ///   - searchAttributes: What it is found by.
    ///   - parentClosePolicy: What becomes of it when the parent ends.
    ///   - idReusePolicy: Whether its id may be that of a workflow that is over.
    ///   - cronSchedule: Runs it again and again.
    ///   - cancellationType: What a cancellation does to it.
    ///   - versioningIntent: Which build of a worker runs it.
    ///   - priority: In which order tasks are handed out.
    ///   - staticSummary: One line of text that user interfaces show.
    ///   - staticDetails: More text that user interfaces show.
    public init(
        id: String? = nil,
        taskQueue: String? = nil,
        retryPolicy: RetryPolicy? = nil,
        executionTimeout: Duration? = nil,
        runTimeout: Duration? = nil,
        taskTimeout: Duration? = nil,
        memo: [String: any Sendable]? = nil,
        searchAttributes: SearchAttributes? = nil,
        parentClosePolicy: ParentClosePolicy = .terminate,
        idReusePolicy: WorkflowIDReusePolicy = .allowDuplicate,
        cronSchedule: String? = nil,
        cancellationType: ChildWorkflowCancellationType = .waitCancellationCompleted,
        versioningIntent: VersioningIntent = .unspecified,
        priority: Priority? = nil,
        staticSummary: String? = nil,
        staticDetails: String? = nil
    ) {
        self.id = id
        self.taskQueue = taskQueue
        self.retryPolicy = retryPolicy
        self.executionTimeout = executionTimeout
        self.runTimeout = runTimeout
        self.taskTimeout = taskTimeout
        self.memo = memo
        self.searchAttributes = searchAttributes
        self.parentClosePolicy = parentClosePolicy
        self.idReusePolicy = idReusePolicy
        self.cronSchedule = cronSchedule
        self.cancellationType = cancellationType
        self.versioningIntent = versioningIntent
        self.priority = priority
        self.staticSummary = staticSummary
        self.staticDetails = staticDetails
    }

    func command(_ name: String, input: ProtoPayloads, _ values: WorkflowValues) throws -> API.StartChild {
        let memo = try (self.memo ?? [:]).mapValues { try values.payload(for: $0).message }
        let attributes = try self.searchAttributes?.message
        return .with { command in
            command.workflowType = .with { $0.name = name }
            command.workflowID = self.id ?? ""
            if let taskQueue { command.taskQueue = .with { $0.name = taskQueue } }
            if !input.payloads.isEmpty { command.input = input }
            if let executionTimeout { command.workflowExecutionTimeout = executionTimeout.message }
            if let runTimeout { command.workflowRunTimeout = runTimeout.message }
            if let taskTimeout { command.workflowTaskTimeout = taskTimeout.message }
            if let cronSchedule { command.cronSchedule = cronSchedule }
            command.inheritBuildID = self.versioningIntent == .compatible
            if let retryPolicy { command.retryPolicy = retryPolicy.message }
            command.parentClosePolicy =
                switch self.parentClosePolicy {
                case .terminate: .terminate
                case .abandon: .abandon
                case .requestCancel: .requestCancel
                }
            command.workflowIDReusePolicy = .init(rawValue: self.idReusePolicy.rawValue) ?? .allowDuplicate
            if !memo.isEmpty { command.memo = .with { $0.fields = memo } }
            if let attributes { command.searchAttributes = attributes }
            if let priority { command.priority = priority.message }
        }
    }
}
