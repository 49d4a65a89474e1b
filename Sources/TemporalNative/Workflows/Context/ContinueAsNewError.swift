//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// Ends a run and has the workflow go on with a new one; made by
/// ``WorkflowContext/makeContinueAsNewError(options:input:)`` and thrown.
public struct ContinueAsNewError: Error, Sendable {
    let attributes: API.ContinueAsNew

    init(_ call: ContinueAsNewInput, run: WorkflowRun, values: WorkflowValues) throws {
        let (options, input) = try (call.options, values.encode(values: call.input))
        let header = try call.headers.message
        let memo = try options.memo?.mapValues { try values.payload(for: $0).message }
        let attributes = try options.searchAttributes?.message
        self.attributes = .with { command in
            command.workflowType = .with { $0.name = options.workflowType ?? run.start.workflowType }
            command.taskQueue = .with { $0.name = options.taskQueue ?? run.start.taskQueue }
            if !input.payloads.isEmpty { command.input = input }
            if !call.headers.isEmpty { command.header = header }
            command.workflowRunTimeout = options.runTimeout?.message ?? run.start.runTimeout
            command.workflowTaskTimeout = options.taskTimeout?.message ?? run.start.taskTimeout
            if let policy = options.retryPolicy {
                command.retryPolicy = policy.message
            } else if let policy = run.start.retryPolicy {
                command.retryPolicy = policy
            }
            let fields = memo ?? run.memo
            if !fields.isEmpty { command.memo = .with { $0.fields = fields } }
            var merged = run.searchAttributes
            merged.merge(attributes?.indexedFields ?? [:]) { $1 }
            for name in (options.searchAttributes?.unset ?? [:]).keys { merged[name] = nil }
            if options.takesCurrentVersion { command.initialVersioningBehavior = .autoUpgrade }
            if !merged.isEmpty { command.searchAttributes = .with { $0.indexedFields = merged } }
        }
    }
}

/// What is different in the run that a workflow continues as.
public struct ContinueAsNewOptions: Sendable {
    /// The name of the workflow; the same if nil.
    public var workflowType: String?
    /// Where it runs; where it does now if nil.
    public var taskQueue: String?
    /// How long a worker may take for one task of the new run; as now if nil.
    public var taskTimeout: Duration?
    /// The longest time of the new run; as now if nil.
    public var runTimeout: Duration?
    /// When it is tried again; as now if nil.
    public var retryPolicy: RetryPolicy?
    /// Values that are shown with it; the current ones if nil.
    public var memo: [String: any Sendable]?
    /// Search attributes that change; the others are those of now.
    public var searchAttributes: SearchAttributes?
    /// Whether the new run of a pinned workflow is on the version that is current then, and not on the one of this run.
    public var takesCurrentVersion = false

    /// Creates options: what is nil is as now.
    ///
    /// - Parameters:
    ///   - taskQueue: Where it runs.
    ///   - taskTimeout: How long a worker may take for one task.
    ///   - runTimeout: The longest time of the new run.
    ///   - retryPolicy: When it is tried again.
    ///   - memo: Values that are shown with it.
    ///   - searchAttributes: Search attributes that change.
    public init(
        taskQueue: String? = nil,
        taskTimeout: Duration? = nil,
        runTimeout: Duration? = nil,
        retryPolicy: RetryPolicy? = nil,
        memo: [String: any Sendable]? = nil,
        searchAttributes: SearchAttributes? = nil
    ) {
        self.taskQueue = taskQueue
        self.taskTimeout = taskTimeout
        self.runTimeout = runTimeout
        self.retryPolicy = retryPolicy
        self.memo = memo
        self.searchAttributes = searchAttributes
    }
}
