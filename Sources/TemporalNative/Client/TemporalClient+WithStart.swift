//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import TemporalAPI

extension TemporalClient {
    /// Sends a signal to a workflow, and starts the workflow if it does not run; both or neither.
    ///
    /// - Parameters:
    ///   - start: The workflow. Its conflict policy is not looked at: a running workflow is used.
    ///   - signal: The name of the signal.
    ///   - input: The signal's arguments, in order.
    ///   - result: What the workflow returns.
    /// - Returns: A handle to the workflow.
    /// - Throws: ``TemporalError``: `workflowAlreadyStarted` if the id may not be used again, `conversionFailed`,
    ///   `externalStorageFailed`. `CancellationError` if cancelled; the signal may have been sent.
    public func signalWithStart<each Input: Sendable, Result: Sendable>(
        _ start: WorkflowStart,
        signal: String,
        input: repeat each Input,
        returning result: Result.Type
    ) async throws -> WorkflowHandle<Result> {
        let values = list(repeat each input)
        return try await self.connection.intercepted(
            StartWorkflowInput(start: start, signal: signal, signalInput: values),
            { try await $0.startWorkflow($1, next: $2) },
            { try await self.signalWithStart($0) }
        )
    }

    private func signalWithStart<Result: Sendable>(
        _ call: StartWorkflowInput
    ) async throws -> WorkflowHandle<Result> {
        let start = call.start
        var request = WorkflowService.SignalWithStartWorkflowExecution.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.requestID = UniqueID.make()
        try await start.write(to: &request, on: self.connection, headers: call.headers)
        if let delay = start.options.startDelay { request.workflowStartDelay = delay.message }
        request.signalName = call.signal ?? ""
        let context = self.connection.payloads(of: start.target(namespace: self.connection.namespace))
        request.signalInput = try ProtoPayloads(await context.encode(values: call.signalInput))
        let response = try await self.connection.call(WorkflowService.SignalWithStartWorkflowExecution.self, request)
        return .init(id: start.options.id, runID: nil, firstRunID: response.runID, connection: self.connection)
    }

    /// Sends an update to a workflow, and starts the workflow if it does not run; both or neither.
    ///
    /// ```swift
    /// let update = try await client.startUpdateWithStart(start, update: "add", input: item, returning: Int.self)
    /// let count = try await update.result()
    /// ```
    ///
    /// - Parameters:
    ///   - start: The workflow. Its ``WorkflowOptions/idConflictPolicy`` must be set.
    ///   - update: The name of the update.
    ///   - id: What makes the update unique: sent again with the same id, it runs once.
    ///   - input: The update's arguments, in order.
    ///   - stage: How far it has to be.
    ///   - result: What the update returns.
    /// - Returns: A handle to the update.
    /// - Throws: ``TemporalError``: `invalidArgument` without a conflict policy, `workflowAlreadyStarted`,
    ///   `updateUnfinished` if no worker takes it in time, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled; both may have happened.
    public func startUpdateWithStart<each Input: Sendable, Output: Sendable>(
        _ start: WorkflowStart,
        update: String,
        id: String? = nil,
        input: repeat each Input,
        waitingFor stage: UpdateStage = .accepted,
        returning result: Output.Type
    ) async throws -> UpdateHandle<Output> {
        guard start.options.idConflictPolicy != nil else {
            throw TemporalError(
                code: .invalidArgument,
                message: "an update with start needs a conflict policy: set idConflictPolicy, such as .useExisting"
            )
        }
        let values = list(repeat each input)
        let call = StartWorkflowUpdateInput(
            workflowID: start.options.id,
            runID: nil,
            update: update,
            updateID: id ?? UniqueID.make(),
            input: values,
            start: start
        )
        return try await self.connection.intercepted(
            call,
            { try await $0.startWorkflowUpdate($1, next: $2) },
            { try await self.startUpdateWithStart($0, $0.start ?? start, stage) }
        )
    }

    private func startUpdateWithStart<Output: Sendable>(
        _ call: StartWorkflowUpdateInput,
        _ start: WorkflowStart,
        _ stage: UpdateStage
    ) async throws -> UpdateHandle<Output> {
        let updateRequest = try await self.workflowHandle(id: start.options.id).updateRequest(call, stage: stage)
        var request = WorkflowService.ExecuteMultiOperation.Input()
        request.namespace = self.connection.namespace
        request.operations = [.init(), .init()]
        request.operations[0].startWorkflow = try await start.request(on: self.connection, headers: call.headers)
        request.operations[1].updateWorkflow = updateRequest
        while true {
            let response: WorkflowService.ExecuteMultiOperation.Output
            do {
                response = try await self.connection.call(
                    WorkflowService.ExecuteMultiOperation.self,
                    request,
                    patience: self.connection.updatePoll,
                    keeping: .results(as: Output.self)
                )
            } catch let error as TemporalError where [.timedOut, .canceled].contains(error.code) {
                throw error.asUpdateUnfinished
            }
            guard let answer = response.responses.last?.updateWorkflow else {
                throw TemporalError(code: .serverFailed, message: "the server's answer has no part for the update")
            }
            guard answer.stage.rawValue < UpdateStage.accepted.rawValue else {
                return UpdateHandle(
                    reference: answer.updateRef,
                    known: answer.hasOutcome ? answer.outcome : nil,
                    connection: self.connection
                )
            }
        }
    }

    /// Sends an update to a workflow, starts the workflow if it does not run, and waits for the update's result; see
    /// ``startUpdateWithStart(_:update:id:input:waitingFor:returning:)``.
    ///
    /// - Parameters:
    ///   - start: The workflow. Its ``WorkflowOptions/idConflictPolicy`` must be set.
    ///   - update: The name of the update.
    ///   - id: What makes the update unique.
    ///   - input: The update's arguments, in order.
    ///   - result: What the update returns.
    /// - Returns: What the handler returned.
    /// - Throws: As ``startUpdateWithStart(_:update:id:input:waitingFor:returning:)`` and ``UpdateHandle/result()``.
    public func executeUpdateWithStart<each Input: Sendable, Output: Sendable>(
        _ start: WorkflowStart,
        update: String,
        id: String? = nil,
        input: repeat each Input,
        returning result: Output.Type = Output.self
    ) async throws -> Output {
        try await self.startUpdateWithStart(
            start,
            update: update,
            id: id,
            input: repeat each input,
            waitingFor: .completed,
            returning: result
        ).result()
    }
}
