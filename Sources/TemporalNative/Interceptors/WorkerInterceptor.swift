//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// Sees what a worker's activities and workflows are called with, and what they call, and may change it.
///
/// Inbound is what calls user code: ``executeActivity(_:next:)``, ``executeWorkflow(_:next:)``, ``handleSignal(_:next:)``,
/// ``handleQuery(_:next:)``, ``validateUpdate(_:next:)``, ``handleUpdate(_:next:)``. Outbound is what user code calls: the
/// others. Every method has a default that only goes on. Interceptors are called in the order in which they are
/// configured, those of the client before those of the worker, the first one outermost.
///
/// What is called around workflow code is workflow code: it runs again in replays, and has to do the same; see
/// <doc:Determinism>.
public protocol WorkerInterceptor: Sendable {
    /// Whether it would only go on if it was called now, whatever it was called with: then it is not called.
    ///
    /// Asked at every call. False by default, and always for one that makes commands. Every interceptor around a workflow
    /// takes memory for as long as the workflow waits, which is why ``TracingInterceptor`` is idle in a process without a
    /// tracer.
    var isIdle: Bool { get }

    // MARK: Activities

    /// Around an attempt of an activity, also of a local one; `ActivityContext.current` is that of the attempt.
    ///
    /// - Parameters:
    ///   - input: What the activity is called with.
    ///   - next: Calls it.
    /// - Returns: The payloads of the result.
    /// - Throws: Anything; the attempt fails with it.
    func executeActivity(
        _ input: ExecuteActivityInput,
        next: InterceptorNext<ExecuteActivityInput, [Payload]>
    ) async throws -> [Payload]

    /// Around a heartbeat of an activity.
    ///
    /// - Parameters:
    ///   - input: The details.
    ///   - next: Takes them to be sent; not calling it makes no heartbeat.
    func heartbeat(_ input: HeartbeatInput, next: (HeartbeatInput) -> Void)

    // MARK: Workflows, inbound

    /// Around ``WorkflowDefinition/run(context:input:)``.
    ///
    /// - Parameters:
    ///   - input: What the workflow is started with.
    ///   - next: Runs it.
    /// - Returns: What `next` returns: the result.
    /// - Throws: Anything, as ``WorkflowDefinition/run(context:input:)``.
    func executeWorkflow<Output: Sendable>(
        _ input: ExecuteWorkflowInput,
        next: InterceptorNext<ExecuteWorkflowInput, Output>
    ) async throws -> Output

    /// Around the handler of a signal.
    ///
    /// - Parameters:
    ///   - input: The signal.
    ///   - next: Calls the handler.
    /// - Throws: Anything, as ``WorkflowDefinition/run(context:input:)``.
    func handleSignal(_ input: HandleSignalInput, next: InterceptorNext<HandleSignalInput, Void>) async throws

    /// Around the handler of a query.
    ///
    /// - Parameters:
    ///   - input: The query.
    ///   - next: Calls the handler.
    /// - Returns: What `next` returns: the answer.
    /// - Throws: Anything; the query fails with it.
    func handleQuery<Output: Sendable>(
        _ input: HandleQueryInput,
        next: (HandleQueryInput) throws -> Output
    ) throws -> Output

    /// Around the validator of an update, also of one that has none.
    ///
    /// - Parameters:
    ///   - input: The update.
    ///   - next: Calls the validator.
    /// - Throws: Anything; the update is rejected with it.
    func validateUpdate(_ input: HandleUpdateInput, next: (HandleUpdateInput) throws -> Void) throws

    /// Around the handler of an update.
    ///
    /// - Parameters:
    ///   - input: The update.
    ///   - next: Calls the handler.
    /// - Returns: What `next` returns: the result.
    /// - Throws: Anything, as the handler.
    func handleUpdate<Output: Sendable>(
        _ input: HandleUpdateInput,
        next: InterceptorNext<HandleUpdateInput, Output>
    ) async throws -> Output

    // MARK: Workflows, outbound

    /// Around an activity that a workflow runs, to its end.
    ///
    /// - Parameters:
    ///   - input: What it is run with.
    ///   - next: Runs it.
    /// - Returns: What `next` returns: the result.
    /// - Throws: Anything; workflow code gets it.
    func startActivity<Output: Sendable>(
        _ input: StartActivityInput,
        next: InterceptorNext<StartActivityInput, Output>
    ) async throws -> Output

    /// Around a local activity that a workflow runs, to its end.
    ///
    /// - Parameters:
    ///   - input: What it is run with.
    ///   - next: Runs it.
    /// - Returns: What `next` returns: the result.
    /// - Throws: Anything; workflow code gets it.
    func startLocalActivity<Output: Sendable>(
        _ input: StartLocalActivityInput,
        next: InterceptorNext<StartLocalActivityInput, Output>
    ) async throws -> Output

    /// Around the start of a child, until it has been started.
    ///
    /// - Parameters:
    ///   - input: What it is started with.
    ///   - next: Starts it.
    /// - Returns: What `next` returns: the child.
    /// - Throws: Anything; workflow code gets it.
    func startChildWorkflow<Output: Sendable>(
        _ input: StartChildWorkflowInput,
        next: InterceptorNext<StartChildWorkflowInput, Output>
    ) async throws -> Output

    /// Around the start of a Nexus operation, until it has been started.
    ///
    /// - Parameters:
    ///   - input: What it is started with.
    ///   - next: Starts it.
    /// - Returns: What `next` returns: the operation.
    /// - Throws: Anything; workflow code gets it.
    func startNexusOperation<Output: Sendable>(
        _ input: StartNexusOperationInput,
        next: InterceptorNext<StartNexusOperationInput, Output>
    ) async throws -> Output

    /// Around a signal to a child.
    ///
    /// - Parameters:
    ///   - input: The signal.
    ///   - next: Sends it.
    /// - Throws: Anything; workflow code gets it.
    func signalChildWorkflow(
        _ input: SignalFromWorkflowInput,
        next: InterceptorNext<SignalFromWorkflowInput, Void>
    ) async throws

    /// Around a signal to another workflow.
    ///
    /// - Parameters:
    ///   - input: The signal.
    ///   - next: Sends it.
    /// - Throws: Anything; workflow code gets it.
    func signalExternalWorkflow(
        _ input: SignalFromWorkflowInput,
        next: InterceptorNext<SignalFromWorkflowInput, Void>
    ) async throws

    /// Around ``WorkflowContext/makeContinueAsNewError(options:input:)``.
    ///
    /// - Parameters:
    ///   - input: What the next run is started with.
    ///   - next: Makes the error that the workflow throws.
    /// - Returns: What `next` returns.
    /// - Throws: Anything; workflow code gets it.
    func continueAsNew(
        _ input: ContinueAsNewInput,
        next: (ContinueAsNewInput) throws -> ContinueAsNewError
    ) throws -> ContinueAsNewError
}

extension WorkerInterceptor {
    /// Not idle.
    public var isIdle: Bool { false }

    /// Only goes on.
    public func executeActivity(
        _ input: ExecuteActivityInput,
        next: InterceptorNext<ExecuteActivityInput, [Payload]>
    ) async throws -> [Payload] {
        try await next(input)
    }

    /// Only goes on.
    public func heartbeat(_ input: HeartbeatInput, next: (HeartbeatInput) -> Void) {
        next(input)
    }

    /// Only goes on.
    public func executeWorkflow<Output: Sendable>(
        _ input: ExecuteWorkflowInput,
        next: InterceptorNext<ExecuteWorkflowInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func handleSignal(
        _ input: HandleSignalInput,
        next: InterceptorNext<HandleSignalInput, Void>
    ) async throws {
        try await next(input)
    }

    /// Only goes on.
    public func handleQuery<Output: Sendable>(
        _ input: HandleQueryInput,
        next: (HandleQueryInput) throws -> Output
    ) throws -> Output {
        try next(input)
    }

    /// Only goes on.
    public func validateUpdate(_ input: HandleUpdateInput, next: (HandleUpdateInput) throws -> Void) throws {
        try next(input)
    }

    /// Only goes on.
    public func handleUpdate<Output: Sendable>(
        _ input: HandleUpdateInput,
        next: InterceptorNext<HandleUpdateInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func startActivity<Output: Sendable>(
        _ input: StartActivityInput,
        next: InterceptorNext<StartActivityInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func startLocalActivity<Output: Sendable>(
        _ input: StartLocalActivityInput,
        next: InterceptorNext<StartLocalActivityInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func startChildWorkflow<Output: Sendable>(
        _ input: StartChildWorkflowInput,
        next: InterceptorNext<StartChildWorkflowInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func startNexusOperation<Output: Sendable>(
        _ input: StartNexusOperationInput,
        next: InterceptorNext<StartNexusOperationInput, Output>
    ) async throws -> Output {
        try await next(input)
    }

    /// Only goes on.
    public func signalChildWorkflow(
        _ input: SignalFromWorkflowInput,
        next: InterceptorNext<SignalFromWorkflowInput, Void>
    ) async throws {
        try await next(input)
    }

    /// Only goes on.
    public func signalExternalWorkflow(
        _ input: SignalFromWorkflowInput,
        next: InterceptorNext<SignalFromWorkflowInput, Void>
    ) async throws {
        try await next(input)
    }

    /// Only goes on.
    public func continueAsNew(
        _ input: ContinueAsNewInput,
        next: (ContinueAsNewInput) throws -> ContinueAsNewError
    ) throws -> ContinueAsNewError {
        try next(input)
    }
}

extension [any WorkerInterceptor] {
    /// Those that are to be called now.
    var active: ArraySlice<any WorkerInterceptor> {
        self.contains { $0.isIdle } ? self.filter { !$0.isIdle }[...] : self[...]
    }
}
