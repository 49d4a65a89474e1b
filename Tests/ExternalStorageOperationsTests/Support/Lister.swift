//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageOperations
import GRPCCore
import NIOCore
import SwiftProtobuf
import TemporalAPI

/// A server that lists runs with their times, and knows nothing else.
struct Lister: TemporalCaller {
    private var response = Temporal_Api_Workflowservice_V1_ListWorkflowExecutionsResponse()

    init(_ fill: (Entries) -> Void) {
        let entries = Entries()
        fill(entries)
        self.response.executions = entries.all
    }

    /// Is called with the fields of an entry.
    final class Entries {
        var all: [Temporal_Api_Workflow_V1_WorkflowExecutionInfo] = []

        func callAsFunction(_ id: String, _ run: String, start: Int64, close: Int64, first: String) {
            self.all.append(
                .with { info in
                    info.execution.workflowID = id
                    info.execution.runID = run
                    info.startTime = .with { $0.seconds = start }
                    if close > 0 { info.closeTime = .with { $0.seconds = close } }
                    info.firstRunID = first
                }
            )
        }
    }

    func call(_ method: String, _ request: ByteBuffer) async throws -> ByteBuffer {
        switch method {
        case "DescribeNamespace":
            try Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse.with { $0.namespaceInfo.name = "default" }
                .buffer
        case "ListWorkflowExecutions": try self.response.buffer
        default: throw RPCError(code: .unimplemented, message: method)
        }
    }
}
