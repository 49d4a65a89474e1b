//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import CoreMetrics
import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageTesting
import Foundation
import GRPCCore
import Logging
import MetricsTestKit
import NIOCore
import SwiftProtobuf
import Synchronization
import TemporalAPI
import TestSupport
import Testing

/// Keeps what was logged.
private final class Log: Sendable {
    struct Line: Sendable {
        /// Level and message.
        var text: String
        var metadata: Logger.Metadata
    }

    private struct Handler: LogHandler {
        let owner: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
            self.owner.state.withLock { $0.append(Line(text: "\(event.level): \(event.message)", metadata: metadata)) }
        }
    }

    private let state = Mutex<[Line]>([])

    var records: [Line] { self.state.withLock { $0 } }
    var lines: [String] { self.records.map(\.text) }
    var logger: Logger { Logger(label: "test") { _ in Handler(owner: self) } }
}

@Suite("What failed is counted and logged", .timeLimit(.minutes(1)))
struct FailureReportingTests {
    private func transport(
        _ fixture: Fixture,
        _ log: Log,
        _ metrics: TestMetrics,
        answer: @escaping @Sendable (FakeFrontend.Request) throws -> ByteBuffer = { _ in ByteBuffer() }
    ) throws -> ExternalStorageTransport<FakeFrontend> {
        withMetricsFactory(metrics) {
            ExternalStorageTransport(
                wrapping: FakeFrontend { .message(try answer($0)) },
                storage: fixture.storage,
                logger: log.logger
            )
        }
    }

    private func count(_ metrics: TestMetrics, kind: String, code: String, direction: String) -> Int64 {
        let dimensions = [
            ("failure_reason", "ExternalStorageError"), ("kind", kind), ("code", code), ("direction", direction),
        ]
        return (try? metrics.expectCounter("temporal_external_storage_failed", dimensions))?.totalValue ?? 0
    }

    @Test("ES-F8 A call, a task, a query and an entry of a list: kind, code and direction")
    func kinds() async throws {
        let (fixture, log, metrics) = (try Fixture(), Log(), TestMetrics())
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.forbidden)
        let transport = try self.transport(fixture, log, metrics) { request in
            switch request.method {
            case "PollActivityTaskQueue":
                return try ActivityTask.with { task in
                    task.taskToken = Data("t".utf8)
                    task.input = .of(reference)
                }.buffer
            case "ListWorkflowExecutions":
                return try Temporal_Api_Workflowservice_V1_ListWorkflowExecutionsResponse.with { response in
                    response.executions = [.with { $0.memo.fields = ["a": reference] }]
                }.buffer
            default: return ByteBuffer()
            }
        }
        let start = try StartRequest.with { $0.input = .of(.large()) }.buffer
        _ = try await transport.call("StartWorkflowExecution", start)
        _ = try await transport.call("PollActivityTaskQueue", ByteBuffer())
        _ = try await transport.call("ListWorkflowExecutions", ByteBuffer())
        let answer = Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest.with { request in
            request.taskToken = Data("t".utf8)
            request.queryResult = .of(.large())
        }
        _ = try await transport.call("RespondQueryTaskCompleted", answer.buffer)

        #expect(self.count(metrics, kind: "call", code: "forbidden", direction: "store") == 1)
        #expect(self.count(metrics, kind: "activity_task", code: "forbidden", direction: "retrieve") == 1)
        #expect(self.count(metrics, kind: "list_entry", code: "forbidden", direction: "retrieve") == 1)
        #expect(self.count(metrics, kind: "query", code: "forbidden", direction: "store") == 1)
        #expect(
            log.lines == [
                "error: Payloads of a request could not be stored",
                "error: Payloads of a task could not be retrieved",
                "warning: Payloads of a list could not be retrieved; their references stay in it",
                "error: Payloads of a request could not be stored",
            ]
        )
    }

    /// What goes wrong, and what the log says of it.
    enum Failure: String, CaseIterable {
        case response = "error: Payloads of a response could not be retrieved"
        case errorDetails = "error: Payloads of error details could not be retrieved"
        case queryAnswer = "error: The answer to a query could not be stored"
        case unsearchable = "error: A response cannot be searched for payloads"
        case time = "error: The time of a call was over before its payloads were stored or retrieved"
        case report = "error: The failure of a task could not be reported"

        var method: String {
            switch self {
            case .response, .errorDetails: "QueryWorkflow"
            case .queryAnswer, .report: "RespondWorkflowTaskCompleted"
            case .unsearchable: "PollWorkflowExecutionUpdate"
            case .time: "StartWorkflowExecution"
            }
        }

        func request() throws -> ByteBuffer {
            switch self {
            case .response, .errorDetails, .unsearchable: ByteBuffer()
            case .queryAnswer:
                try CompletedRequest.with { $0.queryResults["q"] = .with { $0.answer = .of(.large()) } }.buffer
            case .report:
                try CompletedRequest.with { request in
                    request.taskToken = Data("t".utf8)
                    request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
                }.buffer
            case .time: try StartRequest.with { $0.input = .of(.large()) }.buffer
            }
        }

        /// What the server answers, with a reference that cannot be resolved.
        func answer(_ reference: APIPayload, to request: FakeFrontend.Request) throws -> FakeFrontend.Response {
            switch self {
            case .response:
                return .message(
                    try Temporal_Api_Workflowservice_V1_QueryWorkflowResponse.with { $0.queryResult = .of(reference) }
                        .buffer
                )
            case .errorDetails:
                let failed = Temporal_Api_Errordetails_V1_QueryFailedFailure.with {
                    $0.failure.encodedAttributes = reference
                }
                let any: [UInt8] = try Google_Protobuf_Any(message: failed).serializedBytes()
                var trailers = Metadata()
                // google.rpc.Status: details are field 3.
                trailers.addBinary(
                    Array(Self.field(3, ByteBuffer(bytes: any)).readableBytesView),
                    forKey: "grpc-status-details-bin"
                )
                return .failure(RPCError(code: .invalidArgument, message: "query failed", metadata: trailers))
            case .unsearchable:
                // Field 4 of a failure is its cause; the outcome of an update is field 1, its failure field 2 of that.
                let failure = (0...10_200).reduce(ByteBuffer()) { inner, _ in Self.field(4, inner) }
                return .message(Self.field(1, Self.field(2, failure)))
            case .report where request.method == "RespondWorkflowTaskFailed":
                return .failure(RPCError(code: .unavailable, message: "the server is down"))
            case .queryAnswer, .report, .time: return .message(ByteBuffer())
            }
        }

        private static func field(_ number: UInt8, _ body: ByteBuffer) -> ByteBuffer {
            var (field, count) = (ByteBuffer(bytes: [number << 3 | 2]), body.readableBytes)
            while count >= 0x80 {
                field.writeInteger(UInt8(count & 0x7F) | 0x80)
                count >>= 7
            }
            field.writeInteger(UInt8(count))
            field.writeImmutableBuffer(body)
            return field
        }
    }

    @Test("ES-F8 Every failure has a line of its own in the log, which names the method", arguments: Failure.allCases)
    func lines(_ failure: Failure) async throws {
        let (fixture, log, hanging) = (try Fixture(), Log(), HangingDriver())
        defer { hanging.release() }
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.forbidden)
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(300)
        let storage =
            failure == .time
            ? try ExternalStorage(driver: hanging, configuration: configuration, logger: Logger(label: "test"))
            : fixture.storage
        let transport = ExternalStorageTransport(
            wrapping: FakeFrontend { try failure.answer(reference, to: $0) },
            storage: storage,
            logger: log.logger
        )

        _ = try await transport.call(
            failure.method,
            failure.request(),
            metadata: failure == .time ? ["grpc-timeout": "200m"] : [:]
        )

        let line = try #require(log.records.first { $0.text == failure.rawValue }, "\(log.lines)")
        #expect(log.records.count == (failure == .report ? 2 : 1))
        #expect(
            line.metadata["rpc.method"] == .string(failure == .report ? "RespondWorkflowTaskFailed" : failure.method)
        )
        switch failure {
        case .response, .errorDetails, .queryAnswer: #expect(line.metadata["error.code"] == "forbidden")
        case .unsearchable: #expect(line.metadata["error.code"] == "messageUnreadable")
        case .time: #expect(line.metadata["operation"] == "store" && line.metadata["drivers"] == "hanging")
        case .report: #expect(line.metadata["error"].map { "\($0)".contains("the server is down") } == true)
        }
    }

    @Test("ES-F8 A failure of which nothing is reported is counted and logged all the same")
    func unreported() async throws {
        let (fixture, log, metrics) = (try Fixture(), Log(), TestMetrics())
        let reference = try await fixture.reference(to: .large())
        fixture.driver.fail(.notFound)
        let transport = try self.transport(fixture, log, metrics) { _ in
            try WorkflowTask.with { task in
                task.taskToken = Data("t".utf8)
                task.attempt = 3
                task.history.events = [.with { $0.workflowExecutionStartedEventAttributes.input = .of(reference) }]
            }.buffer
        }
        _ = try await transport.call("PollWorkflowTaskQueue", ByteBuffer())
        #expect(self.count(metrics, kind: "workflow_task", code: "notFound", direction: "retrieve") == 1)
        #expect(log.lines == ["error: Payloads of a task could not be retrieved"])
    }

    /// What a call is about whose deadline passes while a driver hangs.
    enum Late: String, CaseIterable {
        case call, task, query
        case answer = "call that was answered"
        case taskHandedOut = "task that was handed out"
        case activityHandedOut = "activity that was handed out"
        case queryHandedOut = "query that was handed out"

        var method: String {
            switch self {
            case .call: "StartWorkflowExecution"
            case .task: "RespondActivityTaskCompleted"
            case .query: "RespondQueryTaskCompleted"
            case .answer: "QueryWorkflow"
            case .taskHandedOut, .queryHandedOut: "PollWorkflowTaskQueue"
            case .activityHandedOut: "PollActivityTaskQueue"
            }
        }

        var kind: String {
            switch self {
            case .call, .answer: "call"
            case .task, .activityHandedOut: "activity_task"
            case .query, .queryHandedOut: "query"
            case .taskHandedOut: "workflow_task"
            }
        }

        var stores: Bool { [.call, .task, .query].contains(self) }

        func request() throws -> ByteBuffer {
            switch self {
            case .call: try StartRequest.with { $0.input = .of(.large()) }.buffer
            case .task:
                try Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest.with { request in
                    request.taskToken = Data("t".utf8)
                    request.result = .of(.large())
                }.buffer
            case .query:
                try Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest.with { request in
                    request.taskToken = Data("t".utf8)
                    request.queryResult = .of(.large())
                }.buffer
            case .answer, .taskHandedOut, .activityHandedOut, .queryHandedOut: ByteBuffer()
            }
        }

        func answer(_ reference: APIPayload) throws -> ByteBuffer {
            switch self {
            case .call, .task, .query: ByteBuffer()
            case .answer:
                try Temporal_Api_Workflowservice_V1_QueryWorkflowResponse.with { $0.queryResult = .of(reference) }
                    .buffer
            case .taskHandedOut:
                try WorkflowTask.with { task in
                    task.taskToken = Data("t".utf8)
                    task.workflowExecution.workflowID = "w"
                    task.history.events = [
                        .with { $0.workflowExecutionStartedEventAttributes.input = .of(reference) }
                    ]
                }.buffer
            case .queryHandedOut:
                try WorkflowTask.with { task in
                    task.taskToken = Data("t".utf8)
                    task.workflowExecution.workflowID = "w"
                    task.query.queryArgs = .of(reference)
                }.buffer
            case .activityHandedOut:
                try ActivityTask.with { task in
                    task.taskToken = Data("t".utf8)
                    task.workflowExecution.workflowID = "w"
                    task.input = .of(reference)
                }.buffer
            }
        }
    }

    @Test(
        "ES-F8 ES-R6 What a deadline ends is counted and logged as the call, task or query that it is",
        arguments: Late.allCases
    )
    func late(_ late: Late) async throws {
        let (log, metrics, hanging) = (Log(), TestMetrics(), HangingDriver())
        defer { hanging.release() }
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(300)
        let storage = try ExternalStorage(driver: hanging, configuration: configuration, logger: Logger(label: "test"))
        let reference = try APIPayload(
            StorageReference(driverName: "hanging", claim: [:]).payload(forStored: 1_000).serializedBytes
        )
        let answer = try late.answer(reference)
        let frontend = FakeFrontend { _ in .message(answer) }
        let transport = withMetricsFactory(metrics) {
            ExternalStorageTransport(wrapping: frontend, storage: storage, logger: log.logger)
        }

        let result = try await transport.call(late.method, late.request(), metadata: ["grpc-timeout": "200m"])

        #expect(result.status.code == .deadlineExceeded)
        let direction = late.stores ? "store" : "retrieve"
        #expect(self.count(metrics, kind: late.kind, code: "deadlineExceeded", direction: direction) == 1)
        #expect(metrics.counters.filter { $0.label == "temporal_external_storage_failed" }.count == 1)
        let line = try #require(log.records.first)
        #expect(log.lines == ["error: The time of a call was over before its payloads were stored or retrieved"])
        let isHandedOut = [.taskHandedOut, .activityHandedOut, .queryHandedOut].contains(late)
        #expect(line.metadata["temporal.workflow.id"] == (isHandedOut ? "w" : nil))
        // There is no time left in which the server could be told.
        #expect(frontend.requests.count == (late.stores ? 0 : 1))
    }

    @Test(
        "ES-T4 If the server does not say whose child a workflow is, the log does, and the result stays with the workflow"
    )
    func unknownParent() async throws {
        let (fixture, log, metrics) = (try Fixture(), Log(), TestMetrics())
        let transport = try self.transport(fixture, log, metrics) { request in
            switch request.method {
            case "PollWorkflowTaskQueue":
                try WorkflowTask.with { task in
                    task.taskToken = Data("t".utf8)
                    task.workflowExecution.workflowID = "w"
                    task.workflowExecution.runID = "r"
                }.buffer
            case "GetWorkflowExecutionHistory": throw RPCError(code: .permissionDenied, message: "no right to read")
            default: ByteBuffer()
            }
        }
        let poll = try await transport.call("PollWorkflowTaskQueue", ByteBuffer())
        let token = try WorkflowTask(try #require(poll.message)).taskToken
        let completion = try CompletedRequest.with { request in
            request.taskToken = token
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
        }.buffer

        let result = try await transport.call("RespondWorkflowTaskCompleted", completion)

        #expect(result.status.code == .ok)
        #expect(fixture.driver.stored.map { $0.target?.workflow?.id } == ["w"])
        let line = try #require(log.records.first)
        #expect(
            log.lines == ["warning: The server does not say whose child a workflow is; its result is kept with itself"]
        )
        #expect(line.metadata["temporal.workflow.id"] == "w" && line.metadata["temporal.workflow.run-id"] == "r")
        #expect(line.metadata["error"].map { "\($0)".contains("no right to read") } == true)
    }

    @Test("ES-F5 A report that is given up with its call is no error")
    func cancelledReport() async throws {
        let (fixture, log) = (try Fixture(), Log())
        fixture.driver.fail(.unavailable)
        let reports = ExternalStorageTesting.TestCounter()
        let transport = ExternalStorageTransport(
            wrapping: FakeFrontend { _ in
                reports.increment()
                try await TestEvent().wait()
                return .message(ByteBuffer())
            },
            storage: fixture.storage,
            logger: log.logger
        )
        let completion = try CompletedRequest.with { request in
            request.taskToken = Data("t".utf8)
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
        }.buffer
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await transport.call("RespondWorkflowTaskCompleted", completion) }
            try await reports.wait(for: 1)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(log.lines == ["error: Payloads of a request could not be stored"])
    }

    @Test("ES-F6 What its caller reports is not reported by the transport: the call fails with the storage error")
    func reportedByCaller() async throws {
        let fixture = try Fixture()
        fixture.driver.fail(.unavailable)
        let record = StorageFailureRecord()
        let heartbeat = try Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest.with { request in
            request.taskToken = Data("t".utf8)
            request.details = .of(.large())
        }.buffer
        let result = try await StorageFailureRecord.$current.withValue(record) {
            try await StorageFailureRecord.$isReportedByCaller.withValue(true) {
                try await fixture.transport.call("RecordActivityTaskHeartbeat", heartbeat)
            }
        }
        #expect(result.status.code == .failedPrecondition)
        #expect(result.status.message.contains("the store is down"))
        #expect(record.error?.code == .unavailable)
        #expect(fixture.frontend.requests.isEmpty)
    }

    @Test("What is no protobuf passes as it is, and the log says so once per method")
    func unreadable() async throws {
        let (fixture, log, metrics) = (try Fixture(), Log(), TestMetrics())
        let rubbish = ByteBuffer(bytes: [0x08, 0x01, 0x2A, 0x7F, 0x01])
        let transport = try self.transport(fixture, log, metrics) { _ in rubbish }
        for _ in 0..<3 {
            let result = try await transport.call("QueryWorkflow", rubbish)
            #expect(result.message == rubbish)
        }
        #expect(
            log.lines
                == Array(
                    repeating: "warning: A message is not readable as protobuf, and is passed on as it is",
                    count: 2
                )
        )
        // Where the field stands that is none.
        for record in log.records { #expect(record.metadata["error"] == "truncated at byte 2") }
        #expect(log.records.map { $0.metadata["message"] } == ["request", "response"])
    }
}

@Suite("A pool and the calls that are given up", .timeLimit(.minutes(1)))
struct GivenUpCallTests {
    /// Cannot open a stream.
    private final class Refusing: ClientTransport {
        typealias Bytes = [UInt8]
        let error: RPCError
        let calls = Mutex(0)

        init(_ error: RPCError) { self.error = error }

        var retryThrottle: RetryThrottle? { nil }
        @concurrent func connect() async throws {}
        func beginGracefulShutdown() {}
        func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? { nil }
        @concurrent func withStream<T: Sendable>(
            descriptor: MethodDescriptor,
            options: CallOptions,
            _ closure: @concurrent (RPCStream<Inbound, Outbound>, ClientContext) async throws -> T
        ) async throws -> T {
            self.calls.withLock { $0 += 1 }
            throw self.error
        }
    }

    @Test(
        "A call whose time was over before it had a stream is no failure of the connection",
        arguments: [true, false]
    )
    func deadline(_ isCallers: Bool) async throws {
        let error = RPCError(code: isCallers ? .deadlineExceeded : .unavailable, message: "")
        let members = [Refusing(error), Refusing(error)]
        let pool = PooledTransport(members)
        for _ in 0..<2 { _ = try? await pool.call("A", ByteBuffer()) }
        // One that failed is passed over; one whose caller gave up is chosen again.
        #expect(members.map { $0.calls.withLock { $0 } } == (isCallers ? [2, 0] : [2, 2]))
    }

    @Test("Nor is one that its caller gave up, whatever the transport makes of that")
    func cancelled() async throws {
        let members = (0..<2).map { _ in Refusing(RPCError(code: .unavailable, message: "")) }
        let pool = PooledTransport(members)
        for _ in 0..<2 {
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { _ = try? await pool.call("A", ByteBuffer()) }
            }
        }
        #expect(members.map { $0.calls.withLock { $0 } } == [2, 0])
    }
}
