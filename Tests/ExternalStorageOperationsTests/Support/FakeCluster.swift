//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import GRPCCore
import NIOCore
import SwiftProtobuf
import Synchronization
import TemporalAPI

typealias Event = Temporal_Api_History_V1_HistoryEvent
typealias APIPayload = Temporal_Api_Common_V1_Payload
typealias APIPayloads = Temporal_Api_Common_V1_Payloads
typealias Description = Temporal_Api_Workflowservice_V1_DescribeWorkflowExecutionResponse

/// A server that answers what it is told to, one namespace at a time.
final class FakeCluster: TemporalCaller {
    struct Workflow: Sendable {
        var id: String
        var runID: String
        var type = "Order"
        /// One element per page.
        var pages: [[Event]] = [[]]
        var description = Description()
        var isListed = true
        var isDeleted = false
        var isSystem = false
        /// The workflow that started it.
        var parentID = ""
    }

    struct State: Sendable {
        var namespace = Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse.with { response in
            response.namespaceInfo.name = "default"
            response.namespaceInfo.id = "id-of-default"
            response.namespaceInfo.state = .registered
            response.config.workflowExecutionRetentionTtl = .with { $0.seconds = 86_400 }
        }
        var workflows: [Workflow] = []
        var schedules: [String: Temporal_Api_Workflowservice_V1_DescribeScheduleResponse] = [:]
        var activities: [String: Temporal_Api_Workflowservice_V1_DescribeActivityExecutionResponse] = [:]
        var nexusOperations: [String: Temporal_Api_Workflowservice_V1_DescribeNexusOperationExecutionResponse] = [:]
        /// Metadata of the one version that a worker deployment has, by the name of the deployment.
        var deployments: [String: APIPayload] = [:]
        /// How many entries a page of workflows has.
        var pageSize = 2
        var calls: [String] = []
        /// Is asked before each call: an error to answer with, or nil; may change the state.
        var before: (@Sendable (String, inout State) -> RPCError?)?
    }

    let state: Mutex<State>

    init(_ configure: (inout State) -> Void = { _ in }) {
        var state = State()
        configure(&state)
        self.state = Mutex(state)
    }

    var calls: [String] { self.state.withLock { $0.calls } }

    func call(_ method: String, _ request: ByteBuffer) async throws -> ByteBuffer {
        try self.state.withLock { state in
            state.calls.append(method)
            if let error = state.before?(method, &state) { throw error }
            return try Self.answer(method, Array(request.readableBytesView), state)
        }
    }

    private static func answer(_ method: String, _ request: [UInt8], _ state: State) throws -> ByteBuffer {
        switch method {
        case "DescribeNamespace":
            let request = try Temporal_Api_Workflowservice_V1_DescribeNamespaceRequest(serializedBytes: request)
            guard request.namespace == state.namespace.namespaceInfo.name else {
                throw Self.notFoundError(detail: "NamespaceNotFoundFailure")
            }
            return try state.namespace.buffer
        case "ListWorkflowExecutions":
            let request = try Temporal_Api_Workflowservice_V1_ListWorkflowExecutionsRequest(serializedBytes: request)
            let isSystem = request.query.contains("TemporalNamespaceDivision")
            let parent = request.query.wholeMatch(of: /ParentWorkflowId = "(.+)" AND ExecutionStatus = "Running"/)?.1
            let all = state.workflows.filter { workflow in
                workflow.isListed && workflow.isSystem == isSystem && (parent.map { $0 == workflow.parentID } ?? true)
            }
            let start = Int(String(decoding: request.nextPageToken, as: UTF8.self)) ?? 0
            return try Temporal_Api_Workflowservice_V1_ListWorkflowExecutionsResponse.with { response in
                response.executions = all.dropFirst(start).prefix(state.pageSize).map { workflow in
                    .with { info in
                        info.execution.workflowID = workflow.id
                        info.execution.runID = workflow.runID
                        info.type.name = workflow.type
                        info.memo = workflow.description.workflowExecutionInfo.memo
                    }
                }
                let next = start + state.pageSize
                if next < all.count { response.nextPageToken = Data("\(next)".utf8) }
            }.buffer
        case "DescribeWorkflowExecution":
            let request = try Temporal_Api_Workflowservice_V1_DescribeWorkflowExecutionRequest(serializedBytes: request)
            return try Self.workflow(request.execution, state).description.buffer
        case "GetWorkflowExecutionHistory":
            let request = try Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest(
                serializedBytes: request
            )
            let workflow = try Self.workflow(request.execution, state)
            let page = Int(String(decoding: request.nextPageToken, as: UTF8.self)) ?? 0
            return try Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse.with { response in
                response.history.events = workflow.pages[page]
                if page + 1 < workflow.pages.count { response.nextPageToken = Data("\(page + 1)".utf8) }
            }.buffer
        default: return try Self.otherAnswer(method, request, state)
        }
    }

    private static func otherAnswer(_ method: String, _ request: [UInt8], _ state: State) throws -> ByteBuffer {
        switch method {
        case "ListSchedules":
            return try Temporal_Api_Workflowservice_V1_ListSchedulesResponse.with { response in
                response.schedules = state.schedules.keys.sorted().map { id in .with { $0.scheduleID = id } }
            }.buffer
        case "DescribeSchedule":
            let request = try Temporal_Api_Workflowservice_V1_DescribeScheduleRequest(serializedBytes: request)
            guard let schedule = state.schedules[request.scheduleID] else { throw Self.notFound }
            return try schedule.buffer
        case "ListActivityExecutions":
            return try Temporal_Api_Workflowservice_V1_ListActivityExecutionsResponse.with { response in
                response.executions = state.activities.keys.sorted().map { id in
                    .with {
                        $0.activityID = id
                        $0.runID = "run"
                    }
                }
            }.buffer
        case "DescribeActivityExecution":
            let request = try Temporal_Api_Workflowservice_V1_DescribeActivityExecutionRequest(serializedBytes: request)
            guard let activity = state.activities[request.activityID] else { throw Self.notFound }
            // As the server does: only what was asked for.
            return try Temporal_Api_Workflowservice_V1_DescribeActivityExecutionResponse.with { response in
                response.info = activity.info
                if !request.includeHeartbeatDetails { response.info.clearHeartbeatDetails() }
                if !request.includeLastFailure { response.info.clearLastFailure() }
                if request.includeInput { response.input = activity.input }
                if request.includeOutcome { response.outcome = activity.outcome }
            }.buffer
        case "ListNexusOperationExecutions":
            return try Temporal_Api_Workflowservice_V1_ListNexusOperationExecutionsResponse.with { response in
                response.operations = state.nexusOperations.keys.sorted().map { id in .with { $0.operationID = id } }
            }.buffer
        case "DescribeNexusOperationExecution":
            let request = try Temporal_Api_Workflowservice_V1_DescribeNexusOperationExecutionRequest(
                serializedBytes: request
            )
            guard let operation = state.nexusOperations[request.operationID] else { throw Self.notFound }
            return try Temporal_Api_Workflowservice_V1_DescribeNexusOperationExecutionResponse.with { response in
                if request.includeInput { response.input = operation.input }
                if request.includeOutcome { response.outcome = operation.outcome }
            }.buffer
        case "ListWorkerDeployments":
            return try Temporal_Api_Workflowservice_V1_ListWorkerDeploymentsResponse.with { response in
                response.workerDeployments = state.deployments.keys.sorted().map { name in .with { $0.name = name } }
            }.buffer
        case "DescribeWorkerDeployment":
            let request = try Temporal_Api_Workflowservice_V1_DescribeWorkerDeploymentRequest(serializedBytes: request)
            guard state.deployments[request.deploymentName] != nil else { throw Self.notFound }
            return try Temporal_Api_Workflowservice_V1_DescribeWorkerDeploymentResponse.with { response in
                response.workerDeploymentInfo.versionSummaries = [
                    .with { $0.deploymentVersion.deploymentName = request.deploymentName }
                ]
            }.buffer
        case "DescribeWorkerDeploymentVersion":
            let request = try Temporal_Api_Workflowservice_V1_DescribeWorkerDeploymentVersionRequest(
                serializedBytes: request
            )
            let metadata = state.deployments[request.deploymentVersion.deploymentName]
            guard let metadata else { throw Self.notFound }
            return try Temporal_Api_Workflowservice_V1_DescribeWorkerDeploymentVersionResponse.with { response in
                response.workerDeploymentVersionInfo.metadata.entries["note"] = metadata
            }.buffer
        default: throw RPCError(code: .unimplemented, message: "unknown method \(method)")
        }
    }

    private static func workflow(
        _ execution: Temporal_Api_Common_V1_WorkflowExecution,
        _ state: State
    ) throws -> Workflow {
        let found = state.workflows.last { workflow in
            workflow.id == execution.workflowID && !workflow.isDeleted
                && (execution.runID.isEmpty || workflow.runID == execution.runID)
        }
        guard var workflow = found else { throw Self.notFound }
        workflow.description.workflowExecutionInfo.execution.workflowID = workflow.id
        workflow.description.workflowExecutionInfo.execution.runID = workflow.runID
        return workflow
    }

    /// As the server says it of a thing in a namespace.
    static let notFound = FakeCluster.notFoundError(detail: "NotFoundFailure")

    /// As the server says it, with the detail by which one can tell what is not there.
    static func notFoundError(detail: String) -> RPCError {
        let status = Google_Rpc_Status.with { status in
            status.code = 5
            status.details = [.with { $0.typeURL = "type.googleapis.com/temporal.api.errordetails.v1.\(detail)" }]
        }
        var metadata = Metadata()
        // A message without bytes that are not there is always written.
        let bytes = (try? status.serializedBytes() as [UInt8]) ?? []
        metadata.addBinary(bytes, forKey: "grpc-status-details-bin")
        return RPCError(code: .notFound, message: "not found", metadata: metadata)
    }
}

extension SwiftProtobuf.Message {
    /// The serialized message.
    var buffer: ByteBuffer {
        get throws { ByteBuffer(bytes: try self.serializedBytes() as [UInt8]) }
    }
}
