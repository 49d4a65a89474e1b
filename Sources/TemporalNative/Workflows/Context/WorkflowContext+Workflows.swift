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
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: The child.
    /// - Throws: ``TemporalFailure`` of the kind `childWorkflow`; its cause has the type `WorkflowAlreadyStarted` if
    ///   the id
    ///   is taken. ``TemporalError/Code/conversionFailed``.
    public func startChildWorkflow<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        input: repeat each Input,
        returning type: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> ChildWorkflow<Output> {
        let values = list(repeat each input)
        return try await self.startChild(name, options, values, CallPlace(function, file, line))
    }

    private func startChild<Output: Sendable>(
        _ name: String,
        _ options: ChildWorkflowOptions,
        _ input: [any Sendable],
        _ place: CallPlace
    ) async throws -> ChildWorkflow<Output> {
        let call = StartChildWorkflowInput(workflow: self.view, childType: name, options: options, input: input)
        return try await place.during {
            try await intercepted(
                call,
                by: self.view.interceptors,
                { try await $0.startChildWorkflow($1, next: $2) },
                { try await self.startChild($0) }
            )
        }
    }

    private func startChild<Output: Sendable>(_ call: StartChildWorkflowInput) async throws -> ChildWorkflow<Output> {
        self.values.references.note(.child, call.childType, as: Output.self)
        let summary = try self.summary(call.options.staticSummary)
        let details = try self.summary(call.options.staticDetails)
        let child = try await self.converted {
            try await self.run.startChild(
                self.command(for: call),
                cancellation: call.options.cancellationType.engine,
                summary: summary,
                details: details
            )
        }
        return ChildWorkflow(child: child, view: self.view, values: self.values)
    }

    private func command(for call: StartChildWorkflowInput) throws -> API.StartChild {
        let input = try self.values.encode(values: call.input)
        var attributes = try call.options.command(call.childType, input: input, self.values)
        if !call.headers.isEmpty { attributes.header = try call.headers.message }
        return attributes
    }

    /// Runs a child workflow to its end; see ``startChildWorkflow(_:options:input:returning:function:file:line:)``.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - input: Its inputs.
    ///   - type: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``ChildWorkflow/result(function:file:line:)``.
    public func executeChildWorkflow<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        input: repeat each Input,
        returning type: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        let values = list(repeat each input)
        let place = CallPlace(function, file, line)
        let child: ChildWorkflow<Output> = try await self.startChild(name, options, values, place)
        return try await child.result(at: place)
    }

    /// Starts a child workflow that is a type, and waits until it has been started.
    ///
    /// - Parameters:
    ///   - child: The workflow; its name is started, on the task queue of the options.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - input: Its input.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: The child.
    /// - Throws: ``WorkflowAlreadyStartedError`` if the id is taken. ``ChildWorkflowError``, with the reason as its
    ///   cause.
    ///   ``TemporalError/Code/conversionFailed``.
    public func startChildWorkflow<Child: WorkflowDefinition>(
        _ child: Child.Type = Child.self,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        input: Child.Input,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> ChildWorkflowHandle<Child> {
        let input = WorkflowValues.arguments(input)
        let place = CallPlace(function, file, line)
        return try await typed {
            ChildWorkflowHandle(child: try await self.startChild(Child.name, options, input, place))
        }
    }

    /// Starts a child workflow by its name, in any language, and waits until it has been started.
    ///
    /// As ``startChildWorkflow(_:options:input:returning:function:file:line:)``, with the errors that are types of
    /// their own.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - inputs: Its inputs.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: The child.
    /// - Throws: As ``startChildWorkflow(_:options:input:function:file:line:)``.
    public func startChildWorkflow<each Input: Sendable>(
        name: String,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        inputs: repeat each Input,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> UntypedChildWorkflowHandle {
        let inputs = list(repeat each inputs)
        let place = CallPlace(function, file, line)
        return try await typed {
            UntypedChildWorkflowHandle(child: try await self.startChild(name, options, inputs, place), name: name)
        }
    }

    /// Runs a child workflow that is a type to its end.
    ///
    /// - Parameters:
    ///   - child: The workflow; its name is started, on the task queue of the options.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - input: Its input.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``startChildWorkflow(_:options:input:function:file:line:)``.
    public func executeChildWorkflow<Child: WorkflowDefinition>(
        _ child: Child.Type = Child.self,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        input: Child.Input,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Child.Output {
        let input = WorkflowValues.arguments(input)
        let place = CallPlace(function, file, line)
        return try await typed {
            let child: ChildWorkflow<Child.Output> = try await self.startChild(Child.name, options, input, place)
            return try await child.result(at: place)
        }
    }

    /// Runs a child workflow to its end by its name, in any language.
    ///
    /// As ``executeChildWorkflow(_:options:input:returning:function:file:line:)``, with the errors that are types of
    /// their own.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Its id, where it runs, its timeouts.
    ///   - inputs: Its inputs.
    ///   - resultType: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``startChildWorkflow(_:options:input:function:file:line:)``.
    public func executeChildWorkflow<each Input: Sendable, Output: Sendable>(
        name: String,
        options: ChildWorkflowOptions = ChildWorkflowOptions(),
        inputs: repeat each Input,
        resultType: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        let inputs = list(repeat each inputs)
        return try await typed {
            let place = CallPlace(function, file, line)
            let child: ChildWorkflow<Output> = try await self.startChild(name, options, inputs, place)
            return try await child.result(at: place)
        }
    }

    /// Another workflow of the namespace that is a type, to be signalled or cancelled.
    ///
    /// - Parameters:
    ///   - workflow: The workflow.
    ///   - id: Its id.
    ///   - runId: The run; whichever is running if nil.
    /// - Returns: The workflow; nothing is asked yet.
    public func getExternalWorkflowHandle<External: WorkflowDefinition>(
        _ workflow: External.Type,
        id: String,
        runId: String? = nil
    ) -> ExternalWorkflowHandle<External> {
        ExternalWorkflowHandle(workflow: self.externalWorkflow(id: id, runID: runId))
    }

    /// Another workflow of the namespace, to be signalled or cancelled, with the errors that are types of their own.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - runId: The run; whichever is running if nil.
    /// - Returns: The workflow; nothing is asked yet.
    public func getExternalWorkflowHandle(id: String, runId: String? = nil) -> UntypedExternalWorkflowHandle {
        UntypedExternalWorkflowHandle(workflow: self.externalWorkflow(id: id, runID: runId))
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
    /// - Parameters:
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `childWorkflow`, with the reason as its cause.
    ///   ``TemporalError/Code/conversionFailed``.
    public func result(
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        try await self.result(at: CallPlace(function, file, line))
    }

    func result(at place: CallPlace) async throws -> Output {
        do {
            let result = try await place.during { try await self.view.run.result(of: self.child) }
            return try self.values.decode(result ?? .init(), as: Output.self)
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
        let values = list(repeat each input)
        try await self.send(name, values)
    }

    func send(_ name: String, _ input: [any Sendable]) async throws {
        let call = SignalFromWorkflowInput(workflow: self.view, workflowID: self.id, signal: name, input: input)
        try await intercepted(
            call,
            by: self.view.interceptors,
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
        let values = list(repeat each input)
        try await self.send(name, values)
    }

    func send(_ name: String, _ input: [any Sendable]) async throws {
        let call = SignalFromWorkflowInput(workflow: self.view, workflowID: self.id, signal: name, input: input)
        try await intercepted(
            call,
            by: self.view.interceptors,
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
