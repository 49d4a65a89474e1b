//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import ServiceContextModule
import Tracing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension TracingInterceptor: WorkerInterceptor {
    /// Whether it was given no tracer, and the process has none.
    public var isIdle: Bool { type(of: self.instrument) == NoOpInstrument.self }

    // MARK: Activities

    /// A span `RunActivity:…` around the attempt, a child of the one in the header.
    public func executeActivity(
        _ input: ExecuteActivityInput,
        next: InterceptorNext<ExecuteActivityInput, [Payload]>
    ) async throws -> [Payload] {
        let caller = self.context(of: input.headers, addedTo: .current ?? .topLevel)
        return try await self.tracer.withAnySpan(input.info.spanName, context: caller, ofKind: .server) { span in
            span.updateAttributes { input.info.set(on: &$0) }
            return try await next(input)
        }
    }

    // MARK: Workflows, inbound

    /// Spans `RunWorkflow:…` and `CompleteWorkflow:…`.
    public func executeWorkflow<Output: Sendable>(
        _ input: ExecuteWorkflowInput,
        next: InterceptorNext<ExecuteWorkflowInput, Output>
    ) async throws -> Output {
        try await self.inContext(of: input.workflow) {
            self.note("RunWorkflow:\(input.workflow.info.workflowType)", in: input.workflow, ofKind: .server)
            let output = try await next(input)
            self.noteEnd(of: input.workflow)
            return output
        }
    }

    /// A span `HandleSignal:…` with a link to the one in the header.
    public func handleSignal(
        _ input: HandleSignalInput,
        next: InterceptorNext<HandleSignalInput, Void>
    ) async throws {
        try await self.inContext(of: input.workflow) {
            self.noteCall("HandleSignal:\(input.signal)", in: input.workflow, with: input.headers)
            try await next(input)
        }
    }

    /// A span `HandleQuery:…`, a child of the one in the header, if there is one.
    public func handleQuery<Output: Sendable>(
        _ input: HandleQueryInput,
        next: (HandleQueryInput) throws -> Output
    ) throws -> Output {
        try ServiceContext.withValue(self.context(of: input.headers)) {
            self.note(
                "HandleQuery:\(input.query)",
                in: input.workflow,
                ofKind: .server,
                linkedTo: self.context(of: input.workflow.info.headers),
                evenOnReplay: true
            )
            return try next(input)
        }
    }

    /// A span `ValidateUpdate:…` with a link to the one in the header.
    public func validateUpdate(_ input: HandleUpdateInput, next: (HandleUpdateInput) throws -> Void) throws {
        try ServiceContext.withValue(self.context(of: input.workflow.info.headers)) {
            self.noteCall("ValidateUpdate:\(input.update)", in: input.workflow, with: input.headers)
            try next(input)
        }
    }

    /// A span `HandleUpdate:…` with a link to the one in the header.
    public func handleUpdate<Output: Sendable>(
        _ input: HandleUpdateInput,
        next: InterceptorNext<HandleUpdateInput, Output>
    ) async throws -> Output {
        try await ServiceContext.withValue(self.context(of: input.workflow.info.headers)) {
            self.noteCall("HandleUpdate:\(input.update)", in: input.workflow, with: input.headers)
            return try await next(input)
        }
    }

    // MARK: Workflows, outbound

    /// A span `StartActivity:…`, of which that of the activity is a child.
    public func startActivity<Output: Sendable>(
        _ input: StartActivityInput,
        next: InterceptorNext<StartActivityInput, Output>
    ) async throws -> Output {
        var input = input
        let span = self.note("StartActivity:\(input.activity)", in: input.workflow, ofKind: .client)
        self.inject(span, into: &input.headers)
        return try await next(input)
    }

    /// A span `StartActivity:…`, of which that of the activity is a child.
    public func startLocalActivity<Output: Sendable>(
        _ input: StartLocalActivityInput,
        next: InterceptorNext<StartLocalActivityInput, Output>
    ) async throws -> Output {
        var input = input
        let span = self.note("StartActivity:\(input.activity)", in: input.workflow, ofKind: .client)
        self.inject(span, into: &input.headers)
        return try await next(input)
    }

    /// A span `StartChildWorkflow:…`, of which those of the child are children.
    public func startChildWorkflow<Output: Sendable>(
        _ input: StartChildWorkflowInput,
        next: InterceptorNext<StartChildWorkflowInput, Output>
    ) async throws -> Output {
        var input = input
        let span = self.note("StartChildWorkflow:\(input.childType)", in: input.workflow, ofKind: .client)
        self.inject(span, into: &input.headers)
        return try await next(input)
    }

    /// A span `SignalChildWorkflow:…`, to which the one of the handler is linked.
    public func signalChildWorkflow(
        _ input: SignalFromWorkflowInput,
        next: InterceptorNext<SignalFromWorkflowInput, Void>
    ) async throws {
        var input = input
        // The Python SDK's kind.
        let span = self.note("SignalChildWorkflow:\(input.signal)", in: input.workflow, ofKind: .server)
        self.inject(span, into: &input.headers)
        try await next(input)
    }

    /// A span `SignalExternalWorkflow:…`, to which the one of the handler is linked.
    public func signalExternalWorkflow(
        _ input: SignalFromWorkflowInput,
        next: InterceptorNext<SignalFromWorkflowInput, Void>
    ) async throws {
        var input = input
        let span = self.note("SignalExternalWorkflow:\(input.signal)", in: input.workflow, ofKind: .client)
        self.inject(span, into: &input.headers)
        try await next(input)
    }

    /// The new run goes on with the trace of this one.
    public func continueAsNew(
        _ input: ContinueAsNewInput,
        next: (ContinueAsNewInput) throws -> ContinueAsNewError
    ) throws -> ContinueAsNewError {
        var input = input
        self.inject(ServiceContext.current, into: &input.headers)
        return try next(input)
    }
}

// MARK: - Spans of workflow code

extension TracingInterceptor {
    /// Runs code that may end the workflow, as part of the trace with which it was started.
    private func inContext<Output: Sendable>(
        of workflow: WorkflowContextView,
        _ body: () async throws -> Output
    ) async throws -> Output {
        try await ServiceContext.withValue(self.context(of: workflow.info.headers)) {
            do {
                return try await body()
            } catch {
                if error is ApplicationFailure || error is TemporalFailure { self.noteEnd(of: workflow, error) }
                throw error
            }
        }
    }

    private func noteEnd(of workflow: WorkflowContextView, _ error: (any Error)? = nil) {
        self.note("CompleteWorkflow:\(workflow.info.workflowType)", in: workflow, ofKind: .internal, error: error)
    }

    /// Makes a span for the call of a handler, linked to the one in the call's headers.
    private func noteCall(_ name: String, in workflow: WorkflowContextView, with headers: [String: Payload]) {
        self.note(name, in: workflow, ofKind: .server, linkedTo: self.context(of: headers))
    }

    /// Makes a span of no length, a child of the current one: a span that stays open would not survive a replay.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - workflow: The run.
    ///   - kind: Its kind.
    ///   - link: The context of a span that it is linked to, if it is not empty.
    ///   - error: What is recorded on it.
    ///   - evenOnReplay: Whether it is made in replays too.
    /// - Returns: Its context; nil if there is none, in a replay and without a trace.
    @discardableResult
    private func note(
        _ name: String,
        in workflow: WorkflowContextView,
        ofKind kind: SpanKind,
        linkedTo link: ServiceContext = .topLevel,
        error: (any Error)? = nil,
        evenOnReplay: Bool = false
    ) -> ServiceContext? {
        guard let context = ServiceContext.current, !context.isEmpty, evenOnReplay || !workflow.isReplaying else {
            return nil
        }
        let now = DefaultTracerClock.Timestamp(
            nanosecondsSinceEpoch: UInt64(max(0, workflow.now.timeIntervalSince1970 * 1e9))
        )
        let span = self.tracer.startSpan(name, context: context, ofKind: kind, at: now)
        span.attributes["temporalWorkflowID"] = workflow.info.workflowID
        span.attributes["temporalRunID"] = workflow.info.runID
        if !link.isEmpty { span.addLink(SpanLink(context: link, attributes: [:])) }
        if let error { span.recordError(error) }
        span.end(at: now)
        return span.context
    }
}
