//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import TemporalAPI
import WorkflowEngine

typealias WorkflowTaskCompletion = Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedRequest

/// What a worker asks of the server for workflows; the place where its tests take the server's part.
///
/// Every call has a deadline and is retried within it. Errors are ``TemporalError``, or `CancellationError`.
protocol WorkflowTaskService: Sendable {
    /// One long poll, not retried.
    func poll(_ request: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest) async throws -> API.WorkflowTask
    func history(
        _ request: Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse
    func complete(
        _ request: WorkflowTaskCompletion
    ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse
    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest) async throws
    func answer(_ request: Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest) async throws
}

extension ConnectionActivityService: WorkflowTaskService {
    func poll(
        _ request: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest
    ) async throws -> API.WorkflowTask {
        try await self.connection.call(
            WorkflowService.PollWorkflowTaskQueue.self,
            request,
            patience: self.connection.workerPoll,
            keeping: .workflowValues
        )
    }

    func history(
        _ request: Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse {
        try await self.call(WorkflowService.GetWorkflowExecutionHistory.self, request, keeping: .workflowValues)
    }

    func complete(
        _ request: WorkflowTaskCompletion
    ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse {
        try await self.call(
            WorkflowService.RespondWorkflowTaskCompleted.self,
            request,
            keeping: [.workflowValues, .activityInput]
        )
    }

    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest) async throws {
        _ = try await self.call(WorkflowService.RespondWorkflowTaskFailed.self, request)
    }

    func answer(_ request: Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest) async throws {
        _ = try await self.call(WorkflowService.RespondQueryTaskCompleted.self, request)
    }
}

extension WorkflowService.PollWorkflowTaskQueue: UnaryMethod {}
extension WorkflowService.RespondQueryTaskCompleted: UnaryMethod {}
extension WorkflowService.RespondWorkflowTaskCompleted: UnaryMethod {}
extension WorkflowService.RespondWorkflowTaskFailed: UnaryMethod {}
