//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import TemporalAPI

extension WorkflowHandle {
    /// Sends an update and waits for its result.
    ///
    /// - Parameters:
    ///   - name: The name of the update.
    ///   - id: What makes it unique: an update that is sent again with the same id runs once.
    ///   - input: Its arguments, in order.
    ///   - type: What the update returns.
    /// - Returns: What the handler returned.
    /// - Throws: As ``startUpdate(_:id:input:waitingFor:returning:)`` and ``UpdateHandle/result()``.
    public func executeUpdate<each Input: Sendable, Output: Sendable>(
        _ name: String,
        id: String? = nil,
        input: repeat each Input,
        returning type: Output.Type = Output.self
    ) async throws -> Output {
        try await self.startUpdate(
            name,
            id: id,
            input: repeat each input,
            waitingFor: .completed,
            returning: type
        ).result()
    }

    /// Sends an update and waits until the workflow has accepted it.
    ///
    /// - Parameters:
    ///   - name: The name of the update.
    ///   - id: What makes it unique: an update that is sent again with the same id runs once.
    ///   - input: Its arguments, in order.
    ///   - stage: How far it has to be.
    ///   - type: What the update returns.
    /// - Returns: A handle to the update.
    /// - Throws: ``TemporalError``: `notFound` if the workflow is over, `updateUnfinished` if no worker takes it in time,
    ///   `conversionFailed`, `externalStorageFailed`. An update that was rejected throws from the handle.
    ///   `CancellationError` if cancelled; the update may run all the same.
    public func startUpdate<each Input: Sendable, Output: Sendable>(
        _ name: String,
        id: String? = nil,
        input: repeat each Input,
        waitingFor stage: UpdateStage = .accepted,
        returning type: Output.Type = Output.self
    ) async throws -> UpdateHandle<Output> {
        let values = list(repeat each input)
        let call = StartWorkflowUpdateInput(
            workflowID: self.id,
            runID: self.runID,
            update: name,
            updateID: id ?? UniqueID.make(),
            input: values
        )
        return try await self.connection.intercepted(
            call,
            { try await $0.startWorkflowUpdate($1, next: $2) },
            { try await self.startUpdate($0, stage) }
        )
    }

    private func startUpdate<Output: Sendable>(
        _ call: StartWorkflowUpdateInput,
        _ stage: UpdateStage
    ) async throws -> UpdateHandle<Output> {
        let request = try await self.updateRequest(call, stage: stage)
        while true {
            let response: WorkflowService.UpdateWorkflowExecution.Output
            do {
                response = try await self.connection.call(
                    WorkflowService.UpdateWorkflowExecution.self,
                    request,
                    patience: self.connection.updatePoll,
                    keeping: .results(as: Output.self)
                )
            } catch let error as TemporalError where [.timedOut, .canceled].contains(error.code) {
                throw error.asUpdateUnfinished
            }
            guard response.stage.rawValue < UpdateStage.accepted.rawValue else {
                return UpdateHandle(
                    reference: response.updateRef,
                    known: response.hasOutcome ? response.outcome : nil,
                    connection: self.connection
                )
            }
            // The server answers before the workflow has accepted it, when that takes long.
        }
    }

    /// A handle to an update that was sent before.
    ///
    /// - Parameters:
    ///   - id: The id of the update.
    ///   - type: What the update returns.
    /// - Returns: A handle; nothing is asked of the server.
    public func updateHandle<Output: Sendable>(id: String, returning type: Output.Type) -> UpdateHandle<Output> {
        var reference = Temporal_Api_Update_V1_UpdateRef()
        reference.workflowExecution = self.execution
        reference.updateID = id
        return UpdateHandle(reference: reference, known: nil, connection: self.connection)
    }

    func updateRequest(
        _ call: StartWorkflowUpdateInput,
        stage: UpdateStage
    ) async throws -> WorkflowService.UpdateWorkflowExecution.Input {
        var request = WorkflowService.UpdateWorkflowExecution.Input()
        request.namespace = self.connection.namespace
        request.workflowExecution = self.execution
        request.firstExecutionRunID = self.firstRunID ?? ""
        request.waitPolicy.lifecycleStage = .init(rawValue: stage.rawValue) ?? .accepted
        request.request.meta.updateID = call.updateID
        request.request.meta.identity = self.connection.identity
        request.request.input.name = call.update
        request.request.input.args = try ProtoPayloads(await self.context.encode(values: call.input))
        if !call.headers.isEmpty { request.request.input.header = try call.headers.message }
        return request
    }
}

/// How far an update is.
public struct UpdateStage: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// The workflow has accepted it; it will run, whatever happens to workers.
    public static let accepted = Self(rawValue: 2)
    /// It has a result, or failed.
    public static let completed = Self(rawValue: 3)

    static let names = [2: "accepted", 3: "completed"]
}

extension TemporalError {
    /// The call ended before the update was accepted.
    var asUpdateUnfinished: Self {
        var error = self
        error.code = .updateUnfinished
        return error
    }
}
