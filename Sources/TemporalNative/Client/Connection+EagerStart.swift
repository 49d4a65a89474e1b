//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import SwiftProtobuf
import TemporalAPI

extension Connection {
    /// Starts a workflow, and has its first task processed at once if that is wanted and a worker has room.
    func start(
        _ start: WorkflowStart,
        _ request: WorkflowService.StartWorkflowExecution.Input
    ) async throws -> WorkflowService.StartWorkflowExecution.Output {
        let options = start.options
        guard options.requestEagerStart,
            let eager = self.eagerStarts.reserve(type: start.type, taskQueue: options.taskQueue)
        else { return try await self.call(WorkflowService.StartWorkflowExecution.self, request) }
        var request = request
        request.requestEagerExecution = true
        if let deployment = eager.deployment { request.eagerWorkerDeploymentOptions = deployment.message }
        do {
            let response = try await self.call(
                WorkflowService.StartWorkflowExecution.self,
                request,
                // The worker resolves them, those at least that code wants.
                keeping: .workflowValues
            )
            let task = response.eagerWorkflowTask
            eager.end(with: task.taskToken.isEmpty ? nil : task)
            return response
        } catch {
            eager.end(with: nil)
            throw error
        }
    }
}
