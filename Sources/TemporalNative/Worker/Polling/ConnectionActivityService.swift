//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import SwiftProtobuf
import TemporalAPI

/// The server as a worker sees it over the client's connection.
struct ConnectionActivityService: ActivityService {
    let connection: Connection
    /// Reports may be tried for longer than other calls: a lost one costs a timeout and a whole attempt.
    private let report: Patience

    init(_ connection: Connection) {
        self.connection = connection
        var report = connection.ordinary
        report.retries.maximumTries = nil
        report.retries.maximumTime = .seconds(30)
        report.waitsForKey = true
        self.report = report
    }

    func describeNamespace() async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse {
        try await self.connection.call(
            WorkflowService.DescribeNamespace.self,
            .with { $0.namespace = self.connection.namespace }
        )
    }

    func poll(
        _ request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest
    ) async throws -> ActivityTask {
        try await self.connection.call(
            WorkflowService.PollActivityTaskQueue.self,
            request,
            patience: self.connection.workerPoll,
            // The attempt resolves them, those at least that no type wants as they are.
            keeping: .activityInput
        )
    }

    func heartbeat(
        _ request: Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatResponse {
        try await self.call(WorkflowService.RecordActivityTaskHeartbeat.self, request)
    }

    func complete(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest) async throws {
        _ = try await self.call(WorkflowService.RespondActivityTaskCompleted.self, request, patience: self.report)
    }

    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest) async throws {
        _ = try await self.call(WorkflowService.RespondActivityTaskFailed.self, request, patience: self.report)
    }

    func cancel(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest) async throws {
        _ = try await self.call(WorkflowService.RespondActivityTaskCanceled.self, request, patience: self.report)
    }

    func heartbeat(of request: Temporal_Api_Workflowservice_V1_RecordWorkerHeartbeatRequest) async throws {
        _ = try await self.call(WorkflowService.RecordWorkerHeartbeat.self, request)
    }

    func shutDown(_ request: Temporal_Api_Workflowservice_V1_ShutdownWorkerRequest) async throws {
        _ = try await self.call(WorkflowService.ShutdownWorker.self, request, patience: .once(.seconds(5)))
    }

    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        patience: Patience? = nil,
        keeping kept: KeptReferences = []
    ) async throws -> Method.Output {
        try await self.connection.call(method, request, patience: patience, keeping: kept)
    }
}
