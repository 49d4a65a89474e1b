//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

extension ActivityHandle {
    /// Completes the activity.
    ///
    /// - Parameter result: What it returns; nothing, or one value.
    /// - Throws: ``TemporalError``: `notFound` if the activity is over, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled.
    public func complete<each Result: Sendable>(_ result: repeat each Result) async throws {
        let payloads = try ProtoPayloads(await self.context.encode(repeat each result))
        _ = try await self.call(
            WorkflowService.RespondActivityTaskCompleted.self,
            WorkflowService.RespondActivityTaskCompletedById.self,
            token: { $0.result = payloads },
            id: { $0.result = payloads }
        )
    }

    /// Lets the attempt fail; the retry policy decides what follows.
    ///
    /// - Parameter error: Becomes a failure as an error that an activity throws does; see ``ApplicationFailure``.
    /// - Throws: ``TemporalError``: `notFound` if the activity is over, `conversionFailed`, `externalStorageFailed`.
    ///   `CancellationError` if cancelled.
    public func fail(_ error: any Error) async throws {
        let failure = try await self.context.failure(for: error)
        _ = try await self.call(
            WorkflowService.RespondActivityTaskFailed.self,
            WorkflowService.RespondActivityTaskFailedById.self,
            token: { $0.failure = failure },
            id: { $0.failure = failure }
        )
    }

    /// Ends the activity as canceled.
    ///
    /// - Parameter details: Values for the workflow.
    /// - Throws: ``TemporalError``: `notFound` if the activity is over, `invalidArgument` if nobody asked to cancel it.
    ///   `CancellationError` if cancelled.
    public func reportCancellation<each Detail: Sendable>(details: repeat each Detail) async throws {
        let payloads = try ProtoPayloads(await self.context.encode(repeat each details))
        _ = try await self.call(
            WorkflowService.RespondActivityTaskCanceled.self,
            WorkflowService.RespondActivityTaskCanceledById.self,
            token: { $0.details = payloads },
            id: { $0.details = payloads }
        )
    }
}
