//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Data
#else
public import struct Foundation.Data
#endif

/// An activity that somebody other than its worker completes.
///
/// Its worker has handed out the task token, or ids that say which activity it is.
public struct ActivityHandle: Sendable {
    /// Which activity it is.
    enum Identity: Sendable {
        case token(Data)
        case id(workflowID: String, runID: String, activityID: String)
    }

    let identity: Identity
    let connection: Connection

    /// What turns values into payloads of this activity (ES-T5).
    var context: PayloadContext {
        switch self.identity {
        case .token: self.connection.payloads()
        case .id(let workflowID, let runID, _):
            self.connection.payloads(
                of: .workflow(
                    namespace: self.connection.namespace,
                    id: workflowID,
                    runID: runID.isEmpty ? nil : runID
                )
            )
        }
    }
}

extension TemporalClient {
    /// An activity by its task token.
    ///
    /// - Parameter taskToken: What the worker was given with the task.
    /// - Returns: A handle; nothing is asked of the server.
    public func activityHandle(taskToken: Data) -> ActivityHandle {
        ActivityHandle(identity: .token(taskToken), connection: self.connection)
    }

    /// An activity by its ids.
    ///
    /// - Parameters:
    ///   - workflowID: The id of the workflow that waits for it.
    ///   - runID: The run; the current one if nil.
    ///   - activityID: The id of the activity within its workflow.
    /// - Returns: A handle; nothing is asked of the server.
    public func activityHandle(workflowID: String, runID: String? = nil, activityID: String) -> ActivityHandle {
        ActivityHandle(
            identity: .id(workflowID: workflowID, runID: runID ?? "", activityID: activityID),
            connection: self.connection
        )
    }
}
