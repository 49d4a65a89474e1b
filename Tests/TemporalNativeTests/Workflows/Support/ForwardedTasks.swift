//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI
import WorkflowEngine

@testable import TemporalNative

/// Workflow tasks of another service; whoever conforms does itself what a test looks at.
protocol ForwardedWorkflowTasks: WorkflowTaskService {
    associatedtype Workflows: WorkflowTaskService
    var workflows: Workflows { get }
}

extension ForwardedWorkflowTasks {
    func poll(
        _ request: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest
    ) async throws -> API.WorkflowTask { try await self.workflows.poll(request) }

    func history(
        _ request: Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse {
        try await self.workflows.history(request)
    }

    func complete(
        _ request: WorkflowTaskCompletion
    ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse {
        try await self.workflows.complete(request)
    }

    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest) async throws {
        try await self.workflows.fail(request)
    }

    func answer(_ request: Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest) async throws {
        try await self.workflows.answer(request)
    }
}

/// Activities of another service, and what it says of the worker; whoever conforms does itself what a test looks at.
protocol ForwardedActivities: ActivityService {
    associatedtype Activities: ActivityService
    var activities: Activities { get }
}

extension ForwardedActivities {
    func describeNamespace() async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse {
        try await self.activities.describeNamespace()
    }

    func heartbeat(of request: Temporal_Api_Workflowservice_V1_RecordWorkerHeartbeatRequest) async throws {
        try await self.activities.heartbeat(of: request)
    }

    func shutDown(_ request: Temporal_Api_Workflowservice_V1_ShutdownWorkerRequest) async throws {
        try await self.activities.shutDown(request)
    }

    func poll(
        _ request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest
    ) async throws -> ActivityTask { try await self.activities.poll(request) }

    func heartbeat(
        _ request: Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatResponse {
        try await self.activities.heartbeat(request)
    }

    func complete(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest) async throws {
        try await self.activities.complete(request)
    }

    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest) async throws {
        try await self.activities.fail(request)
    }

    func cancel(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest) async throws {
        try await self.activities.cancel(request)
    }
}
