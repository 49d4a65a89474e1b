//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
#else
import struct Foundation.Data
#endif

/// A request of somebody about an activity.
protocol ActivityRequest {
    init()
    var namespace: String { get set }
    var identity: String { get set }
}

/// One that names the activity by its task token.
protocol TokenRequest: ActivityRequest {
    var taskToken: Data { get set }
}

/// One that names the activity by its ids.
protocol IDRequest: ActivityRequest {
    var workflowID: String { get set }
    var runID: String { get set }
    var activityID: String { get set }
}

extension WorkflowService.RecordActivityTaskHeartbeat.Input: TokenRequest {}
extension WorkflowService.RecordActivityTaskHeartbeatById.Input: IDRequest {}
extension WorkflowService.RespondActivityTaskCanceled.Input: TokenRequest {}
extension WorkflowService.RespondActivityTaskCanceledById.Input: IDRequest {}
extension WorkflowService.RespondActivityTaskCompleted.Input: TokenRequest {}
extension WorkflowService.RespondActivityTaskCompletedById.Input: IDRequest {}
extension WorkflowService.RespondActivityTaskFailed.Input: TokenRequest {}
extension WorkflowService.RespondActivityTaskFailedById.Input: IDRequest {}

extension ActivityHandle {
    /// Calls the method that names the activity as this handle does.
    ///
    /// - Parameters:
    ///   - byToken: The method for a task token.
    ///   - byID: The method for ids.
    ///   - tokenContent: Adds to a request by token what it says of the activity.
    ///   - idContent: The same for a request by ids.
    /// - Returns: The answer, as one of the two.
    /// - Throws: ``TemporalError``; `CancellationError`.
    func call<ByToken: UnaryMethod, ByID: UnaryMethod>(
        _ byToken: ByToken.Type,
        _ byID: ByID.Type,
        token tokenContent: (inout ByToken.Input) -> Void,
        id idContent: (inout ByID.Input) -> Void
    ) async throws -> Answer<ByToken.Output, ByID.Output> where ByToken.Input: TokenRequest, ByID.Input: IDRequest {
        switch self.identity {
        case .token(let token):
            var request: ByToken.Input = self.request()
            request.taskToken = token
            tokenContent(&request)
            return .token(try await self.connection.call(byToken, request))
        case .id(let workflowID, let runID, let activityID):
            var request: ByID.Input = self.request()
            request.workflowID = workflowID
            request.runID = runID
            request.activityID = activityID
            idContent(&request)
            return .id(try await self.connection.call(byID, request))
        }
    }

    /// An answer of one of two methods.
    enum Answer<ByToken: Sendable, ByID: Sendable>: Sendable {
        case token(ByToken)
        case id(ByID)
    }

    /// A request that says where and who.
    private func request<Request: ActivityRequest>() -> Request {
        var request = Request()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        return request
    }
}
