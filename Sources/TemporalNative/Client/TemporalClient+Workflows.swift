//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

extension TemporalClient {
    /// Starts a workflow.
    ///
    /// ```swift
    /// let handle = try await client.startWorkflow(
    ///     "Order",
    ///     options: .init(id: "order-1", taskQueue: "orders"),
    ///     input: order,
    ///     customer,
    ///     returning: Receipt.self
    /// )
    /// ```
    ///
    /// - Parameters:
    ///   - type: The name of the workflow.
    ///   - options: Id, queue, timeouts, policies.
    ///   - input: Its arguments, in order.
    ///   - result: What the workflow returns.
    /// - Returns: A handle to the workflow.
    /// - Throws: ``TemporalError``: `workflowAlreadyStarted` with the run, if the policies forbid another one;
    ///   `conversionFailed`, `externalStorageFailed`, and nothing is started then. `CancellationError` if cancelled; the
    ///   workflow may have been started.
    public func startWorkflow<each Input: Sendable, Result: Sendable>(
        _ type: String,
        options: WorkflowOptions,
        input: repeat each Input,
        returning result: Result.Type
    ) async throws -> WorkflowHandle<Result> {
        try await self.startWorkflow(WorkflowStart(type, options: options, input: repeat each input), returning: result)
    }

    /// Starts a workflow whose result nobody here reads, or reads as a payload; see
    /// ``startWorkflow(_:options:input:returning:)``.
    ///
    /// - Parameters:
    ///   - type: The name of the workflow.
    ///   - options: Id, queue, timeouts, policies.
    ///   - input: Its arguments, in order.
    /// - Returns: A handle to the workflow.
    /// - Throws: As ``startWorkflow(_:options:input:returning:)``.
    @discardableResult
    public func startWorkflow<each Input: Sendable>(
        _ type: String,
        options: WorkflowOptions,
        input: repeat each Input
    ) async throws -> UntypedWorkflowHandle {
        try await self.startWorkflow(
            WorkflowStart(type, options: options, input: repeat each input),
            returning: Payload.self
        )
    }

    /// Starts a workflow and waits for its result.
    ///
    /// - Parameters:
    ///   - type: The name of the workflow.
    ///   - options: Id, queue, timeouts, policies.
    ///   - input: Its arguments, in order.
    ///   - result: What the workflow returns.
    /// - Returns: What the workflow returned.
    /// - Throws: As ``startWorkflow(_:options:input:returning:)`` and ``WorkflowHandle/result(followingRuns:)``.
    public func executeWorkflow<each Input: Sendable, Result: Sendable>(
        _ type: String,
        options: WorkflowOptions,
        input: repeat each Input,
        returning result: Result.Type = Result.self
    ) async throws -> Result {
        try await self.startWorkflow(
            WorkflowStart(type, options: options, input: repeat each input),
            returning: result
        ).result()
    }

    /// Starts a workflow that has been described; see ``startWorkflow(_:options:input:returning:)``.
    ///
    /// - Parameters:
    ///   - start: The workflow.
    ///   - result: What the workflow returns.
    /// - Returns: A handle to the workflow.
    /// - Throws: As ``startWorkflow(_:options:input:returning:)``.
    public func startWorkflow<Result: Sendable>(
        _ start: WorkflowStart,
        returning result: Result.Type
    ) async throws -> WorkflowHandle<Result> {
        try await self.connection.intercepted(
            StartWorkflowInput(start: start, signal: nil),
            { try await $0.startWorkflow($1, next: $2) },
            { [connection] call in
                let response = try await connection.start(
                    call.start,
                    call.start.request(on: connection, headers: call.headers)
                )
                return WorkflowHandle<Result>(
                    id: call.start.options.id,
                    runID: nil,
                    firstRunID: response.firstExecutionRunID.isEmpty ? response.runID : response.firstExecutionRunID,
                    connection: connection
                )
            }
        )
    }

    /// A handle to a workflow that was started before.
    ///
    /// - Parameters:
    ///   - id: The id of the workflow.
    ///   - runID: The run that calls go to; nil for the one that is current at the time of the call.
    ///   - firstRunID: The first run of the chain, if calls must not touch a later workflow with the same id.
    ///   - result: What the workflow returns.
    /// - Returns: A handle; nothing is asked of the server.
    public func workflowHandle<Result: Sendable>(
        id: String,
        runID: String? = nil,
        firstRunID: String? = nil,
        returning result: Result.Type
    ) -> WorkflowHandle<Result> {
        .init(id: id, runID: runID, firstRunID: firstRunID, connection: self.connection)
    }

    /// A handle to a workflow that was started before, whose result is read as a payload or not at all.
    ///
    /// - Parameters:
    ///   - id: The id of the workflow.
    ///   - runID: The run that calls go to; nil for the one that is current at the time of the call.
    ///   - firstRunID: The first run of the chain, if calls must not touch a later workflow with the same id.
    /// - Returns: A handle; nothing is asked of the server.
    public func workflowHandle(id: String, runID: String? = nil, firstRunID: String? = nil) -> UntypedWorkflowHandle {
        .init(id: id, runID: runID, firstRunID: firstRunID, connection: self.connection)
    }
}
