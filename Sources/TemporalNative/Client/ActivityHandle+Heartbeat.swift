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
        let answer = try await self.call(
            WorkflowService.RecordActivityTaskHeartbeat.self,
            WorkflowService.RecordActivityTaskHeartbeatById.self,
            token: { $0.details = payloads },
            id: { $0.details = payloads }
        )
        switch answer {
        case .token(let answer): try Self.check(answer.cancelRequested, answer.activityReset, answer.activityPaused)
        case .id(let answer): try Self.check(answer.cancelRequested, answer.activityReset, answer.activityPaused)
        }
    }

    /// In the order of what they mean: a cancellation is final.
    static func check(_ canceled: Bool, _ reset: Bool, _ paused: Bool) throws(TemporalError) {
        if canceled { throw TemporalError(code: .activityCanceled, message: "the activity was canceled") }
        if reset { throw TemporalError(code: .activityReset, message: "the activity was reset") }
        if paused { throw TemporalError(code: .activityPaused, message: "the activity was paused") }
    }
}
