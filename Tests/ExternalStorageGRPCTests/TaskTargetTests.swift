//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Foundation
import GRPCCore
import Logging
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@Suite("Targets of task completions", .bothRoads, .timeLimit(.minutes(1)))
struct TaskTargetTests {
    private static let base = StorageDriverTarget.workflow(namespace: "ns", id: "w", runID: "r", type: "T")

    private static func task(_ change: (inout WorkflowTask) -> Void = { _ in }) -> WorkflowTask {
        .with { task in
            task.taskToken = Data("the server's token".utf8)
            task.workflowExecution = .with {
                $0.workflowID = "w"
                $0.runID = "r"
            }
            task.workflowType.name = "T"
            task.attempt = 1
            change(&task)
        }
    }

    /// Polls a task, completes it with what the worker was given, and returns what was stored, by the payload's text.
    private func targets(
        task: WorkflowTask,
        completing change: @escaping @Sendable (inout CompletedRequest) -> Void
    ) async throws -> [String: StorageDriverTarget?] {
        let fixture = try Fixture { request in
            request.method == "PollWorkflowTaskQueue" ? task as any SwiftProtobuf.Message : CompletedResponse()
        }
        let polled: WorkflowTask = try await fixture.call(
            "PollWorkflowTaskQueue",
            Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { $0.namespace = "ns" }
        )
        #expect(polled.taskToken != task.taskToken)
        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.namespace = "ns"
            change(&request)
        }
        let _: CompletedResponse = try await fixture.call("RespondWorkflowTaskCompleted", completion)
        let sent: CompletedRequest = try fixture.received("RespondWorkflowTaskCompleted")
        #expect(sent.taskToken == task.taskToken, "the server gets its own token back")
        return Dictionary(uniqueKeysWithValues: fixture.driver.stored.map { ($0.text, $0.target) })
    }

    @Test("ES-T4 Each command's payloads are stored for whom the command says, all others for the task's workflow")
    func commands() async throws {
        let targets = try await self.targets(task: Self.task()) { request in
            request.commands = [
                .with { $0.scheduleActivityTaskCommandAttributes.input = .of(.large("activity")) },
                .with { $0.recordMarkerCommandAttributes.details["d"] = .of(.large("marker")) },
                .with { $0.modifyWorkflowPropertiesCommandAttributes.upsertedMemo.fields["k"] = .large("memo") },
                .with { $0.scheduleNexusOperationCommandAttributes.input = .large("nexus") },
                .with { $0.failWorkflowExecutionCommandAttributes.failure.encodedAttributes = .large("failure") },
                .with { command in
                    command.startChildWorkflowExecutionCommandAttributes = .with { child in
                        child.namespace = "other"
                        child.workflowID = "child"
                        child.workflowType.name = "C"
                        child.input = .of(.large("child"))
                        child.memo.fields["k"] = .large("child memo")
                    }
                },
                .with { command in
                    command.signalExternalWorkflowExecutionCommandAttributes = .with { signal in
                        signal.execution = .with {
                            $0.workflowID = "external"
                            $0.runID = "external run"
                        }
                        signal.input = .of(.large("signal"))
                    }
                },
                .with { command in
                    command.continueAsNewWorkflowExecutionCommandAttributes.input = .of(.large("same type"))
                },
                .with { command in
                    command.continueAsNewWorkflowExecutionCommandAttributes = .with { next in
                        next.workflowType.name = "New"
                        next.input = .of(.large("new type"))
                    }
                },
                .with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large("result")) },
            ]
            request.queryResults["q"] = .with { $0.answer = .of(.large("answer")) }
        }
        let child = StorageDriverTarget.workflow(namespace: "other", id: "child", type: "C")
        #expect(
            targets == [
                "activity": Self.base, "marker": Self.base, "memo": Self.base, "nexus": Self.base, "failure": Self.base,
                "answer": Self.base, "result": Self.base, "child": child, "child memo": child,
                "signal": .workflow(namespace: "ns", id: "external", runID: "external run"),
                "same type": .workflow(namespace: "ns", id: "w", type: "T"),
                "new type": .workflow(namespace: "ns", id: "w", type: "New"),
            ]
        )
    }

    @Test("ES-T4 The result of a child is stored for its parent")
    func parent() async throws {
        let task = Self.task { $0.history.events = [Self.started(continuing: "")] }
        let targets = try await self.targets(task: task, completing: Self.completeWorkflow)
        #expect(targets == ["result": .workflow(namespace: "parent ns", id: "parent", runID: "parent run")])
    }

    @Test("ES-T4 A run that continues another one keeps its result, although it has a parent")
    func continuedChild() async throws {
        let task = Self.task { $0.history.events = [Self.started(continuing: "the run before")] }
        let targets = try await self.targets(task: task, completing: Self.completeWorkflow)
        #expect(targets == ["result": Self.base])
    }

    @Test("ES-T4 The parent is still known in a sticky task, which does not bring the first event")
    func stickyTask() async throws {
        let first = Self.task { $0.history.events = [Self.started(continuing: "")] }
        let sticky = Self.task { $0.history.events = [.with { $0.eventID = 9 }] }
        let fixture = try Fixture { request in
            switch request.method {
            case "PollWorkflowTaskQueue": try Self.isSecond(request) ? sticky : first
            default: CompletedResponse()
            }
        }
        var tokens: [Data] = []
        for identity in ["first", "second"] {
            let polled: WorkflowTask = try await fixture.call(
                "PollWorkflowTaskQueue",
                Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { request in
                    request.namespace = "ns"
                    request.identity = identity
                }
            )
            tokens.append(polled.taskToken)
        }
        let token = tokens[1]
        let completion = CompletedRequest.with { request in
            request.taskToken = token
            request.namespace = "ns"
            Self.completeWorkflow(&request)
        }
        let _: CompletedResponse = try await fixture.call("RespondWorkflowTaskCompleted", completion)
        #expect(
            fixture.driver.stored.map(\.target) == [
                .workflow(namespace: "parent ns", id: "parent", runID: "parent run")
            ]
        )
    }

    @Test(
        "ES-T4 The server is asked for a parent that only another process has seen, once, and only for a large result",
        arguments: [
            (String?.some(""), StorageDriverTarget.workflow(namespace: "parent ns", id: "parent", runID: "parent run")),
            ("the run before", Self.base), (nil, Self.base),
        ]
    )
    func parentSeenElsewhere(continuing: String?, expected: StorageDriverTarget) async throws {
        let sticky = Self.task { $0.history.events = [.with { $0.eventID = 9 }] }
        let fixture = try Fixture { request in
            switch request.method {
            case "PollWorkflowTaskQueue": return sticky
            case "GetWorkflowExecutionHistory":
                guard let continuing else { throw RPCError(code: .unavailable, message: "no") }
                return Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse.with {
                    $0.history.events = [Self.started(continuing: continuing)]
                }
            default: return CompletedResponse()
            }
        }
        let polled: WorkflowTask = try await fixture.call(
            "PollWorkflowTaskQueue",
            Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { $0.namespace = "ns" }
        )
        for isLarge in [false, true] {
            let completion = CompletedRequest.with { request in
                request.taskToken = polled.taskToken
                request.namespace = "ns"
                if isLarge { Self.completeWorkflow(&request) } else { request.commands = [.with { _ in }] }
            }
            let _: CompletedResponse = try await fixture.call("RespondWorkflowTaskCompleted", completion)
            #expect(fixture.frontend.requests.count { $0.method == "GetWorkflowExecutionHistory" } == (isLarge ? 1 : 0))
        }
        #expect(fixture.driver.stored.map(\.target) == [expected])
        guard continuing != nil else { return }
        let asked: Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest = try fixture.received(
            "GetWorkflowExecutionHistory"
        )
        #expect(asked.execution.workflowID == "w" && asked.execution.runID == "r" && asked.maximumPageSize == 1)
        // Now it is known, and the next task says so.
        let again: WorkflowTask = try await fixture.call(
            "PollWorkflowTaskQueue",
            Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { $0.namespace = "ns" }
        )
        let completion = CompletedRequest.with { request in
            request.taskToken = again.taskToken
            request.namespace = "ns"
            Self.completeWorkflow(&request)
        }
        let _: CompletedResponse = try await fixture.call("RespondWorkflowTaskCompleted", completion)
        #expect(fixture.frontend.requests.count { $0.method == "GetWorkflowExecutionHistory" } == 1)
        #expect(fixture.driver.stored.map(\.target) == [expected, expected])
    }

    @Test("ES-T5 An activity's result, failure, cancellation and heartbeat belong to its workflow, or to itself alone")
    func activities() async throws {
        for (workflowID, expected) in [
            ("w", Self.base), ("", .activity(namespace: "ns", id: "a", runID: "ar", type: "A")),
        ] as [(String, StorageDriverTarget)] {
            let task = ActivityTask.with { task in
                task.taskToken = Data("token".utf8)
                task.workflowNamespace = "ns"
                if !workflowID.isEmpty {
                    task.workflowExecution = .with {
                        $0.workflowID = workflowID
                        $0.runID = "r"
                    }
                    task.workflowType.name = "T"
                }
                task.activityID = "a"
                task.activityType.name = "A"
                task.activityRunID = "ar"
            }
            let fixture = try Fixture {
                $0.method == "PollActivityTaskQueue" ? task as any SwiftProtobuf.Message : Google_Protobuf_Empty()
            }
            let polled: ActivityTask = try await fixture.call(
                "PollActivityTaskQueue",
                Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest.with { $0.namespace = "ns" }
            )
            let requests: [(String, any SwiftProtobuf.Message)] = [
                (
                    "RespondActivityTaskCompleted",
                    Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest.with { request in
                        request.taskToken = polled.taskToken
                        request.result = .of(.large("result"))
                    }
                ),
                (
                    "RespondActivityTaskFailed",
                    Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest.with { request in
                        request.taskToken = polled.taskToken
                        request.failure.applicationFailureInfo.details = .of(.large("failure"))
                    }
                ),
                (
                    "RespondActivityTaskCanceled",
                    Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest.with { request in
                        request.taskToken = polled.taskToken
                        request.details = .of(.large("canceled"))
                    }
                ),
                (
                    "RecordActivityTaskHeartbeat",
                    Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest.with { request in
                        request.taskToken = polled.taskToken
                        request.details = .of(.large("heartbeat"))
                    }
                ),
            ]
            for (method, request) in requests { _ = try await fixture.transport.call(method, request.buffer) }
            #expect(fixture.driver.stored.map(\.text) == ["result", "failure", "canceled", "heartbeat"])
            #expect(fixture.driver.stored.allSatisfy { $0.target == expected })
        }
    }

    @Test("ES-T6 A Nexus task's result belongs to its operation")
    func nexus() async throws {
        let task = NexusTask.with { task in
            task.taskToken = Data("token".utf8)
            task.request.endpoint = "e"
            task.request.startOperation.service = "s"
            task.request.startOperation.operation = "o"
        }
        let fixture = try Fixture {
            $0.method == "PollNexusTaskQueue" ? task as any SwiftProtobuf.Message : Google_Protobuf_Empty()
        }
        let polled: NexusTask = try await fixture.call("PollNexusTaskQueue", Google_Protobuf_Empty())
        let completion = Temporal_Api_Workflowservice_V1_RespondNexusTaskCompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.response.startOperation.syncSuccess.payload = .large("result")
        }
        _ = try await fixture.transport.call("RespondNexusTaskCompleted", completion.buffer)
        #expect(fixture.driver.stored.map(\.target) == [.nexus(endpoint: "e", service: "s", operation: "o")])
        let sent: Temporal_Api_Workflowservice_V1_RespondNexusTaskCompletedRequest = try fixture.received(
            "RespondNexusTaskCompleted"
        )
        #expect(sent.taskToken == task.taskToken)
    }

    @Test("ES-T4 A task may be completed through another replica than the one that polled it")
    func otherReplica() async throws {
        let task = Self.task()
        let poller = try Fixture { _ in task }
        let polled: WorkflowTask = try await poller.call(
            "PollWorkflowTaskQueue",
            Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { $0.namespace = "ns" }
        )
        let completer = try Fixture()
        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            Self.completeWorkflow(&request)
        }
        _ = try await completer.transport.call("RespondWorkflowTaskCompleted", completion.buffer)
        #expect(completer.driver.stored.map(\.target) == [Self.base])
    }

    @Test("ES-T4 Eager tasks bring their context too")
    func eagerTasks() async throws {
        let eager = Self.task()
        let fixture = try Fixture { request in
            request.method == "StartWorkflowExecution"
                ? StartResponse.with { $0.eagerWorkflowTask = eager } as any SwiftProtobuf.Message : CompletedResponse()
        }
        let started: StartResponse = try await fixture.call(
            "StartWorkflowExecution",
            StartRequest.with { $0.namespace = "ns" }
        )
        let completion = CompletedRequest.with { request in
            request.taskToken = started.eagerWorkflowTask.taskToken
            Self.completeWorkflow(&request)
        }
        let _: CompletedResponse = try await fixture.call("RespondWorkflowTaskCompleted", completion)
        #expect(fixture.driver.stored.map(\.target) == [Self.base])
    }

    @Sendable
    private static func completeWorkflow(_ request: inout CompletedRequest) {
        request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large("result")) }]
    }

    private static func started(continuing run: String) -> Temporal_Api_History_V1_HistoryEvent {
        .with { event in
            event.eventID = 1
            event.workflowExecutionStartedEventAttributes = .with { started in
                started.parentWorkflowNamespace = "parent ns"
                started.parentWorkflowExecution = .with {
                    $0.workflowID = "parent"
                    $0.runID = "parent run"
                }
                started.continuedExecutionRunID = run
            }
        }
    }

    private static func isSecond(_ request: FakeFrontend.Request) throws -> Bool {
        try Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest(request.message).identity == "second"
    }
}
