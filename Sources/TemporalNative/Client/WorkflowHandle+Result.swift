//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import SwiftProtobuf
import TemporalAPI

extension WorkflowHandle {
    /// Waits for the workflow to end.
    ///
    /// The server is asked again and again, so this may take as long as the workflow does; cancel the task to stop
    /// waiting. A server that is gone for up to a minute is waited for.
    ///
    /// - Parameter followingRuns: Whether to go on with the run that follows: after a retry, in a cron schedule, or
    ///   when the workflow continues as new.
    /// - Returns: What the workflow returned.
    /// - Throws: ``TemporalError``: `workflowFailed` with the failure, `workflowCanceled`, `workflowTerminated`,
    ///   `workflowTimedOut`; `workflowContinuedAsNew` if runs are not followed; `notFound`; `conversionFailed` if the
    ///   result is of another type; `externalStorageFailed` if it cannot be retrieved. `CancellationError` if cancelled.
    public func result(followingRuns: Bool = true) async throws -> Result {
        let input = WorkflowResultInput(workflowID: self.id, runID: self.runID, followsRuns: followingRuns)
        return try await self.connection.intercepted(
            input,
            { try await $0.workflowResult($1, next: $2) },
            { try await self.end(followingRuns: $0.followsRuns) }
        )
    }

    private func end(followingRuns: Bool) async throws -> Result {
        var runID = self.runID ?? self.firstRunID ?? ""
        while true {
            let event = try await self.closeEvent(ofRun: runID)
            switch WorkflowOutcome(event) {
            case .continued(let next?) where followingRuns: runID = next
            case .continued(let next):
                throw TemporalError(
                    code: .workflowContinuedAsNew,
                    message: "the run was continued as new",
                    runID: next
                )
            case .ended(_, let next?) where followingRuns: runID = next
            case .ended(let end, _): return try await self.result(of: end)
            }
        }
    }

    private func closeEvent(ofRun runID: String) async throws -> Temporal_Api_History_V1_HistoryEvent {
        var request = WorkflowService.GetWorkflowExecutionHistory.Input()
        request.namespace = self.connection.namespace
        request.execution.workflowID = self.id
        request.execution.runID = runID
        request.waitNewEvent = true
        request.historyEventFilterType = .closeEvent
        request.skipArchival = true
        while true {
            let response = try await self.connection.call(
                WorkflowService.GetWorkflowExecutionHistory.self,
                request,
                patience: self.connection.longPoll,
                keeping: .results(as: Result.self)
            )
            if let event = response.history.events.last { return event }
            // An empty page with a token is how the server says that nothing happened yet.
            request.nextPageToken = response.nextPageToken
        }
    }

    private func result(of end: WorkflowOutcome.End) async throws -> Result {
        let context = self.context
        switch end {
        case .completed(let payloads): return try await context.decode([Payload](payloads), as: Result.self)
        case .failed(let failure):
            let failure = try await context.failure(failure)
            throw TemporalError(code: .workflowFailed, message: "the workflow failed", failure: failure)
        case .canceled(let details):
            let failure = try await context.failure(
                .with {
                    $0.message = "Workflow canceled"
                    $0.canceledFailureInfo.details = details
                }
            )
            throw TemporalError(code: .workflowCanceled, message: "the workflow was canceled", failure: failure)
        case .terminated(let reason):
            throw TemporalError(code: .workflowTerminated, message: "the workflow was terminated: \(reason)")
        case .timedOut:
            throw TemporalError(code: .workflowTimedOut, message: "the workflow ran into its timeout")
        case .unknown:
            throw TemporalError(code: .serverFailed, message: "the last event of the workflow does not end it")
        }
    }
}
