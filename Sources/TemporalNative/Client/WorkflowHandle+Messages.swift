//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import TemporalAPI

extension WorkflowHandle {
    /// Sends a signal.
    ///
    /// - Parameters:
    ///   - name: The name of the signal.
    ///   - input: Its arguments, in order.
    /// - Throws: ``TemporalError``: `notFound` if the workflow is over, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled.
    public func signal<each Input: Sendable>(_ name: String, input: repeat each Input) async throws {
        let values = list(repeat each input)
        try await self.connection.intercepted(
            SignalWorkflowInput(workflowID: self.id, runID: self.runID, signal: name, input: values),
            { try await $0.signalWorkflow($1, next: $2) },
            { call in
                var request = WorkflowService.SignalWorkflowExecution.Input()
                request.namespace = self.connection.namespace
                request.identity = self.connection.identity
                request.requestID = UniqueID.make()
                request.workflowExecution = self.execution
                request.signalName = call.signal
                request.input = try ProtoPayloads(await self.context.encode(values: call.input))
                if !call.headers.isEmpty { request.header = try call.headers.message }
                _ = try await self.connection.call(WorkflowService.SignalWorkflowExecution.self, request)
            }
        )
    }

    /// Asks for something, without changing the workflow.
    ///
    /// The server waits for a worker for up to ten seconds.
    ///
    /// - Parameters:
    ///   - name: The name of the query.
    ///   - input: Its arguments, in order.
    ///   - rejection: In which states of the workflow the query is not to be asked.
    ///   - type: What the query answers.
    /// - Returns: The answer.
    /// - Throws: ``TemporalError``: `queryFailed` with the failure if the handler failed or there is none,
    ///   `queryRejected`, `notFound`, `timedOut` if no worker answers, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled.
    public func query<each Input: Sendable, Answer: Sendable>(
        _ name: String,
        input: repeat each Input,
        rejectedIf rejection: QueryRejection = .never,
        returning type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let values = list(repeat each input)
        return try await self.connection.intercepted(
            QueryWorkflowInput(workflowID: self.id, runID: self.runID, query: name, input: values),
            { try await $0.queryWorkflow($1, next: $2) },
            { try await self.query($0, rejection) }
        )
    }

    private func query<Answer: Sendable>(
        _ call: QueryWorkflowInput,
        _ rejection: QueryRejection
    ) async throws -> Answer {
        var request = WorkflowService.QueryWorkflow.Input()
        request.namespace = self.connection.namespace
        request.execution = self.execution
        request.query.queryType = call.query
        request.query.queryArgs = try ProtoPayloads(await self.context.encode(values: call.input))
        if !call.headers.isEmpty { request.query.header = try call.headers.message }
        request.queryRejectCondition = .init(rawValue: rejection.rawValue) ?? .unspecified
        let response = try await self.connection.call(
            WorkflowService.QueryWorkflow.self,
            request,
            keeping: .results(as: Answer.self)
        )
        if response.hasQueryRejected {
            let status = WorkflowStatus(rawValue: response.queryRejected.status.rawValue)
            throw TemporalError(code: .queryRejected, message: "the query was not asked: the workflow is \(status)")
        }
        return try await self.context.decode([Payload](response.queryResult), as: Answer.self)
    }

    /// Asks the workflow to end.
    ///
    /// It may clean up, end otherwise, or ignore it; wait for the result to know.
    ///
    /// - Parameter reason: Why, for the history.
    /// - Throws: ``TemporalError``: `notFound` if the workflow is over. That it was asked before is no error.
    ///   `CancellationError` if cancelled.
    public func cancel(reason: String = "") async throws {
        var request = WorkflowService.RequestCancelWorkflowExecution.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.requestID = UniqueID.make()
        request.workflowExecution = self.execution
        request.firstExecutionRunID = self.firstRunID ?? ""
        request.reason = reason
        do {
            _ = try await self.connection.call(WorkflowService.RequestCancelWorkflowExecution.self, request)
        } catch let error as TemporalError where error.code == .conflict {
            // Its cancellation was requested before.
        }
    }

    /// Ends the workflow at once; it is not told.
    ///
    /// - Parameters:
    ///   - reason: Why, for the history.
    ///   - details: Values for the history.
    /// - Throws: ``TemporalError``: `notFound` if the workflow is over. `CancellationError` if cancelled.
    public func terminate<each Detail: Sendable>(reason: String = "", details: repeat each Detail) async throws {
        var request = WorkflowService.TerminateWorkflowExecution.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.workflowExecution = self.execution
        request.firstExecutionRunID = self.firstRunID ?? ""
        request.reason = reason
        let payloads = try await self.context.encode(repeat each details)
        if !payloads.isEmpty { request.details = try ProtoPayloads(payloads) }
        _ = try await self.connection.call(WorkflowService.TerminateWorkflowExecution.self, request)
    }
}

/// In which states of the workflow a query is not to be asked.
public struct QueryRejection: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name, in camel case.
    public var description: String { self.name }

    /// The query is asked in any state.
    public static let never = Self(rawValue: 1)
    /// It is not asked when the workflow is over.
    public static let notOpen = Self(rawValue: 2)
    /// It is not asked when the workflow ended otherwise than by completing.
    public static let notCompletedCleanly = Self(rawValue: 3)

    static let names = [1: "never", 2: "notOpen", 3: "notCompletedCleanly"]
}
