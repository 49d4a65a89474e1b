//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import GRPCCore
import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@testable import ExternalStorageGRPC

@Suite("References that stay", .bothRoads, .timeLimit(.minutes(1)))
struct KeptReferencesTests {
    private static func task(_ reference: APIPayload) -> ActivityTask {
        .with { task in
            task.taskToken = Data("token".utf8)
            task.activityID = "a"
            task.input = .of(reference, .small)
            task.heartbeatDetails = .of(reference)
            task.header.fields["h"] = reference
        }
    }

    private static let poll = Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest.with { $0.namespace = "ns" }

    @Test(
        "The input of an activity stays as it is; heartbeat details and headers are resolved; no call, no header differs"
    )
    func activityInput() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        let polling = try Fixture(over: fixture) { _ in Self.task(reference) }
        let resolved: ActivityTask = try await polling.call("PollActivityTaskQueue", Self.poll)
        #expect(resolved.input == .of(.large(), .small))
        let kept: ActivityTask = try await KeptReferences.$current.withValue(.activityInput) {
            try await polling.call("PollActivityTaskQueue", Self.poll)
        }
        #expect(kept.input == .of(reference, .small))
        #expect(kept.heartbeatDetails == .of(.large()))
        #expect(kept.header.fields["h"] == .large())
        #expect(kept.taskToken == resolved.taskToken)
        let requests = polling.frontend.requests
        #expect(requests.count == 2)
        #expect(requests[0].message == requests[1].message)
        #expect(requests[0].metadata == requests[1].metadata)
    }

    @Test("Results stay as they are: of workflows, queries, updates; what else is in the history is resolved")
    func results() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        let polling = try Fixture(over: fixture) { request in
            switch request.method {
            case "GetWorkflowExecutionHistory":
                Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse.with { response in
                    response.history.events = [
                        .with { $0.workflowExecutionStartedEventAttributes.input = .of(reference) },
                        .with { $0.workflowExecutionCompletedEventAttributes.result = .of(reference) },
                    ]
                }
            case "QueryWorkflow":
                Temporal_Api_Workflowservice_V1_QueryWorkflowResponse.with { $0.queryResult = .of(reference) }
            case "UpdateWorkflowExecution":
                Temporal_Api_Workflowservice_V1_UpdateWorkflowExecutionResponse.with {
                    $0.outcome.success = .of(reference)
                }
            default:
                Temporal_Api_Workflowservice_V1_PollActivityExecutionResponse.with {
                    $0.outcome.result = .of(reference)
                }
            }
        }
        try await KeptReferences.$current.withValue(.results) {
            let history: Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse =
                try await polling.call("GetWorkflowExecutionHistory", Google_Protobuf_Empty())
            let events = history.history.events
            #expect(events[0].workflowExecutionStartedEventAttributes.input == .of(.large()))
            #expect(events[1].workflowExecutionCompletedEventAttributes.result == .of(reference))
            let query: Temporal_Api_Workflowservice_V1_QueryWorkflowResponse =
                try await polling.call("QueryWorkflow", Google_Protobuf_Empty())
            #expect(query.queryResult == .of(reference))
            let update: Temporal_Api_Workflowservice_V1_UpdateWorkflowExecutionResponse =
                try await polling.call("UpdateWorkflowExecution", Google_Protobuf_Empty())
            #expect(update.outcome.success == .of(reference))
            let activity: Temporal_Api_Workflowservice_V1_PollActivityExecutionResponse =
                try await polling.call("PollActivityExecution", Google_Protobuf_Empty())
            #expect(activity.outcome.result == .of(reference))
        }
        let query: Temporal_Api_Workflowservice_V1_QueryWorkflowResponse =
            try await polling.call("QueryWorkflow", Google_Protobuf_Empty())
        #expect(query.queryResult == .of(.large()))
    }

    @Test("ES-N6 What workflow code takes and gives stays as it is in tasks and histories; the rest is resolved")
    func workflowValues() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        @Sendable func history(_ value: APIPayload) -> [Temporal_Api_History_V1_HistoryEvent] {
            let values = APIPayloads.of(value)
            return [
                .with { $0.workflowExecutionStartedEventAttributes.input = values },
                .with { $0.workflowExecutionSignaledEventAttributes.input = values },
                .with { $0.activityTaskScheduledEventAttributes.input = values },
                .with { $0.activityTaskCompletedEventAttributes.result = values },
                .with { $0.startChildWorkflowExecutionInitiatedEventAttributes.input = values },
                .with { $0.childWorkflowExecutionCompletedEventAttributes.result = values },
                .with { $0.signalExternalWorkflowExecutionInitiatedEventAttributes.input = values },
                .with { $0.nexusOperationScheduledEventAttributes.input = value },
                .with { $0.nexusOperationCompletedEventAttributes.result = value },
                .with { $0.workflowExecutionContinuedAsNewEventAttributes.input = values },
                .with { $0.workflowExecutionCompletedEventAttributes.result = values },
                .with { $0.workflowExecutionUpdateAcceptedEventAttributes.acceptedRequest.input.args = values },
                .with { $0.workflowExecutionUpdateCompletedEventAttributes.outcome.success = values },
            ]
        }
        @Sendable func others(_ value: APIPayload) -> [Temporal_Api_History_V1_HistoryEvent] {
            let values = APIPayloads.of(value)
            return [
                .with { $0.workflowExecutionStartedEventAttributes.lastCompletionResult = values },
                .with { $0.workflowExecutionStartedEventAttributes.memo.fields["m"] = value },
                .with { $0.workflowExecutionStartedEventAttributes.header.fields["h"] = value },
                .with { $0.markerRecordedEventAttributes.details["d"] = values },
                .with { $0.activityTaskFailedEventAttributes.failure.applicationFailureInfo.details = values },
            ]
        }
        let polling = try Fixture(over: fixture) { _ in
            Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueResponse.with { task in
                task.taskToken = Data("token".utf8)
                task.history.events = history(reference) + others(reference)
                task.query.queryArgs = .of(reference)
            }
        }
        let request = Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { $0.namespace = "ns" }
        let kept: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueResponse =
            try await KeptReferences.$current.withValue(.workflowValues) {
                try await polling.call("PollWorkflowTaskQueue", request)
            }
        #expect(kept.history.events == history(reference) + others(.large()))
        #expect(kept.query.queryArgs == .of(.large()))
        let resolved: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueResponse =
            try await polling.call("PollWorkflowTaskQueue", request)
        #expect(resolved.history.events == history(.large()) + others(.large()))
    }

    @Test("ES-F3 A store that is down is no failure of a task whose input is kept, but one of its heartbeat details")
    func storeDown() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        var task = Self.task(reference)
        let polling = try Fixture(over: fixture) { [task] _ in task }
        fixture.driver.fail()
        try await KeptReferences.$current.withValue(.activityInput) {
            let failed: ActivityTask = try await polling.call("PollActivityTaskQueue", Self.poll)
            #expect(failed == ActivityTask())
        }
        let report = try #require(polling.frontend.requests.last { $0.method == "RespondActivityTaskFailed" })
        let request = try Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest(report.message)
        #expect(request.cause.rawValue == 2)

        task.clearHeartbeatDetails()
        task.clearHeader()
        let quiet = try Fixture(over: fixture) { [task] _ in task }
        try await KeptReferences.$current.withValue(.activityInput) {
            let kept: ActivityTask = try await quiet.call("PollActivityTaskQueue", Self.poll)
            #expect(kept.input == .of(reference, .small))
        }
        #expect(!quiet.frontend.requests.contains { $0.method.hasPrefix("Respond") })
    }

    @Test("ES-W7 A reference that was kept is sent as it is, at any threshold")
    func sentAgain() async throws {
        let fixture = try Fixture(threshold: .all)
        let reference = try await fixture.reference(to: .large())
        let stored = fixture.driver.stored.count
        let request = Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest.with {
            $0.result = .of(reference)
        }
        let _: Google_Protobuf_Empty = try await fixture.call("RespondActivityTaskCompleted", request)
        let sent: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest =
            try fixture.received("RespondActivityTaskCompleted")
        #expect(sent.result == .of(reference))
        #expect(fixture.driver.stored.count == stored)
    }
}
