//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

/// What the server says about a run, with what it waits for.
public struct WorkflowDescription: Sendable {
    /// The run.
    public var info: WorkflowInfo
    /// The activities that it waits for.
    public var pendingActivities: [PendingActivity]
    /// One line of text that user interfaces show.
    public var summary: String?
    /// More text that user interfaces show.
    public var details: String?
    /// Which versions of a deployment go on with it, if a client has said so.
    public var versioningOverride: VersioningOverride?

    init(_ message: WorkflowService.DescribeWorkflowExecution.Output, on connection: Connection) async throws {
        self.info = try WorkflowInfo(message.workflowExecutionInfo, on: connection)
        let context = connection.payloads(
            of: .workflow(namespace: connection.namespace, id: self.info.id, runID: self.info.runID)
        )
        self.pendingActivities = []
        for activity in message.pendingActivities {
            self.pendingActivities.append(try await PendingActivity(activity, context: context))
        }
        let versioning = message.workflowExecutionInfo.versioningInfo
        self.versioningOverride = VersioningOverride(versioning.versioningOverride)
        let metadata = message.executionConfig.userMetadata
        if metadata.hasSummary {
            self.summary = try await context.decode(Payload(metadata.summary), as: String.self)
        }
        if metadata.hasDetails {
            self.details = try await context.decode(Payload(metadata.details), as: String.self)
        }
    }
}

extension WorkflowHandle {
    /// Asks the server about the workflow.
    ///
    /// - Returns: The state of the run, its memo and search attributes, and what it waits for.
    /// - Throws: ``TemporalError``: `notFound`, `externalStorageFailed` if a memo cannot be retrieved. `CancellationError`
    ///   if cancelled.
    public func describe() async throws -> WorkflowDescription {
        var request = WorkflowService.DescribeWorkflowExecution.Input()
        request.namespace = self.connection.namespace
        request.execution = self.execution
        return try await WorkflowDescription(
            self.connection.call(WorkflowService.DescribeWorkflowExecution.self, request),
            on: self.connection
        )
    }
}
