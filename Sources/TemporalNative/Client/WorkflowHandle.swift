//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import TemporalAPI

/// A workflow that was started, now or before, and how to talk to it.
///
/// Cheap to copy; it holds ids and the client, not the workflow. The result type is what ``result(followingRuns:)``
/// returns; a handle whose type nobody knows is an ``UntypedWorkflowHandle``.
public struct WorkflowHandle<Result: Sendable>: Sendable {
    /// The id of the workflow.
    public let id: String
    /// The run that calls go to; nil for the one that is current at the time of the call.
    public let runID: String?
    /// The first run of the chain that the handle is for.
    ///
    /// Set by a start. Then ``result(followingRuns:)`` begins with it, and ``cancel(reason:)`` and
    /// ``terminate(reason:details:)`` do not touch a later workflow with the same id.
    public let firstRunID: String?

    let connection: Connection

    init(id: String, runID: String?, firstRunID: String?, connection: Connection) {
        self.id = id
        self.runID = runID
        self.firstRunID = firstRunID
        self.connection = connection
    }

    /// The same workflow, with another result type.
    ///
    /// - Parameter type: What the workflow returns.
    /// - Returns: A handle.
    public func returning<Other: Sendable>(_ type: Other.Type) -> WorkflowHandle<Other> {
        .init(id: self.id, runID: self.runID, firstRunID: self.firstRunID, connection: self.connection)
    }

    var execution: Temporal_Api_Common_V1_WorkflowExecution {
        var execution = Temporal_Api_Common_V1_WorkflowExecution()
        execution.workflowID = self.id
        execution.runID = self.runID ?? ""
        return execution
    }

    /// What turns values into payloads of this workflow (ES-T2).
    var context: PayloadContext {
        self.connection.payloads(
            of: .workflow(namespace: self.connection.namespace, id: self.id, runID: self.runID)
        )
    }
}

/// A handle whose result is a payload: references resolved and codecs undone, to be read with a ``DataConverter``.
public typealias UntypedWorkflowHandle = WorkflowHandle<Payload>
