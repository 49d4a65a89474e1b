//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension WorkflowHandle {
    /// Sends a signal that is a type.
    ///
    /// - Parameters:
    ///   - signalType: The signal.
    ///   - input: What comes with it.
    /// - Throws: As ``signal(_:input:)``.
    public func signal<Signal: WorkflowSignalDefinition>(
        signalType: Signal.Type = Signal.self,
        input: Signal.Input
    ) async throws where Signal.Workflow.Output == Result {
        if input is Void { return try await self.signal(Signal.name) }
        try await self.signal(Signal.name, input: input)
    }

    /// Sends a signal that is a type and that nothing comes with.
    ///
    /// - Parameter signalType: The signal.
    /// - Throws: As ``signal(_:input:)``.
    public func signal<Signal: WorkflowSignalDefinition>(
        signalType: Signal.Type = Signal.self
    ) async throws where Signal.Workflow.Output == Result, Signal.Input == Void {
        try await self.signal(Signal.name)
    }

    /// Asks a query that is a type.
    ///
    /// - Parameters:
    ///   - queryType: The query.
    ///   - input: What comes with it.
    ///   - rejection: In which states of the workflow the query is not to be asked.
    /// - Returns: The answer.
    /// - Throws: As ``query(_:input:rejectedIf:returning:)``.
    public func query<Query: WorkflowQueryDefinition>(
        queryType: Query.Type = Query.self,
        input: Query.Input,
        rejectedIf rejection: QueryRejection = .never
    ) async throws -> Query.Output where Query.Workflow.Output == Result {
        if input is Void {
            return try await self.query(Query.name, rejectedIf: rejection, returning: Query.Output.self)
        }
        return try await self.query(Query.name, input: input, rejectedIf: rejection, returning: Query.Output.self)
    }

    /// Asks a query that is a type and that nothing comes with.
    ///
    /// - Parameters:
    ///   - queryType: The query.
    ///   - rejection: In which states of the workflow the query is not to be asked.
    /// - Returns: The answer.
    /// - Throws: As ``query(_:input:rejectedIf:returning:)``.
    public func query<Query: WorkflowQueryDefinition>(
        queryType: Query.Type = Query.self,
        rejectedIf rejection: QueryRejection = .never
    ) async throws -> Query.Output where Query.Workflow.Output == Result, Query.Input == Void {
        try await self.query(Query.name, rejectedIf: rejection, returning: Query.Output.self)
    }

    /// Sends an update that is a type, and waits until the workflow has accepted it.
    ///
    /// - Parameters:
    ///   - updateType: The update.
    ///   - id: What makes it unique: an update that is sent again with the same id runs once.
    ///   - input: What comes with it.
    ///   - stage: How far it has to be.
    /// - Returns: A handle to the update.
    /// - Throws: As ``startUpdate(_:id:input:waitingFor:returning:)``.
    public func startUpdate<Update: WorkflowUpdateDefinition>(
        updateType: Update.Type = Update.self,
        id: String? = nil,
        input: Update.Input,
        waitingFor stage: UpdateStage = .accepted
    ) async throws -> UpdateHandle<Update.Output> where Update.Workflow.Output == Result {
        if input is Void {
            return try await self.startUpdate(Update.name, id: id, waitingFor: stage, returning: Update.Output.self)
        }
        return try await self.startUpdate(
            Update.name,
            id: id,
            input: input,
            waitingFor: stage,
            returning: Update.Output.self
        )
    }

    /// Sends an update that is a type, and waits for its result.
    ///
    /// - Parameters:
    ///   - updateType: The update.
    ///   - id: What makes it unique: an update that is sent again with the same id runs once.
    ///   - input: What comes with it.
    /// - Returns: What the handler returned.
    /// - Throws: As ``executeUpdate(_:id:input:returning:)``.
    public func executeUpdate<Update: WorkflowUpdateDefinition>(
        updateType: Update.Type = Update.self,
        id: String? = nil,
        input: Update.Input
    ) async throws -> Update.Output where Update.Workflow.Output == Result {
        try await self.startUpdate(updateType: updateType, id: id, input: input, waitingFor: .completed).result()
    }

    /// Sends an update that is a type and that nothing comes with, and waits for its result.
    ///
    /// - Parameters:
    ///   - updateType: The update.
    ///   - id: What makes it unique: an update that is sent again with the same id runs once.
    /// - Returns: What the handler returned.
    /// - Throws: As ``executeUpdate(_:id:input:returning:)``.
    public func executeUpdate<Update: WorkflowUpdateDefinition>(
        updateType: Update.Type = Update.self,
        id: String? = nil
    ) async throws -> Update.Output where Update.Workflow.Output == Result, Update.Input == Void {
        try await self.executeUpdate(updateType: updateType, id: id, input: ())
    }
}
