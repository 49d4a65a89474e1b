//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import WorkflowEngine

/// A child workflow that has been started, and whose type is known.
public struct ChildWorkflowHandle<Child: WorkflowDefinition>: Sendable {
    let child: ChildWorkflow<Child.Output>

    /// Its id.
    public var id: String { self.child.id }
    /// Its first run.
    public var firstExecutionRunID: String { self.child.firstRunID }

    /// Waits for its end.
    ///
    /// A cancellation of the task that waits does to the child what its options say.
    ///
    /// - Parameters:
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``ChildWorkflowError``, with the reason as its cause. ``TemporalError/Code/conversionFailed``.
    public func result(
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Child.Output {
        try await typed { try await self.child.result(at: CallPlace(function, file, line)) }
    }

    /// Signals it, and waits until the signal has been delivered.
    ///
    /// - Parameters:
    ///   - signalType: The signal.
    ///   - input: What comes with it.
    /// - Throws: An ``ApplicationError`` if it is not running any more.
    public func signalWorkflow<Signal: WorkflowSignalDefinition<Child>>(
        signalType: Signal.Type = Signal.self,
        input: Signal.Input
    ) async throws {
        try await typed { try await self.child.send(Signal.name, WorkflowValues.arguments(input)) }
    }

    /// Signals it with a signal that nothing comes with; see ``signalWorkflow(signalType:input:)``.
    ///
    /// - Parameter signalType: The signal.
    /// - Throws: As ``signalWorkflow(signalType:input:)``.
    public func signalWorkflow<Signal: WorkflowSignalDefinition<Child>>(
        signalType: Signal.Type = Signal.self
    ) async throws where Signal.Input == Void {
        try await typed { try await self.child.send(Signal.name, []) }
    }
}

/// A child workflow that has been started, and of which only the name is known.
public struct UntypedChildWorkflowHandle: Sendable {
    let child: ChildWorkflow<Void>
    let name: String

    /// Its id.
    public var id: String { self.child.id }
    /// Its first run.
    public var firstExecutionRunID: String { self.child.firstRunID }

    /// Waits for its end; see ``ChildWorkflowHandle/result(function:file:line:)``.
    ///
    /// - Parameters:
    ///   - resultType: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``ChildWorkflowHandle/result(function:file:line:)``.
    public func result<Output: Sendable>(
        resultType: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        self.child.values.references.note(.child, self.name, as: Output.self)
        let child = ChildWorkflow<Output>(child: self.child.child, view: self.child.view, values: self.child.values)
        return try await typed { try await child.result(at: CallPlace(function, file, line)) }
    }

    /// Signals it, and waits until the signal has been delivered.
    ///
    /// - Parameters:
    ///   - signalName: The name of the signal.
    ///   - input: Its values.
    /// - Throws: An ``ApplicationError`` if it is not running any more.
    public func signalWorkflow<each Input: Sendable>(signalName: String, input: repeat each Input) async throws {
        let input = list(repeat each input)
        try await typed { try await self.child.send(signalName, input) }
    }
}
