//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import TemporalAPI

/// An update that was sent to a workflow.
public struct UpdateHandle<Output: Sendable>: Sendable {
    private let reference: Temporal_Api_Update_V1_UpdateRef
    private let known: Temporal_Api_Update_V1_Outcome?
    private let connection: Connection

    init(
        reference: Temporal_Api_Update_V1_UpdateRef,
        known: Temporal_Api_Update_V1_Outcome?,
        connection: Connection
    ) {
        self.reference = reference
        self.known = known
        self.connection = connection
    }

    /// The id of the update.
    public var id: String { self.reference.updateID }
    /// The id of the workflow.
    public var workflowID: String { self.reference.workflowExecution.workflowID }
    /// The run that took the update; empty if nobody has said.
    public var runID: String { self.reference.workflowExecution.runID }

    /// Waits for the update's result.
    ///
    /// - Returns: What the handler returned.
    /// - Throws: ``TemporalError``: `updateFailed` with the failure if it was rejected or failed, or if the workflow
    ///   ended first; `notFound`; `conversionFailed`; `externalStorageFailed`. `CancellationError` if cancelled; the
    ///   update goes on.
    public func result() async throws -> Output {
        var outcome = self.known
        while outcome?.value == nil {
            var request = WorkflowService.PollWorkflowExecutionUpdate.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.updateRef = self.reference
            request.waitPolicy.lifecycleStage = .completed
            let response = try await self.connection.call(
                WorkflowService.PollWorkflowExecutionUpdate.self,
                request,
                patience: self.connection.longPoll,
                keeping: .results(as: Output.self)
            )
            if response.hasOutcome { outcome = response.outcome }
        }
        let context = self.connection.payloads(
            of: .workflow(namespace: self.connection.namespace, id: self.workflowID)
        )
        switch outcome?.value {
        case .failure(let failure):
            let failure = try await context.failure(failure)
            throw TemporalError(code: .updateFailed, message: "the update failed", failure: failure)
        case .success(let payloads): return try await context.decode([Payload](payloads), as: Output.self)
        case nil: return try await context.decode([], as: Output.self)
        }
    }
}
