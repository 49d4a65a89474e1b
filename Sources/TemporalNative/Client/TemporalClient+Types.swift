//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension TemporalClient {
    /// Starts a workflow that is a type.
    ///
    /// - Parameters:
    ///   - type: The workflow; its name is started.
    ///   - options: Id, queue, timeouts, policies.
    ///   - input: Its input.
    /// - Returns: A handle to the workflow.
    /// - Throws: As ``startWorkflow(_:options:input:returning:)``.
    public func startWorkflow<Workflow: WorkflowDefinition>(
        type: Workflow.Type = Workflow.self,
        options: WorkflowOptions,
        input: Workflow.Input
    ) async throws -> WorkflowHandle<Workflow.Output> {
        var start = WorkflowStart(Workflow.name, options: options)
        start.input = WorkflowValues.arguments(input)
        return try await self.startWorkflow(start, returning: Workflow.Output.self)
    }

    /// Starts a workflow that is a type and takes no input; see ``startWorkflow(type:options:input:)``.
    ///
    /// - Parameters:
    ///   - type: The workflow; its name is started.
    ///   - options: Id, queue, timeouts, policies.
    /// - Returns: A handle to the workflow.
    /// - Throws: As ``startWorkflow(type:options:input:)``.
    public func startWorkflow<Workflow: WorkflowDefinition>(
        type: Workflow.Type = Workflow.self,
        options: WorkflowOptions
    ) async throws -> WorkflowHandle<Workflow.Output> where Workflow.Input == Void {
        try await self.startWorkflow(type: type, options: options, input: ())
    }

    /// Starts a workflow that is a type, and waits for its result.
    ///
    /// - Parameters:
    ///   - type: The workflow; its name is started.
    ///   - options: Id, queue, timeouts, policies.
    ///   - input: Its input.
    /// - Returns: What the workflow returned.
    /// - Throws: As ``startWorkflow(type:options:input:)`` and ``WorkflowHandle/result(followingRuns:)``.
    public func executeWorkflow<Workflow: WorkflowDefinition>(
        type: Workflow.Type = Workflow.self,
        options: WorkflowOptions,
        input: Workflow.Input
    ) async throws -> Workflow.Output {
        try await self.startWorkflow(type: type, options: options, input: input).result()
    }

    /// Starts a workflow that is a type and takes no input, and waits for its result.
    ///
    /// - Parameters:
    ///   - type: The workflow; its name is started.
    ///   - options: Id, queue, timeouts, policies.
    /// - Returns: What the workflow returned.
    /// - Throws: As ``executeWorkflow(type:options:input:)``.
    public func executeWorkflow<Workflow: WorkflowDefinition>(
        type: Workflow.Type = Workflow.self,
        options: WorkflowOptions
    ) async throws -> Workflow.Output where Workflow.Input == Void {
        try await self.startWorkflow(type: type, options: options, input: ()).result()
    }

    /// A handle to a workflow that is a type and was started before.
    ///
    /// - Parameters:
    ///   - type: The workflow.
    ///   - id: The id of the workflow.
    ///   - runID: The run that calls go to; nil for the one that is current at the time of the call.
    ///   - firstRunID: The first run of the chain, if calls must not touch a later workflow with the same id.
    /// - Returns: A handle; nothing is asked of the server.
    public func workflowHandle<Workflow: WorkflowDefinition>(
        type: Workflow.Type,
        id: String,
        runID: String? = nil,
        firstRunID: String? = nil
    ) -> WorkflowHandle<Workflow.Output> {
        self.workflowHandle(id: id, runID: runID, firstRunID: firstRunID, returning: Workflow.Output.self)
    }
}
