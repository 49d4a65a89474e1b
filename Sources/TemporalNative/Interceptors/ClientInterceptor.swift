//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// Sees what a client sends to workflows, and may change it: around each call, with what it is made with and what comes of it.
///
/// Every method has a default that only goes on. Interceptors are called in the order of
/// ``TemporalClient/Configuration/interceptors``, the first one outermost.
///
/// ```swift
/// struct Tenant: ClientInterceptor {
///     let name: String
///
///     func startWorkflow<Output: Sendable>(
///         _ input: StartWorkflowInput,
///         next: InterceptorNext<StartWorkflowInput, Output>
///     ) async throws -> Output {
///         var input = input
///         input.headers["tenant"] = try DataConverter().payload(for: self.name)
///         return try await next(input)
///     }
/// }
/// ```
///
/// A client's interceptor that is a ``WorkerInterceptor`` as well is one of all workers of the client.
public protocol ClientInterceptor: Sendable {
    /// Around a start of a workflow, also one with a signal.
    ///
    /// - Parameters:
    ///   - input: What the call is made with.
    ///   - next: Makes it.
    /// - Returns: What `next` returns: a handle.
    /// - Throws: Anything; whoever starts the workflow gets it.
    func startWorkflow<Output: Sendable>(
        _ input: StartWorkflowInput,
        next: InterceptorNext<StartWorkflowInput, Output>
    ) async throws -> Output

    /// Around a signal.
    ///
    /// - Parameters:
    ///   - input: What the call is made with.
    ///   - next: Makes it.
    /// - Throws: Anything; whoever signals gets it.
    func signalWorkflow(
        _ input: SignalWorkflowInput,
        next: InterceptorNext<SignalWorkflowInput, Void>
    ) async throws

    /// Around a query.
    ///
    /// - Parameters:
    ///   - input: What the call is made with.
    ///   - next: Makes it.
    /// - Returns: What `next` returns: the answer.
    /// - Throws: Anything; whoever asks gets it.
    func queryWorkflow<Output: Sendable>(
        _ input: QueryWorkflowInput,
        next: InterceptorNext<QueryWorkflowInput, Output>
    ) async throws -> Output

    /// Around an update, also one with a start, until it is accepted.
    ///
    /// - Parameters:
    ///   - input: What the call is made with.
    ///   - next: Makes it.
    /// - Returns: What `next` returns: a handle.
    /// - Throws: Anything; whoever updates gets it.
    func startWorkflowUpdate<Output: Sendable>(
        _ input: StartWorkflowUpdateInput,
        next: InterceptorNext<StartWorkflowUpdateInput, Output>
    ) async throws -> Output

    /// Around waiting for the end of a workflow, which may take as long as the workflow does.
    ///
    /// - Parameters:
    ///   - input: Which workflow is waited for.
    ///   - next: Waits.
    /// - Returns: What `next` returns: the result.
    /// - Throws: Anything; whoever waits gets it.
    func workflowResult<Output: Sendable>(
        _ input: WorkflowResultInput,
        next: InterceptorNext<WorkflowResultInput, Output>
    ) async throws -> Output
}

extension ClientInterceptor {
    /// Only goes on.
    public func startWorkflow<Output: Sendable>(
        _ input: StartWorkflowInput,
        next: InterceptorNext<StartWorkflowInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func signalWorkflow(
        _ input: SignalWorkflowInput,
        next: InterceptorNext<SignalWorkflowInput, Void>
    ) async throws {
        try await next(input)
    }

    /// Only goes on.
    public func queryWorkflow<Output: Sendable>(
        _ input: QueryWorkflowInput,
        next: InterceptorNext<QueryWorkflowInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func startWorkflowUpdate<Output: Sendable>(
        _ input: StartWorkflowUpdateInput,
        next: InterceptorNext<StartWorkflowUpdateInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func workflowResult<Output: Sendable>(
        _ input: WorkflowResultInput,
        next: InterceptorNext<WorkflowResultInput, Output>
    ) async throws -> Output {
        try await next(input)
    }
}

/// What a workflow is started with.
public struct StartWorkflowInput: Sendable {
    /// The workflow, with its options and arguments.
    public var start: WorkflowStart
    /// The name of the signal that goes with it; nil if it is a start and nothing else.
    public let signal: String?
    /// The arguments of the signal.
    public var signalInput: [any Sendable] = []
    /// What workers are told; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// What a workflow is signalled with.
public struct SignalWorkflowInput: Sendable {
    /// The id of the workflow.
    public let workflowID: String
    /// The run; nil for the current one.
    public let runID: String?
    /// The name of the signal.
    public var signal: String
    /// Its arguments.
    public var input: [any Sendable]
    /// What workers are told; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// What a workflow is asked.
public struct QueryWorkflowInput: Sendable {
    /// The id of the workflow.
    public let workflowID: String
    /// The run; nil for the current one.
    public let runID: String?
    /// The name of the query.
    public var query: String
    /// Its arguments.
    public var input: [any Sendable]
    /// What workers are told; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// What a workflow is updated with.
public struct StartWorkflowUpdateInput: Sendable {
    /// The id of the workflow.
    public let workflowID: String
    /// The run; nil for the current one.
    public let runID: String?
    /// The name of the update.
    public var update: String
    /// What makes it unique.
    public let updateID: String
    /// Its arguments.
    public var input: [any Sendable]
    /// The workflow that is started if it does not run; nil for an update and nothing else.
    public var start: WorkflowStart?
    /// What workers are told of the update, and of the start; no codec is applied.
    public var headers: [String: Payload] = [:]
}

/// Which workflow somebody waits for.
public struct WorkflowResultInput: Sendable {
    /// The id of the workflow.
    public let workflowID: String
    /// The run; nil for the current one.
    public let runID: String?
    /// Whether the run that follows is waited for, too.
    public var followsRuns: Bool
}
