//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

// MARK: Activities

/// What an activity is called with.
public struct ExecuteActivityInput: Sendable {
    /// What the attempt is about.
    public let info: ActivityInfo
    /// The payloads of the arguments, as they stand in the message.
    public var input: [Payload]
    /// What the caller's interceptors sent along; references resolved, codecs not undone.
    public let headers: [String: Payload]
}

/// What an activity says of itself.
public struct HeartbeatInput: Sendable {
    /// What the attempt is about.
    public let info: ActivityInfo
    /// What the next attempt gets if this one fails.
    public var details: [any Sendable]
}

// MARK: Workflows, inbound

/// What a workflow is started with.
public struct ExecuteWorkflowInput: Sendable {
    /// The run.
    public let workflow: WorkflowContextView
    /// What whoever started it sent along.
    public var headers: [String: Payload] { self.workflow.info.headers }
}

/// A signal that has come.
public struct HandleSignalInput: Sendable {
    /// The run.
    public let workflow: WorkflowContextView
    /// The name of the signal.
    public let signal: String
    /// The payloads of its arguments; references resolved and codecs undone.
    public var input: [Payload]
    /// What whoever sent it sent along.
    public let headers: [String: Payload]
}

/// A query that has come.
public struct HandleQueryInput: Sendable {
    /// The run.
    public let workflow: WorkflowContextView
    /// The name of the query.
    public let query: String
    /// The payloads of its arguments; references resolved and codecs undone.
    public var input: [Payload]
    /// What whoever asks sent along.
    public let headers: [String: Payload]
}

/// An update that has come.
public struct HandleUpdateInput: Sendable {
    /// The run.
    public let workflow: WorkflowContextView
    /// The name of the update.
    public let update: String
    /// What makes it unique.
    public let updateID: String
    /// The payloads of its arguments; references resolved and codecs undone.
    public var input: [Payload]
    /// What whoever sent it sent along.
    public let headers: [String: Payload]
}

// MARK: Workflows, outbound

/// What a workflow runs an activity with.
public struct StartActivityInput: Sendable {
    /// The run.
    public let workflow: WorkflowContextView
    /// The name of the activity.
    public var activity: String
    /// Timeouts, retries, where it runs.
    public var options: ActivityOptions
    /// Its arguments.
    public var input: [any Sendable]
    /// What the activity's worker is told; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// What a workflow runs a local activity with.
public struct StartLocalActivityInput: Sendable {
    /// The run.
    public let workflow: WorkflowContextView
    /// The name of the activity.
    public var activity: String
    /// Timeouts, retries.
    public var options: LocalActivityOptions
    /// Its arguments.
    public var input: [any Sendable]
    /// What the activity is told.
    public var headers: [String: Payload] = [:]
}

/// What a workflow starts a child with.
public struct StartChildWorkflowInput: Sendable {
    /// The run that starts it.
    public let workflow: WorkflowContextView
    /// The name of the child.
    public var childType: String
    /// Its id, where it runs, its timeouts.
    public var options: ChildWorkflowOptions
    /// Its arguments.
    public var input: [any Sendable]
    /// What the child's worker is told; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// What a workflow signals another one with.
public struct SignalFromWorkflowInput: Sendable {
    /// The run that signals.
    public let workflow: WorkflowContextView
    /// The id of the workflow that is signalled.
    public let workflowID: String
    /// The name of the signal.
    public var signal: String
    /// Its arguments.
    public var input: [any Sendable]
    /// What the other one's worker is told; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// What a workflow starts a Nexus operation with.
public struct StartNexusOperationInput: Sendable {
    /// The run that starts it.
    public let workflow: WorkflowContextView
    /// The endpoint that leads to the handler.
    public let endpoint: String
    /// The service that has the operation.
    public let service: String
    /// The name of the operation.
    public var operation: String
    /// Timeouts, headers, what a cancellation does to it.
    public var options: NexusOperationOptions
    /// Its input.
    public var input: any Sendable
}

/// What a workflow continues as new with.
public struct ContinueAsNewInput: Sendable {
    /// The run that ends.
    public let workflow: WorkflowContextView
    /// What is different in the new run.
    public var options: ContinueAsNewOptions
    /// Its arguments.
    public var input: [any Sendable]
    /// What the new run's worker is told; no codec is applied.
    public var headers: [String: Payload] = [:]
}
