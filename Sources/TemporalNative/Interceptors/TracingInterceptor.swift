//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ServiceContextModule
public import Tracing

/// Leads a trace from a client through workflows to activities, in the header of the other SDKs.
///
/// Every client has one by default, and with it its workers: bootstrap a tracer (`InstrumentationSystem`), and there are
/// spans. Names, kinds and attributes are those of the Python SDK's OpenTelemetry interceptor, and so is the header
/// (`_tracer-data`: a JSON object with what the tracer injects, such as `traceparent`), so that a trace goes on in
/// workflows and activities in Python, and the other way round.
///
/// Workflow code runs again in replays, so its spans have no length, are made while the code is new only, and begin when
/// its workflow task began. A workflow that was started without a trace has none.
public struct TracingInterceptor: Sendable {
    private let chosen: (any Tracer)?

    /// Creates an interceptor.
    ///
    /// - Parameter tracer: Makes the spans; that of the process if nil.
    public init(tracer: (any Tracer)? = nil) {
        self.chosen = tracer
    }

    var tracer: any Tracer { self.chosen ?? InstrumentationSystem.tracer }
    var instrument: any Instrument {
        if let chosen { return chosen }
        return InstrumentationSystem.instrument
    }
}

// MARK: - The header

extension TracingInterceptor {
    static let header = "_tracer-data"

    private struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    /// Adds the context of a span to headers; nothing if there is none.
    func inject(_ context: ServiceContext?, into headers: inout [String: Payload]) {
        guard let context else { return }
        var fields: [String: String] = [:]
        self.instrument.inject(context, into: &fields, using: Fields())
        guard !fields.isEmpty, let payload = try? JSONConverter().payload(for: fields) else { return }
        headers[Self.header] = payload
    }

    /// The context of the caller's span; empty if there is none.
    ///
    /// What cannot be read is as if it was not there: a trace is no reason to fail.
    ///
    /// - Parameters:
    ///   - headers: What the caller sent.
    ///   - context: What it is added to.
    /// - Returns: The context.
    func context(of headers: [String: Payload], addedTo context: ServiceContext = .topLevel) -> ServiceContext {
        var context = context
        if let payload = headers[Self.header],
            let fields = try? JSONConverter().value(from: payload, as: [String: String].self)
        {
            self.instrument.extract(fields, into: &context, using: Fields())
        }
        return context
    }
}

// MARK: - Clients

extension TracingInterceptor: ClientInterceptor {
    private func span<Output: Sendable>(
        _ name: String,
        _ workflowID: String,
        _ body: (_ span: any Span) async throws -> Output
    ) async throws -> Output {
        try await self.tracer.withAnySpan(name, ofKind: .client) { span in
            span.attributes["temporalWorkflowID"] = workflowID
            return try await body(span)
        }
    }

    /// A span `StartWorkflow:…` or `SignalWithStartWorkflow:…`.
    public func startWorkflow<Output: Sendable>(
        _ input: StartWorkflowInput,
        next: InterceptorNext<StartWorkflowInput, Output>
    ) async throws -> Output {
        let verb = input.signal == nil ? "StartWorkflow" : "SignalWithStartWorkflow"
        return try await self.span("\(verb):\(input.start.type)", input.start.options.id) { span in
            var input = input
            self.inject(span.context, into: &input.headers)
            return try await next(input)
        }
    }

    /// A span `SignalWorkflow:…`.
    public func signalWorkflow(
        _ input: SignalWorkflowInput,
        next: InterceptorNext<SignalWorkflowInput, Void>
    ) async throws {
        try await self.span("SignalWorkflow:\(input.signal)", input.workflowID) { span in
            var input = input
            self.inject(span.context, into: &input.headers)
            try await next(input)
        }
    }

    /// A span `QueryWorkflow:…`.
    public func queryWorkflow<Output: Sendable>(
        _ input: QueryWorkflowInput,
        next: InterceptorNext<QueryWorkflowInput, Output>
    ) async throws -> Output {
        try await self.span("QueryWorkflow:\(input.query)", input.workflowID) { span in
            var input = input
            self.inject(span.context, into: &input.headers)
            return try await next(input)
        }
    }

    /// A span `StartWorkflowUpdate:…`, or `StartUpdateWithStartWorkflow:…` with the type of the workflow.
    public func startWorkflowUpdate<Output: Sendable>(
        _ input: StartWorkflowUpdateInput,
        next: InterceptorNext<StartWorkflowUpdateInput, Output>
    ) async throws -> Output {
        let name =
            input.start.map { "StartUpdateWithStartWorkflow:\($0.type)" } ?? "StartWorkflowUpdate:\(input.update)"
        return try await self.span(name, input.workflowID) { span in
            if input.start != nil { span.attributes["temporalUpdateID"] = input.updateID }
            var input = input
            self.inject(span.context, into: &input.headers)
            return try await next(input)
        }
    }
}
