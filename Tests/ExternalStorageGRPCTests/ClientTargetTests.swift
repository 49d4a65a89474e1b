//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import GRPCCore
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

/// A client request and the targets that its payloads must have.
struct TargetCase: CustomTestStringConvertible, Sendable {
    var rule: String
    var method: String
    var request: any SwiftProtobuf.Message & Sendable
    /// By the text of the payload.
    var expected: [String: StorageDriverTarget?]

    var testDescription: String { "\(self.rule) \(self.method)" }
}

@Suite("Targets of client requests", .bothRoads, .timeLimit(.minutes(1)))
struct ClientTargetTests {
    @Test("ES-T1 ES-T2 ES-T3 ES-T5 ES-T6 Every payload is stored for whom it belongs to", arguments: Self.cases)
    func target(_ testCase: TargetCase) async throws {
        let fixture = try Fixture()
        let bytes = try testCase.request.buffer
        let result = try await fixture.transport.call(testCase.method, bytes)
        #expect(result.status.code == .ok)
        let stored = Dictionary(uniqueKeysWithValues: fixture.driver.stored.map { ($0.text, $0.target) })
        #expect(stored == testCase.expected)
        #expect(fixture.driver.stored.allSatisfy { $0.namespace == "ns" })
    }

    private static func workflow(_ id: String, run: String? = nil, type: String? = nil) -> StorageDriverTarget {
        .workflow(namespace: "ns", id: id, runID: run, type: type)
    }

    private static let start = StartRequest.with { request in
        request.namespace = "ns"
        request.workflowID = "w"
        request.workflowType.name = "T"
        request.input = .of(.large("input"))
        request.memo.fields["k"] = .large("memo")
        request.header.fields["h"] = .large("header")
        request.userMetadata.summary = .large("summary")
    }

    private static let update = Temporal_Api_Workflowservice_V1_UpdateWorkflowExecutionRequest.with { request in
        request.namespace = "ns"
        request.workflowExecution = .with {
            $0.workflowID = "w"
            $0.runID = "r"
        }
        request.request.input.args = .of(.large("args"))
    }

    private static let schedule = Temporal_Api_Schedule_V1_Schedule.with { schedule in
        schedule.action.startWorkflow.workflowID = "scheduled"
        schedule.action.startWorkflow.workflowType.name = "T"
        schedule.action.startWorkflow.input = .of(.large("input"))
        schedule.action.startWorkflow.memo.fields["k"] = .large("action memo")
    }

    static let cases: [TargetCase] = [
        TargetCase(
            rule: "ES-T1",
            method: "StartWorkflowExecution",
            request: Self.start,
            expected: [
                "input": Self.workflow("w", type: "T"), "memo": Self.workflow("w", type: "T"),
                "header": Self.workflow("w", type: "T"),
            ]
        ),
        TargetCase(
            rule: "ES-T1",
            method: "SignalWithStartWorkflowExecution",
            request: Temporal_Api_Workflowservice_V1_SignalWithStartWorkflowExecutionRequest.with { request in
                request.namespace = "ns"
                request.workflowID = "w"
                request.workflowType.name = "T"
                request.input = .of(.large("input"))
                request.signalInput = .of(.large("signal"))
            },
            expected: ["input": Self.workflow("w", type: "T"), "signal": Self.workflow("w", type: "T")]
        ),
        TargetCase(
            rule: "ES-T1",
            method: "CreateSchedule",
            request: Temporal_Api_Workflowservice_V1_CreateScheduleRequest.with { request in
                request.namespace = "ns"
                request.schedule = Self.schedule
                request.memo.fields["k"] = .large("ES-C5 schedule memo stays inline")
            },
            expected: [
                "input": Self.workflow("scheduled", type: "T"), "action memo": Self.workflow("scheduled", type: "T"),
            ]
        ),
        TargetCase(
            rule: "ES-T1",
            method: "UpdateSchedule",
            request: Temporal_Api_Workflowservice_V1_UpdateScheduleRequest.with { request in
                request.namespace = "ns"
                request.schedule = Self.schedule
                request.memo.fields["k"] = .large("ES-C5 schedule memo stays inline")
            },
            expected: [
                "input": Self.workflow("scheduled", type: "T"), "action memo": Self.workflow("scheduled", type: "T"),
            ]
        ),
        TargetCase(
            rule: "ES-T2",
            method: "SignalWorkflowExecution",
            request: Temporal_Api_Workflowservice_V1_SignalWorkflowExecutionRequest.with { request in
                request.namespace = "ns"
                request.workflowExecution = .with {
                    $0.workflowID = "w"
                    $0.runID = "r"
                }
                request.input = .of(.large("input"))
            },
            expected: ["input": Self.workflow("w", run: "r")]
        ),
        TargetCase(
            rule: "ES-T2",
            method: "QueryWorkflow",
            request: Temporal_Api_Workflowservice_V1_QueryWorkflowRequest.with { request in
                request.namespace = "ns"
                request.execution.workflowID = "w"
                request.query.queryArgs = .of(.large("args"))
            },
            expected: ["args": Self.workflow("w")]
        ),
        TargetCase(
            rule: "ES-T2",
            method: "UpdateWorkflowExecution",
            request: Self.update,
            expected: ["args": Self.workflow("w", run: "r")]
        ),
        TargetCase(
            rule: "ES-T2",
            method: "TerminateWorkflowExecution",
            request: Temporal_Api_Workflowservice_V1_TerminateWorkflowExecutionRequest.with { request in
                request.namespace = "ns"
                request.workflowExecution = .with {
                    $0.workflowID = "w"
                    $0.runID = "r"
                }
                request.details = .of(.large("details"))
            },
            expected: ["details": Self.workflow("w", run: "r")]
        ),
        TargetCase(
            rule: "ES-T3",
            method: "ExecuteMultiOperation",
            request: Temporal_Api_Workflowservice_V1_ExecuteMultiOperationRequest.with { request in
                request.namespace = "ns"
                request.operations = [
                    .with { $0.startWorkflow = Self.start }, .with { $0.updateWorkflow = Self.update },
                ]
            },
            expected: [
                "input": Self.workflow("w", type: "T"), "memo": Self.workflow("w", type: "T"),
                "header": Self.workflow("w", type: "T"), "args": Self.workflow("w"),
            ]
        ),
        TargetCase(
            rule: "ES-T5",
            method: "StartActivityExecution",
            request: Temporal_Api_Workflowservice_V1_StartActivityExecutionRequest.with { request in
                request.namespace = "ns"
                request.activityID = "a"
                request.activityType.name = "A"
                request.input = .of(.large("input"))
            },
            expected: ["input": .activity(namespace: "ns", id: "a", type: "A")]
        ),
        TargetCase(
            rule: "ES-T5",
            method: "RespondActivityTaskCompletedById",
            request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedByIdRequest.with { request in
                request.namespace = "ns"
                request.workflowID = "w"
                request.runID = "r"
                request.activityID = "a"
                request.result = .of(.large("result"))
            },
            expected: ["result": Self.workflow("w", run: "r")]
        ),
        TargetCase(
            rule: "ES-T5",
            method: "RecordActivityTaskHeartbeatById",
            request: Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatByIdRequest.with { request in
                request.namespace = "ns"
                request.activityID = "a"
                request.runID = "r"
                request.details = .of(.large("details"))
            },
            expected: ["details": .activity(namespace: "ns", id: "a", runID: "r")]
        ),
        TargetCase(
            rule: "ES-T5",
            method: "RespondActivityTaskCompleted",
            request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest.with { request in
                request.namespace = "ns"
                request.taskToken = Data("a bare token".utf8)
                request.result = .of(.large("result"))
            },
            expected: ["result": StorageDriverTarget?.none]
        ),
        TargetCase(
            rule: "ES-T6",
            method: "StartNexusOperationExecution",
            request: Temporal_Api_Workflowservice_V1_StartNexusOperationExecutionRequest.with { request in
                request.namespace = "ns"
                request.endpoint = "e"
                request.service = "s"
                request.operation = "o"
                request.input = .large("input")
            },
            expected: ["input": .nexus(endpoint: "e", service: "s", operation: "o")]
        ),
        TargetCase(
            rule: "ES-T2",
            method: "ResetWorkflowExecution",
            request: Temporal_Api_Workflowservice_V1_ResetWorkflowExecutionRequest.with { request in
                request.namespace = "ns"
                request.workflowExecution = .with {
                    $0.workflowID = "w"
                    $0.runID = "the run that is reset"
                }
                request.postResetOperations = [.with { $0.signalWorkflow.input = .of(.large("signal")) }]
            },
            expected: ["signal": Self.workflow("w")]
        ),
        TargetCase(
            rule: "ES-C1",
            method: "StartBatchOperation",
            request: Temporal_Api_Workflowservice_V1_StartBatchOperationRequest.with { request in
                request.namespace = "ns"
                request.signalOperation.input = .of(.large("signal"))
            },
            expected: ["signal": StorageDriverTarget?.none]
        ),
    ]
}
