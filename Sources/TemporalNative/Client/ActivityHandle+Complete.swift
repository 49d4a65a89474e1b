//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

extension ActivityHandle {
    /// Completes the activity.
    ///
    /// - Parameter result: What it returns; nothing, or one value.
    /// - Throws: ``TemporalError``: `notFound` if the activity is over, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled.
    public func complete<each Result: Sendable>(_ result: repeat each Result) async throws {
        let payloads = try ProtoPayloads(await self.context.encode(repeat each result))
        switch self.identity {
        case .token(let token):
            var request = WorkflowService.RespondActivityTaskCompleted.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.taskToken = token
            request.result = payloads
            _ = try await self.connection.call(WorkflowService.RespondActivityTaskCompleted.self, request)
        case .id(let workflowID, let runID, let activityID):
            var request = WorkflowService.RespondActivityTaskCompletedById.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.workflowID = workflowID
            request.runID = runID
            request.activityID = activityID
            request.result = payloads
            _ = try await self.connection.call(WorkflowService.RespondActivityTaskCompletedById.self, request)
        }
    }

    /// Lets the attempt fail; the retry policy decides what follows.
    ///
    /// - Parameter error: Becomes a failure as an error that an activity throws does; see ``ApplicationFailure``.
    /// - Throws: ``TemporalError``: `notFound` if the activity is over, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled.
    public func fail(_ error: any Error) async throws {
        let failure = try await self.context.failure(for: error)
        switch self.identity {
        case .token(let token):
            var request = WorkflowService.RespondActivityTaskFailed.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.taskToken = token
            request.failure = failure
            _ = try await self.connection.call(WorkflowService.RespondActivityTaskFailed.self, request)
        case .id(let workflowID, let runID, let activityID):
            var request = WorkflowService.RespondActivityTaskFailedById.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.workflowID = workflowID
            request.runID = runID
            request.activityID = activityID
            request.failure = failure
            _ = try await self.connection.call(WorkflowService.RespondActivityTaskFailedById.self, request)
        }
    }

    /// Ends the activity as canceled.
    ///
    /// - Parameter details: Values for the workflow.
    /// - Throws: ``TemporalError``: `notFound` if the activity is over, `invalidArgument` if nobody asked to cancel it.
    ///   `CancellationError` if cancelled.
    public func reportCancellation<each Detail: Sendable>(details: repeat each Detail) async throws {
        let payloads = try ProtoPayloads(await self.context.encode(repeat each details))
        switch self.identity {
        case .token(let token):
            var request = WorkflowService.RespondActivityTaskCanceled.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.taskToken = token
            request.details = payloads
            _ = try await self.connection.call(WorkflowService.RespondActivityTaskCanceled.self, request)
        case .id(let workflowID, let runID, let activityID):
            var request = WorkflowService.RespondActivityTaskCanceledById.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.workflowID = workflowID
            request.runID = runID
            request.activityID = activityID
            request.details = payloads
            _ = try await self.connection.call(WorkflowService.RespondActivityTaskCanceledById.self, request)
        }
    }
}
