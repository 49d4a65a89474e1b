//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

extension ActivityHandle {
    /// Says that the activity is being worked on.
    ///
    /// Every call goes to the server: call it as often as the heartbeat timeout asks for, and no more.
    ///
    /// - Parameter details: Values that the next attempt is given.
    /// - Throws: ``TemporalError``: `activityCanceled`, `activityPaused` or `activityReset` if the activity is to stop;
    ///   the heartbeat has been recorded then. `notFound` if it is over. `CancellationError` if cancelled.
    public func heartbeat<each Detail: Sendable>(_ details: repeat each Detail) async throws {
        let payloads = try ProtoPayloads(await self.context.encode(repeat each details))
        switch self.identity {
        case .token(let token):
            var request = WorkflowService.RecordActivityTaskHeartbeat.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.taskToken = token
            request.details = payloads
            let response = try await self.connection.call(WorkflowService.RecordActivityTaskHeartbeat.self, request)
            try Self.check(response.cancelRequested, response.activityReset, response.activityPaused)
        case .id(let workflowID, let runID, let activityID):
            var request = WorkflowService.RecordActivityTaskHeartbeatById.Input()
            request.namespace = self.connection.namespace
            request.identity = self.connection.identity
            request.workflowID = workflowID
            request.runID = runID
            request.activityID = activityID
            request.details = payloads
            let response = try await self.connection.call(WorkflowService.RecordActivityTaskHeartbeatById.self, request)
            try Self.check(response.cancelRequested, response.activityReset, response.activityPaused)
        }
    }

    /// In the order of what they mean: a cancellation is final.
    static func check(_ canceled: Bool, _ reset: Bool, _ paused: Bool) throws(TemporalError) {
        if canceled { throw TemporalError(code: .activityCanceled, message: "the activity was canceled") }
        if reset { throw TemporalError(code: .activityReset, message: "the activity was reset") }
        if paused { throw TemporalError(code: .activityPaused, message: "the activity was paused") }
    }
}
