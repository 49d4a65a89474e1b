//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Another workflow of the namespace, whose type is known.
public struct ExternalWorkflowHandle<External: WorkflowDefinition>: Sendable {
    let workflow: ExternalWorkflow

    /// Its id.
    public var id: String { self.workflow.id }
    /// The run; nil for whichever is running.
    public var runId: String? { self.workflow.runID }

    /// Signals it, and waits until the signal has been delivered.
    ///
    /// - Parameters:
    ///   - signalType: The signal.
    ///   - input: What comes with it.
    /// - Throws: An ``ApplicationError`` if there is no such workflow.
    public func signal<Signal: WorkflowSignalDefinition<External>>(
        signalType: Signal.Type = Signal.self,
        input: Signal.Input
    ) async throws {
        try await typed { try await self.workflow.send(Signal.name, WorkflowValues.arguments(input)) }
    }

    /// Signals it with a signal that nothing comes with; see ``signal(signalType:input:)``.
    ///
    /// - Parameter signalType: The signal.
    /// - Throws: As ``signal(signalType:input:)``.
    public func signal<Signal: WorkflowSignalDefinition<External>>(
        signalType: Signal.Type = Signal.self
    ) async throws where Signal.Input == Void {
        try await typed { try await self.workflow.send(Signal.name, []) }
    }

    /// Requests its cancellation, and waits until the request has been delivered.
    ///
    /// - Throws: An ``ApplicationError`` if there is no such workflow.
    public func cancel() async throws {
        try await typed { try await self.workflow.cancel() }
    }
}

/// Another workflow of the namespace, of which only the id is known.
public struct UntypedExternalWorkflowHandle: Sendable {
    let workflow: ExternalWorkflow

    /// Its id.
    public var id: String { self.workflow.id }
    /// The run; nil for whichever is running.
    public var runId: String? { self.workflow.runID }

    /// Signals it, and waits until the signal has been delivered.
    ///
    /// - Parameters:
    ///   - signalName: The name of the signal.
    ///   - input: Its values.
    /// - Throws: An ``ApplicationError`` if there is no such workflow.
    public func signal<each Input: Sendable>(signalName: String, input: repeat each Input) async throws {
        let input = list(repeat each input)
        try await typed { try await self.workflow.send(signalName, input) }
    }

    /// Requests its cancellation, and waits until the request has been delivered.
    ///
    /// - Throws: An ``ApplicationError`` if there is no such workflow.
    public func cancel() async throws {
        try await typed { try await self.workflow.cancel() }
    }
}
