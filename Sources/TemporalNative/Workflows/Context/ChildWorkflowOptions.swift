//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// How a child workflow is started.
public struct ChildWorkflowOptions: Sendable {
    /// What a cancellation of a task that waits for a child does to it.
    public enum Cancellation: Sendable {
        /// The child is not told, and the workflow goes on at once with a cancellation.
        case abandon
        /// Its cancellation is requested, and the workflow goes on at once with a cancellation.
        case tryCancel
        /// Its cancellation is requested, and the workflow waits for its end.
        case waitUntilEnded
        /// Its cancellation is requested, and the workflow waits until the request has been delivered.
        case waitUntilRequested

        var engine: ChildCancellation {
            switch self {
            case .abandon: .abandon
            case .tryCancel: .tryCancel
            case .waitUntilEnded: .waitUntilEnded
            case .waitUntilRequested: .waitUntilRequested
            }
        }
    }

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
    /// When it is tried again; not at all if nil.
    public var retryPolicy: RetryPolicy?
    /// What becomes of it when the parent ends.
    public var parentClosePolicy: ParentClosePolicy
    /// Whether its id may be that of a workflow that is over.
    public var idReusePolicy: WorkflowIDReusePolicy
    /// What a cancellation does to it.
    public var cancellation: Cancellation
    /// Values that are shown with it.
    public var memo: [String: any Sendable]
    /// What it is found by.
    public var searchAttributes: SearchAttributes
    /// In which order tasks are handed out.
    public var priority: Priority?
    /// What the user interface shows.
    public var summary: String?

    /// Creates options.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - taskQueue: Where it runs.
    ///   - executionTimeout: The longest time of it with all its runs.
    ///   - retryPolicy: When it is tried again.
    ///   - parentClosePolicy: What becomes of it when the parent ends.
    ///   - cancellation: What a cancellation does to it.
    public init(
        id: String? = nil,
        taskQueue: String? = nil,
        executionTimeout: Duration? = nil,
        retryPolicy: RetryPolicy? = nil,
        parentClosePolicy: ParentClosePolicy = .terminate,
        cancellation: Cancellation = .waitUntilEnded
    ) {
        self.id = id
        self.taskQueue = taskQueue
        self.executionTimeout = executionTimeout
        self.retryPolicy = retryPolicy
        self.parentClosePolicy = parentClosePolicy
        self.idReusePolicy = .allowDuplicate
        self.cancellation = cancellation
        self.memo = [:]
        self.searchAttributes = [:]
    }

    func command(_ name: String, input: ProtoPayloads, _ values: WorkflowValues) throws -> API.StartChild {
        let memo = try self.memo.mapValues { try values.payload(for: $0).message }
        let attributes = try self.searchAttributes.isEmpty ? nil : self.searchAttributes.message
        return .with { command in
            command.workflowType = .with { $0.name = name }
            command.workflowID = self.id ?? ""
            if let taskQueue { command.taskQueue = .with { $0.name = taskQueue } }
            if !input.payloads.isEmpty { command.input = input }
            if let executionTimeout { command.workflowExecutionTimeout = executionTimeout.message }
            if let runTimeout { command.workflowRunTimeout = runTimeout.message }
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
