//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageTesting
import Foundation
import GRPCCore
import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@Suite("Storage failures in tasks", .bothRoads, .timeLimit(.minutes(1)))
struct TaskFailureTests {
    private static let poll = Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest.with { request in
        request.namespace = "ns"
        request.identity = "worker-1"
    }

    /// A transport whose poll brings `task`, on the store of `fixture`.
    private func polling(
        _ task: some SwiftProtobuf.Message,
        _ fixture: Fixture
    ) throws -> (transport: ExternalStorageTransport<FakeFrontend>, frontend: FakeFrontend) {
        let bytes = try task.buffer
        let frontend = FakeFrontend { request in
            .message(request.method.hasPrefix("Poll") ? bytes : try Google_Protobuf_Empty().buffer)
        }
        let transport = ExternalStorageTransport(
            wrapping: frontend,
            storage: fixture.storage,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return (transport, frontend)
    }

    private func task(_ input: APIPayload, attempt: Int32 = 1) -> WorkflowTask {
        .with { task in
            task.taskToken = Data("token".utf8)
            task.workflowExecution = .with {
                $0.workflowID = "w"
                $0.runID = "r"
            }
            task.attempt = attempt
            task.history.events = [.with { $0.workflowExecutionStartedEventAttributes.input = .of(input) }]
        }
    }

    @Test("ES-F2 A workflow task that cannot be resolved is failed on attempt 1, and the worker gets an empty poll")
    func workflowTask() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.unavailable)
        let (transport, frontend) = try self.polling(self.task(reference), fixture)
        let metadata: Metadata = ["authorization": "Bearer x", "grpc-timeout": "60S"]
        let result = try await transport.call("PollWorkflowTaskQueue", Self.poll.buffer, metadata: metadata)
        #expect(result.status.code == .ok)
        #expect(result.message?.readableBytes == 0)

        let report = try #require(frontend.requests.first { $0.method == "RespondWorkflowTaskFailed" })
        let failed = try Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest(report.message)
        #expect(failed.taskToken == Data("token".utf8))
        #expect(failed.cause.rawValue == 38)
        #expect(failed.failure.message.contains("the store is down"))
        #expect(!failed.failure.applicationFailureInfo.nonRetryable)
        #expect(failed.namespace == "ns")
        #expect(failed.identity == "worker-1")
        #expect(report.metadata[stringValues: "authorization"].map { $0 } == ["Bearer x"])
        let timeout = report.metadata[stringValues: "grpc-timeout"].first { _ in true }
        #expect(timeout?.hasSuffix("m") == true)
    }

    @Test(
        "ES-F2 ES-P8 A task fails too for a reference that is wrong in itself, and the report says what to do",
        arguments: WrongReference.allCases
    )
    func wrongReference(_ wrong: WrongReference) async throws {
        let fixture = try Fixture()
        let good = try await fixture.reference(to: .large())
        var task = self.task(wrong.payload)
        task.history.events.append(
            .with { $0.workflowExecutionSignaledEventAttributes.input = .of(good) }
        )
        let (transport, frontend) = try self.polling(task, fixture)

        let result = try await transport.call("PollWorkflowTaskQueue", Self.poll.buffer)

        #expect(result.status.code == .ok)
        #expect(result.message?.readableBytes == 0)
        let report = try #require(frontend.requests.first { $0.method == "RespondWorkflowTaskFailed" })
        let failed = try Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest(report.message)
        #expect(failed.taskToken == Data("token".utf8))
        #expect(failed.cause.rawValue == 38)
        #expect(failed.failure.message.contains(wrong.text), "\(failed.failure.message)")
    }

    enum WrongReference: CaseIterable {
        case unregisteredDriver
        case notJSON
        case undecodable

        var payload: APIPayload {
            .with { payload in
                payload.metadata = [
                    "encoding": Data("json/protobuf".utf8),
                    "messageType": Data("temporal.api.sdk.v1.ExternalStorageReference".utf8),
                ]
                switch self {
                case .unregisteredDriver: payload.data = Data(#"{"driverName":"of-the-sdk","claimData":{}}"#.utf8)
                case .notJSON: payload.data = Data("{".utf8)
                case .undecodable:
                    payload.metadata = [
                        "encoding": Data("binary/encrypted".utf8),
                        "__temporal_external_storage_reference": Data("true".utf8),
                    ]
                }
            }
        }

        var text: String {
            switch self {
            case .unregisteredDriver: "--unregistered-drivers leave"
            case .notJSON: "not JSON"
            case .undecodable: "[TMPRL1106]"
            }
        }
    }

    @Test("A task that is nested too deep to be searched fails, and does not pass with references in it")
    func tooDeep() async throws {
        let fixture = try Fixture()
        var failure = ByteBuffer()
        for _ in 0...10_200 {
            var outer = ByteBuffer()
            outer.writeBytes([0x22])
            outer.writeBytes(Varints.of(failure.readableBytes))
            outer.writeImmutableBuffer(failure)
            failure = outer
        }
        var task = try self.task(.small).buffer
        // An event that failed: history 8, events 1, attributes 8, failure 1.
        for field in [UInt8(0x0A), 0x42, 0x0A, 0x42] {
            var outer = ByteBuffer(bytes: [field])
            outer.writeBytes(Varints.of(failure.readableBytes))
            outer.writeImmutableBuffer(failure)
            failure = outer
        }
        task.writeImmutableBuffer(failure)
        let bytes = task
        let frontend = FakeFrontend { request in
            .message(request.method.hasPrefix("Poll") ? bytes : try Google_Protobuf_Empty().buffer)
        }
        let transport = ExternalStorageTransport(
            wrapping: frontend,
            storage: fixture.storage,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )

        let result = try await transport.call("PollWorkflowTaskQueue", Self.poll.buffer)

        #expect(result.status.code == .ok && result.message?.readableBytes == 0)
        let report = try #require(frontend.requests.first { $0.method == "RespondWorkflowTaskFailed" })
        let failed = try Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest(report.message)
        #expect(failed.failure.message.contains("nested deeper than 10000 messages"))
        #expect(failed.taskToken == Data("token".utf8))
    }

    @Test("ES-F2 On later attempts nothing is sent, and the task times out")
    func laterAttempt() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.unavailable)
        let (transport, frontend) = try self.polling(self.task(reference, attempt: 2), fixture)
        let result = try await transport.call("PollWorkflowTaskQueue", Self.poll.buffer)
        #expect(result.message?.readableBytes == 0)
        #expect(frontend.requests.map(\.method) == ["PollWorkflowTaskQueue"])
    }

    @Test("ES-F2 A completion that cannot be stored fails the task, and the worker is told that it is gone")
    func completion() async throws {
        let fixture = try Fixture { [task = self.task(.small)] request in
            request.method.hasPrefix("Poll") ? task : Google_Protobuf_Empty() as any SwiftProtobuf.Message
        }
        let polled: WorkflowTask = try await fixture.call("PollWorkflowTaskQueue", Self.poll)
        fixture.driver.fail(.unavailable)
        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.namespace = "ns"
            request.identity = "worker-1"
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
        }
        let result = try await fixture.transport.call("RespondWorkflowTaskCompleted", completion.buffer)
        #expect(result.status.code == .notFound)
        #expect(fixture.frontend.requests.map(\.method) == ["PollWorkflowTaskQueue", "RespondWorkflowTaskFailed"])
        let failed: Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest = try fixture.received(
            "RespondWorkflowTaskFailed"
        )
        #expect(failed.taskToken == Data("token".utf8))
        #expect(failed.cause.rawValue == 38)
    }

    @Test(
        "ES-F2 An answer that is gone counts no more: not in the size of the request, and not as something to store",
        arguments: [.bytes(3_000), .bytes(100_000)] as [PayloadSizeThreshold]
    )
    func largeQueryAnswer(_ threshold: PayloadSizeThreshold) async throws {
        let fixture = try Fixture(threshold: threshold, requestSizeLimit: 4_000) { [task = self.task(.small)] request in
            request.method.hasPrefix("Poll") ? task : CompletedResponse() as any SwiftProtobuf.Message
        }
        let polled: WorkflowTask = try await fixture.call("PollWorkflowTaskQueue", Self.poll)
        fixture.driver.fail(.unavailable)
        let command = APIPayload.with { $0.data = Data(repeating: 7, count: 2_000) }
        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(command) }]
            request.queryResults["q"] = .with { result in
                result.resultType = .answered
                result.answer.payloads = (0..<2).map { number in
                    .with { $0.data = Data(repeating: number, count: 9_000) }
                }
            }
        }

        let result = try await fixture.transport.call("RespondWorkflowTaskCompleted", completion.buffer)

        #expect(result.status.code == .ok)
        let sent: CompletedRequest = try fixture.received("RespondWorkflowTaskCompleted")
        #expect(sent.commands == completion.commands)
        #expect(sent.queryResults["q"]?.resultType == .failed)
        #expect(sent.queryResults["q"]?.errorMessage.contains("the store is down") == true)
        #expect(!fixture.frontend.requests.contains { $0.method == "RespondWorkflowTaskFailed" })
    }

    @Test("ES-F2 Nothing of an answer that is gone is stored to make the rest small enough")
    func restOfAnswer() async throws {
        let fixture = try Fixture(threshold: .bytes(5_000), requestSizeLimit: 4_000) {
            [task = self.task(.small)] request in
            request.method.hasPrefix("Poll") ? task : CompletedResponse() as any SwiftProtobuf.Message
        }
        let polled: WorkflowTask = try await fixture.call("PollWorkflowTaskQueue", Self.poll)
        fixture.driver.fail(.unavailable, only: "answer")
        func payload(_ text: String, _ count: Int) -> APIPayload {
            .with { $0.data = Data((text + String(repeating: ".", count: count)).utf8) }
        }
        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.commands = (0..<3).map { number in
                .with { command in
                    command.scheduleActivityTaskCommandAttributes.input = .of(payload("command \(number)", 2_000))
                }
            }
            request.queryResults["q"] = .with { result in
                result.answer = .of(payload("answer", 9_000), payload("answer, second part", 2_500))
            }
        }

        let result = try await fixture.transport.call("RespondWorkflowTaskCompleted", completion.buffer)

        #expect(result.status.code == .ok)
        #expect(!fixture.driver.asked.contains("answer, second part"))
        let sent: CompletedRequest = try fixture.received("RespondWorkflowTaskCompleted")
        #expect(sent.queryResults["q"]?.resultType == .failed)
        #expect(sent.commands.contains { $0.scheduleActivityTaskCommandAttributes.input.payloads[0].isReference })
    }

    @Test("ES-F2 Only the query whose answer cannot be stored fails; the commands of the task are sent")
    func queryAnswer() async throws {
        let fixture = try Fixture { [task = self.task(.small)] request in
            request.method.hasPrefix("Poll") ? task : CompletedResponse() as any SwiftProtobuf.Message
        }
        let polled: WorkflowTask = try await fixture.call("PollWorkflowTaskQueue", Self.poll)
        fixture.driver.fail(.unavailable, only: "bad")
        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large("result")) }]
            request.queryResults["bad"] = .with { $0.answer = .of(.large("bad")) }
            request.queryResults["good"] = .with { $0.answer = .of(.large("good")) }
        }
        let result = try await fixture.transport.call("RespondWorkflowTaskCompleted", completion.buffer)
        #expect(result.status.code == .ok)
        let sent: CompletedRequest = try fixture.received("RespondWorkflowTaskCompleted")
        #expect(sent.commands[0].completeWorkflowExecutionCommandAttributes.result.payloads[0].isReference)
        #expect(sent.queryResults["good"]?.answer.payloads[0].isReference == true)
        #expect(sent.queryResults["bad"]?.resultType == .failed)
        #expect(sent.queryResults["bad"]?.errorMessage.contains("the store is down") == true)
    }

    @Test("ES-F2 Only the query whose arguments cannot be read fails; the task goes on without it")
    func queryArguments() async throws {
        let fixture = try Fixture()
        let bad = try await fixture.reference(to: .large("bad"))
        let good = try await fixture.reference(to: .large("good"))
        fixture.driver.fail(.unavailable, only: "bad")
        let task = WorkflowTask.with { task in
            task.taskToken = Data("token".utf8)
            task.attempt = 1
            task.queries["bad"] = .with { $0.queryArgs = .of(bad) }
            task.queries["good"] = .with { $0.queryArgs = .of(good) }
        }
        let (transport, frontend) = try self.polling(task, fixture)
        let result = try await transport.call("PollWorkflowTaskQueue", Self.poll.buffer)
        let polled = try WorkflowTask(try #require(result.message))
        #expect(polled.queries.mapValues { $0.queryArgs } == ["good": .of(.large("good"))])

        let completion = CompletedRequest.with { request in
            request.taskToken = polled.taskToken
            request.queryResults["good"] = .with { $0.resultType = .answered }
        }
        _ = try await transport.call("RespondWorkflowTaskCompleted", completion.buffer)
        let request = try #require(frontend.requests.last { $0.method == "RespondWorkflowTaskCompleted" })
        let sent = try CompletedRequest(request.message)
        #expect(sent.queryResults["good"]?.resultType == .answered)
        #expect(sent.queryResults["bad"]?.resultType == .failed)
        #expect(!frontend.requests.contains { $0.method == "RespondWorkflowTaskFailed" })
    }

    @Test("ES-F2 A legacy query that cannot be read is answered with the failure, on any attempt")
    func legacyQuery() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.unavailable)
        let task = WorkflowTask.with { task in
            task.taskToken = Data("token".utf8)
            task.query.queryArgs = .of(reference)
        }
        let (transport, frontend) = try self.polling(task, fixture)
        let result = try await transport.call("PollWorkflowTaskQueue", Self.poll.buffer)
        #expect(result.message?.readableBytes == 0)
        let report = try #require(frontend.requests.last { $0.method == "RespondQueryTaskCompleted" })
        let answer = try Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest(report.message)
        #expect(answer.completedType == .failed)
        #expect(answer.errorMessage.contains("the store is down"))
        #expect(answer.cause.rawValue == 38)
    }

    @Test("ES-F2 A legacy answer that cannot be stored becomes a failed answer")
    func legacyAnswer() async throws {
        let fixture = try Fixture()
        fixture.driver.fail(.unavailable)
        let answer = Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest.with { request in
            request.taskToken = Data("token".utf8)
            request.completedType = .answered
            request.queryResult = .of(.large())
            request.namespace = "ns"
        }
        let result = try await fixture.transport.call("RespondQueryTaskCompleted", answer.buffer)
        #expect(result.status.code == .ok)
        let sent: Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest = try fixture.received(
            "RespondQueryTaskCompleted"
        )
        #expect(sent.completedType == .failed)
        #expect(sent.taskToken == Data("token".utf8))
        #expect(sent.namespace == "ns")
    }

    @Test("ES-F3 An activity task that cannot be resolved fails its attempt, which is retried")
    func activityTask() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.notFound)
        let task = ActivityTask.with { task in
            task.taskToken = Data("token".utf8)
            task.input = .of(reference)
            task.attempt = 3
        }
        let (transport, frontend) = try self.polling(task, fixture)
        let poll = Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest.with { $0.namespace = "ns" }
        let result = try await transport.call("PollActivityTaskQueue", poll.buffer)
        #expect(result.message?.readableBytes == 0)
        let report = try #require(frontend.requests.last { $0.method == "RespondActivityTaskFailed" })
        let failed = try Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest(report.message)
        #expect(failed.cause.rawValue == 2)
        #expect(!failed.failure.applicationFailureInfo.nonRetryable)
    }

    @Test(
        "ES-F3 A result or heartbeat that cannot be stored fails the attempt, and the worker is told that it is gone",
        arguments: [
            "RespondActivityTaskCompleted", "RecordActivityTaskHeartbeat",
        ]
    )
    func activityResult(_ method: String) async throws {
        let fixture = try Fixture()
        fixture.driver.fail(.unavailable)
        // Both have the token in field 1 and the payloads in field 2.
        let request = Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest.with { request in
            request.taskToken = Data("token".utf8)
            request.result = .of(.large())
        }
        let result = try await fixture.transport.call(method, request.buffer)
        #expect(result.status.code == .notFound)
        #expect(fixture.frontend.requests.map(\.method) == ["RespondActivityTaskFailed"])
        let failed: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest = try fixture.received(
            "RespondActivityTaskFailed"
        )
        #expect(failed.taskToken == Data("token".utf8))
        #expect(failed.cause.rawValue == 2)
    }

    @Test("ES-F3 A Nexus task fails with INTERNAL, explicitly retryable")
    func nexusTask() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.unavailable)
        let task = NexusTask.with { task in
            task.taskToken = Data("token".utf8)
            task.request.startOperation.payload = reference
        }
        let (transport, frontend) = try self.polling(task, fixture)
        let result = try await transport.call("PollNexusTaskQueue", Google_Protobuf_Empty().buffer)
        #expect(result.message?.readableBytes == 0)
        let report = try #require(frontend.requests.last { $0.method == "RespondNexusTaskFailed" })
        let failed = try Temporal_Api_Workflowservice_V1_RespondNexusTaskFailedRequest(report.message)
        #expect(failed.error.errorType == "INTERNAL")
        #expect(failed.error.retryBehavior == .retryable)
    }

    @Test("ES-F2 ES-F3 An eager task that cannot be resolved is reported and left out; the call itself succeeds")
    func eagerTask() async throws {
        let fixture = try Fixture()
        let bad = try await fixture.reference(to: .large("bad"))
        let good = try await fixture.reference(to: .large("good"))
        fixture.driver.fail(.unavailable, only: "bad")
        func task(_ input: APIPayload) -> ActivityTask {
            .with { task in
                task.taskToken = Data("token".utf8)
                task.input = .of(input)
            }
        }
        let response = try CompletedResponse.with { response in
            response.activityTasks = [task(bad), task(good)]
            response.resetHistoryEventID = 7
        }.buffer
        let frontend = FakeFrontend { request in
            .message(request.method == "RespondWorkflowTaskCompleted" ? response : try Google_Protobuf_Empty().buffer)
        }
        let transport = ExternalStorageTransport(
            wrapping: frontend,
            storage: fixture.storage,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let result = try await transport.call("RespondWorkflowTaskCompleted", Google_Protobuf_Empty().buffer)
        let completed = try CompletedResponse(try #require(result.message))
        #expect(completed.activityTasks.map(\.input) == [.of(.large("good"))])
        #expect(completed.resetHistoryEventID == 7)
        #expect(frontend.requests.map(\.method) == ["RespondWorkflowTaskCompleted", "RespondActivityTaskFailed"])
    }

    @Test("ES-F4 The report of a storage failure holds nothing to store, and is sent past storage")
    func reportStaysInline() async throws {
        let driver = FaultyStorageDriver(failing: .unavailable)
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let frontend = FakeFrontend { _ in .message(ByteBuffer()) }
        let transport = ExternalStorageTransport(
            wrapping: frontend,
            storage: try ExternalStorage(driver: driver, configuration: configuration, logger: logger),
            logger: logger
        )
        // A failure with payloads of its own, none of which can be stored.
        let failed = Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest.with { request in
            request.taskToken = Data("token".utf8)
            request.failure.message = "the activity's own"
            request.failure.encodedAttributes = .large()
            request.failure.applicationFailureInfo.details = .of(.large())
            request.lastHeartbeatDetails = .of(.large())
        }

        let result = try await transport.call("RespondActivityTaskFailed", failed.buffer)

        #expect(result.status.code == .notFound)
        #expect(frontend.requests.map(\.method) == ["RespondActivityTaskFailed"])
        let report = try Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest(
            try #require(frontend.requests.first).message
        )
        #expect(report.failure.message.contains("fails on purpose"))
        #expect(!report.failure.hasEncodedAttributes && !report.hasLastHeartbeatDetails)
        #expect(!report.failure.applicationFailureInfo.hasDetails)
        // Once for the call itself, and not for its report.
        #expect(driver.calls == 1)
    }
}

/// Numbers as protobuf writes them.
private enum Varints {
    static func of(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + self.of(value >> 7)
    }
}
