//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How a workflow is started.
///
/// ```swift
/// var options = WorkflowOptions(id: "order-1", taskQueue: "orders")
/// options.runTimeout = .seconds(3600)
/// ```
public struct WorkflowOptions: Sendable {
    /// The id of the workflow, unique among the running ones of the namespace.
    public var id: String
    /// The queue whose workers run it.
    public var taskQueue: String
    /// The longest time for the workflow with all its runs; no limit by default.
    public var executionTimeout: Duration?
    /// The longest time for one run; that of the workflow by default.
    public var runTimeout: Duration?
    /// The longest time that a worker may take for one task; 10 seconds by default.
    public var taskTimeout: Duration?
    /// Whether the id may be that of a workflow that is over.
    public var idReusePolicy: WorkflowIDReusePolicy = .allowDuplicate
    /// What happens if a workflow with this id is running.
    public var idConflictPolicy: WorkflowIDConflictPolicy?
    /// When a failed run is tried again; never by default.
    public var retryPolicy: RetryPolicy?
    /// Runs the workflow again and again, as cron does; not at all by default.
    public var cronSchedule: String?
    /// How long the first task waits.
    public var startDelay: Duration?
    /// Values that are shown with the workflow, and kept outside if they are large.
    public var memo: [String: any Sendable] = [:]
    /// What the workflow is found by.
    public var searchAttributes = SearchAttributes()
    /// Values for interceptors of workers.
    public var headers: [String: any Sendable] = [:]
    /// One line of text that user interfaces show.
    public var summary: String?
    /// More text that user interfaces show.
    public var details: String?
    /// In which order tasks are handed out.
    public var priority: Priority?
    /// Which versions of a deployment run it; what the workflow and its workers say if nil.
    public var versioningOverride: VersioningOverride?
    /// Whether the first task comes with the answer to the start, if a worker of this client has the workflow and room for
    /// it; otherwise, as by default, a poll brings it.
    ///
    /// It saves the way through the task queue. It is for starts alone, not for those with a signal or an update, and the
    /// server does not do it for workflows with a delay or a cron schedule.
    public var requestEagerStart = false

    /// Creates options.
    ///
    /// - Parameters:
    ///   - id: The id of the workflow.
    ///   - taskQueue: The queue whose workers run it.
    public init(id: String, taskQueue: String) {
        self.id = id
        self.taskQueue = taskQueue
    }
}
