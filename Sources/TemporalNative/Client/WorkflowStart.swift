//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

/// A workflow that is to be started: by a schedule, or together with a signal or an update.
///
/// ```swift
/// let start = WorkflowStart("Order", options: .init(id: "order-1", taskQueue: "orders"), input: order)
/// ```
public struct WorkflowStart: Sendable {
    /// The name of the workflow.
    public var type: String
    /// How it is started.
    public var options: WorkflowOptions
    /// Its arguments, in order.
    public var input: [any Sendable]

    /// Describes a start.
    ///
    /// - Parameters:
    ///   - type: The name of the workflow.
    ///   - options: How it is started.
    ///   - input: Its arguments, in order.
    public init<each Input: Sendable>(_ type: String, options: WorkflowOptions, input: repeat each Input) {
        self.type = type
        self.options = options
        self.input = list(repeat each input)
    }
}

/// What all messages that start a workflow have in common.
protocol WorkflowStartFields {
    var workflowID: String { get set }
    var workflowType: Temporal_Api_Common_V1_WorkflowType { get set }
    var taskQueue: Temporal_Api_Taskqueue_V1_TaskQueue { get set }
    var input: ProtoPayloads { get set }
    var workflowExecutionTimeout: Google_Protobuf_Duration { get set }
    var workflowRunTimeout: Google_Protobuf_Duration { get set }
    var workflowTaskTimeout: Google_Protobuf_Duration { get set }
    var workflowIDReusePolicy: Temporal_Api_Enums_V1_WorkflowIdReusePolicy { get set }
    var retryPolicy: Temporal_Api_Common_V1_RetryPolicy { get set }
    var cronSchedule: String { get set }
    var memo: Temporal_Api_Common_V1_Memo { get set }
    var searchAttributes: Temporal_Api_Common_V1_SearchAttributes { get set }
    var header: Temporal_Api_Common_V1_Header { get set }
    var userMetadata: Temporal_Api_Sdk_V1_UserMetadata { get set }
    var priority: Temporal_Api_Common_V1_Priority { get set }
    var versioningOverride: Temporal_Api_Workflow_V1_VersioningOverride { get set }
}

extension Temporal_Api_Workflowservice_V1_StartWorkflowExecutionRequest: WorkflowStartFields {}
extension Temporal_Api_Workflowservice_V1_SignalWithStartWorkflowExecutionRequest: WorkflowStartFields {}
extension Temporal_Api_Workflow_V1_NewWorkflowExecutionInfo: WorkflowStartFields {}

extension WorkflowStart {
    /// Whose payloads those of the start are (ES-T1).
    func target(namespace: String) -> StorageDriverTarget {
        .workflow(namespace: namespace, id: self.options.id, type: self.type)
    }

    /// Writes what all starts have in common.
    func write(
        to message: inout some WorkflowStartFields,
        on connection: Connection,
        headers: [String: Payload] = [:]
    ) async throws {
        let (options, context) = (self.options, connection.payloads(of: self.target(namespace: connection.namespace)))
        message.workflowID = options.id
        message.workflowType.name = self.type
        message.taskQueue = .with {
            $0.name = options.taskQueue
            $0.kind = .normal
        }
        if !self.input.isEmpty { message.input = try ProtoPayloads(await context.encode(values: self.input)) }
        if let timeout = options.executionTimeout { message.workflowExecutionTimeout = timeout.message }
        if let timeout = options.runTimeout { message.workflowRunTimeout = timeout.message }
        if let timeout = options.taskTimeout { message.workflowTaskTimeout = timeout.message }
        message.workflowIDReusePolicy = .init(rawValue: options.idReusePolicy.rawValue) ?? .unspecified
        if let policy = options.retryPolicy { message.retryPolicy = policy.message }
        if let cron = options.cronSchedule { message.cronSchedule = cron }
        if !options.memo.isEmpty { message.memo.fields = try await context.encode(fields: options.memo) }
        if !options.headers.isEmpty { message.header.fields = try await context.encode(fields: options.headers) }
        if !headers.isEmpty { try message.header.fields.merge(headers.message.fields) { $1 } }
        if !options.searchAttributes.isEmpty { message.searchAttributes = try options.searchAttributes.message }
        if let summary = options.summary { message.userMetadata.summary = try await context.message(of: summary) }
        if let details = options.details { message.userMetadata.details = try await context.message(of: details) }
        if let priority = options.priority { message.priority = priority.message }
        if let override = options.versioningOverride { message.versioningOverride = override.message }
    }

    /// The request that starts the workflow and nothing else.
    func request(
        on connection: Connection,
        headers: [String: Payload]
    ) async throws -> WorkflowService.StartWorkflowExecution.Input {
        var request = WorkflowService.StartWorkflowExecution.Input()
        request.namespace = connection.namespace
        request.identity = connection.identity
        request.requestID = UniqueID.make()
        try await self.write(to: &request, on: connection, headers: headers)
        if let policy = self.options.idConflictPolicy {
            request.workflowIDConflictPolicy = .init(rawValue: policy.rawValue) ?? .unspecified
        }
        if let delay = self.options.startDelay { request.workflowStartDelay = delay.message }
        return request
    }
}

extension PayloadContext {
    /// Encodes named values, all in one batch.
    func encode(fields: [String: any Sendable]) async throws -> [String: ProtoPayload] {
        let names = fields.keys.sorted()
        let payloads = try await self.encode(values: names.compactMap { fields[$0] })
        return try Dictionary(uniqueKeysWithValues: zip(names, payloads.map { try $0.message }))
    }

    /// Encodes one value into a message's field.
    func message(of value: any Sendable) async throws -> ProtoPayload {
        try await self.encode(values: [value])[0].message
    }
}
