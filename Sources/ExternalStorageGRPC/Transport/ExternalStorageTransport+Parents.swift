//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import GRPCCore
import Groundwork
import Logging
import NIOCore

extension ExternalStorageTransport {
    /// Asks the server for the first event of a workflow run, which names its parent (ES-T4).
    ///
    /// Needed where the first task of the run was handed out by another process, or by this one before it was restarted.
    ///
    /// - Parameters:
    ///   - task: The task of the run.
    ///   - metadata: The metadata of the call on behalf of which the server is asked.
    ///   - deadline: When that call has to be over.
    /// - Returns: Who gets the result of the run, or nil if that is the run itself. Nil also if the server does not
    ///   say, which is logged: then the result is kept with the run, which is another place and nothing else.
    /// - Throws: `CancellationError` if cancelled.
    func parent(
        of task: TaskContext,
        metadata: Metadata,
        deadline: Deadline?
    ) async throws -> TaskContext.Execution? {
        var execution = ByteBuffer()
        execution.writeField(1, string: task.workflow.id)
        execution.writeField(2, string: task.workflow.runID)
        var request = ByteBuffer()
        request.writeField(1, string: task.workflow.namespace)
        request.writeField(2, bytes: execution)
        request.writeField(3, varint: 1)  // maximum_page_size
        do {
            let response = try await self.call(
                "GetWorkflowExecutionHistory",
                request,
                metadata: metadata,
                deadline: deadline
            )
            let namespace = task.workflow.namespace
            let parent = try TransportMessage<Bytes>(bytes: response).withSpan { bytes throws(WireError) in
                let history = try WireReader.lastBytes(1, in: 0..<bytes.count, of: bytes)
                return try history.flatMap { history throws(WireError) in
                    try TaskContext.parent(inHistory: history, of: bytes, namespace: namespace)
                }
            }
            self.parents.remember(parent, ofRun: task.workflow.runID)
            return parent
        } catch {
            try Task.checkCancellation()
            self.logger.warning(
                "The server does not say whose child a workflow is; its result is kept with itself",
                metadata: [
                    "temporal.workflow.id": "\(task.workflow.id)", "temporal.workflow.run-id": "\(task.workflow.runID)",
                    "error": "\(error)",
                ]
            )
            return nil
        }
    }
}
