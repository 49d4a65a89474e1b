//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

extension WorkflowContext {
    /// Starts a child workflow, in any language, and waits until it has been started.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - input: Its inputs.
    ///   - type: The type of its result.
    /// - Returns: The child.
    /// - Throws: ``TemporalFailure`` of the kind `childWorkflow`; its cause has the type `WorkflowAlreadyStarted` if the id
    ///   is taken. ``TemporalError/Code/conversionFailed``.
    public func startChildWorkflow<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        input: repeat each Input,
        returning type: Output.Type = Output.self
    ) async throws -> ChildWorkflow<Output> {
        var values: [any Sendable] = []
        for value in repeat each input { values.append(value) }
        let call = StartChildWorkflowInput(workflow: self.view, childType: name, options: options, input: values)
        return try await intercepted(
            call,
            by: self.view.interceptors[...],
            { try await $0.startChildWorkflow($1, next: $2) },
            { try await self.startChild($0) }
        )
    }

    private func startChild<Output: Sendable>(_ call: StartChildWorkflowInput) async throws -> ChildWorkflow<Output> {
        self.values.references.note(.child, call.childType, as: Output.self)
        let input = try self.values.encode(values: call.input)
        var attributes = try call.options.command(call.childType, input: input, self.values)
        if !call.headers.isEmpty { attributes.header = try call.headers.message }
        let summary = try self.summary(call.options.summary)
        let child = try await self.converted {
            try await self.run.startChild(
                attributes,
                cancellation: call.options.cancellation.engine,
                summary: summary
            )
        }
        return ChildWorkflow(child: child, view: self.view, values: self.values)
    }

    /// Runs a child workflow to its end; see ``startChildWorkflow(_:options:input:returning:)``.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - input: Its inputs.
    ///   - type: The type of its result.
    /// - Returns: Its result.
    /// - Throws: As ``ChildWorkflow/result()``.
    public func executeChildWorkflow<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        input: repeat each Input,
        returning type: Output.Type = Output.self
    ) async throws -> Output {
        try await self.startChildWorkflow(name, options: options, input: repeat each input, returning: type).result()
    }

    /// Another workflow of the namespace, to be signalled or cancelled.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - runID: The run; whichever is running if nil.
    /// - Returns: The workflow; nothing is asked yet.
    public func externalWorkflow(id: String, runID: String? = nil) -> ExternalWorkflow {
        ExternalWorkflow(id: id, runID: runID, view: self.view, values: self.values)
    }
}

/// A child workflow that has been started.
public struct ChildWorkflow<Output: Sendable>: Sendable {
    let child: StartedChild
    let view: WorkflowContextView
    let values: WorkflowValues

    /// Its id.
    public var id: String { self.child.workflowID }
    /// Its first run.
    public var firstRunID: String { self.child.runID }

    /// Waits for its end.
    ///
    /// A cancellation of the task that waits does to the child what its options say.
    ///
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `childWorkflow`, with the reason as its cause.
    ///   ``TemporalError/Code/conversionFailed``.
    public func result() async throws -> Output {
        do {
            return try await self.values.decode(self.view.run.result(of: self.child) ?? .init(), as: Output.self)
        } catch {
            throw self.values.error(for: error)
        }
    }

    /// Signals it, and waits until the signal has been delivered.
    ///
    /// - Parameters:
    ///   - name: The name of the signal.
    ///   - input: Its values.
    /// - Throws: ``TemporalFailure`` if it is not running any more.
    public func signal<each Input: Sendable>(_ name: String, input: repeat each Input) async throws {
        var values: [any Sendable] = []
        for value in repeat each input { values.append(value) }
        let call = SignalFromWorkflowInput(workflow: self.view, workflowID: self.id, signal: name, input: values)
        try await intercepted(
            call,
            by: self.view.interceptors[...],
            { try await $0.signalChildWorkflow($1, next: $2) },
            { call in
                try await self.view.run.signal(call, self.values) { signal in
                    signal.execution = .with { $0.workflowID = self.id }
                    signal.childWorkflowOnly = true
                }
            }
        )
    }
}

/// Another workflow of the namespace.
public struct ExternalWorkflow: Sendable {
    /// Its id.
    public let id: String
    /// The run; nil for whichever is running.
    public let runID: String?
    let view: WorkflowContextView
    let values: WorkflowValues

    /// Signals it, and waits until the signal has been delivered.
    ///
    /// - Parameters:
    ///   - name: The name of the signal.
    ///   - input: Its values.
    /// - Throws: ``TemporalFailure`` if there is no such workflow.
    public func signal<each Input: Sendable>(_ name: String, input: repeat each Input) async throws {
        var values: [any Sendable] = []
        for value in repeat each input { values.append(value) }
        let call = SignalFromWorkflowInput(workflow: self.view, workflowID: self.id, signal: name, input: values)
        try await intercepted(
            call,
            by: self.view.interceptors[...],
            { try await $0.signalExternalWorkflow($1, next: $2) },
            { call in
                try await self.view.run.signal(call, self.values) { signal in
                    signal.execution = .with {
                        $0.workflowID = self.id
                        $0.runID = self.runID ?? ""
                    }
                }
            }
        )
    }

    /// Requests its cancellation, and waits until the request has been delivered.
    ///
    /// - Parameter reason: Why, for history.
    /// - Throws: ``TemporalFailure`` if there is no such workflow.
    public func cancel(reason: String = "") async throws {
        do {
            try await self.view.run.cancelExternal(
                .with {
                    $0.workflowID = self.id
                    $0.runID = self.runID ?? ""
                    $0.reason = reason
                }
            )
        } catch {
            throw self.values.error(for: error)
        }
    }
}

extension WorkflowRun {
    fileprivate func signal(
        _ call: SignalFromWorkflowInput,
        _ values: WorkflowValues,
        _ fill: (inout API.SignalExternal) -> Void
    ) async throws {
        var signal = API.SignalExternal()
        signal.signalName = call.signal
        let input = try values.encode(values: call.input)
        if !input.payloads.isEmpty { signal.input = input }
        if !call.headers.isEmpty { signal.header = try call.headers.message }
        fill(&signal)
        do {
            try await self.signalExternal(signal)
        } catch {
            throw values.error(for: error)
        }
    }
}
