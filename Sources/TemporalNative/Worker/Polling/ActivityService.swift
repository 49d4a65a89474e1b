//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

/// What a worker asks of the server for itself, whatever it runs; the place where its tests take the server's part.
///
/// Every call has a deadline and is retried within it. Errors are ``TemporalError``, or `CancellationError`.
protocol WorkerService: Sendable {
    func describeNamespace() async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse
    func heartbeat(of request: Temporal_Api_Workflowservice_V1_RecordWorkerHeartbeatRequest) async throws
    func shutDown(_ request: Temporal_Api_Workflowservice_V1_ShutdownWorkerRequest) async throws
}

/// What a worker asks of the server for activities, as ``WorkerService``.
protocol ActivityService: WorkerService {
    /// One long poll, not retried.
    func poll(_ request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest) async throws -> ActivityTask
    func heartbeat(
        _ request: Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatResponse
    func complete(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest) async throws
    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest) async throws
    func cancel(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest) async throws
}
