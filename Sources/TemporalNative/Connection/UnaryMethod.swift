//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import SwiftProtobuf
import TemporalAPI

/// A method of a service, with the types of its messages: the generated description of it.
protocol UnaryMethod: SendableMetatype {
    associatedtype Input: Message
    associatedtype Output: Message

    static var descriptor: MethodDescriptor { get }

    /// Whether its requests name a namespace.
    static var hasNamespace: Bool { get }
}

extension UnaryMethod {
    static var hasNamespace: Bool { true }
}

/// The methods of Temporal's service.
typealias WorkflowService = Temporal_Api_Workflowservice_V1_WorkflowService.Method

extension WorkflowService.GetSystemInfo: UnaryMethod {
    static var hasNamespace: Bool { false }
}

extension WorkflowService.CountWorkflowExecutions: UnaryMethod {}
extension WorkflowService.CreateSchedule: UnaryMethod {}
extension WorkflowService.DeleteSchedule: UnaryMethod {}
extension WorkflowService.DescribeNamespace: UnaryMethod {}
extension WorkflowService.DescribeSchedule: UnaryMethod {}
extension WorkflowService.DescribeWorkflowExecution: UnaryMethod {}
extension WorkflowService.ExecuteMultiOperation: UnaryMethod {}
extension WorkflowService.GetWorkflowExecutionHistory: UnaryMethod {}
extension WorkflowService.ListSchedules: UnaryMethod {}
extension WorkflowService.ListWorkflowExecutions: UnaryMethod {}
extension WorkflowService.PatchSchedule: UnaryMethod {}
extension WorkflowService.PollActivityTaskQueue: UnaryMethod {}
extension WorkflowService.PollWorkflowExecutionUpdate: UnaryMethod {}
extension WorkflowService.QueryWorkflow: UnaryMethod {}
extension WorkflowService.RecordActivityTaskHeartbeat: UnaryMethod {}
extension WorkflowService.RecordActivityTaskHeartbeatById: UnaryMethod {}
extension WorkflowService.RecordWorkerHeartbeat: UnaryMethod {}
extension WorkflowService.RequestCancelWorkflowExecution: UnaryMethod {}
extension WorkflowService.RespondActivityTaskCanceled: UnaryMethod {}
extension WorkflowService.RespondActivityTaskCanceledById: UnaryMethod {}
extension WorkflowService.RespondActivityTaskCompleted: UnaryMethod {}
extension WorkflowService.RespondActivityTaskCompletedById: UnaryMethod {}
extension WorkflowService.RespondActivityTaskFailed: UnaryMethod {}
extension WorkflowService.RespondActivityTaskFailedById: UnaryMethod {}
extension WorkflowService.ShutdownWorker: UnaryMethod {}
extension WorkflowService.SignalWithStartWorkflowExecution: UnaryMethod {}
extension WorkflowService.SignalWorkflowExecution: UnaryMethod {}
extension WorkflowService.StartWorkflowExecution: UnaryMethod {}
extension WorkflowService.TerminateWorkflowExecution: UnaryMethod {}
extension WorkflowService.UpdateSchedule: UnaryMethod {}
extension WorkflowService.UpdateWorkflowExecution: UnaryMethod {}
extension WorkflowService.UpdateWorkflowExecutionOptions: UnaryMethod {}

/// Makes calls over some transport, whose type is nobody's business here.
protocol RPCChannel: Sendable {
    /// Makes one call, once.
    ///
    /// - Throws: `RPCError`; `CancellationError` if cancelled.
    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        metadata: Metadata,
        options: CallOptions
    ) async throws -> Method.Output

    /// Keeps the connections until they are shut down.
    func run() async throws

    /// Refuses new calls and lets those under way finish; then ``run()`` returns.
    func beginGracefulShutdown()
}
