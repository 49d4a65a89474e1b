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
import Synchronization
import TemporalAPI
import TestSupport
import Testing

/// A driver whose calls heed nothing: neither cancellation nor time.
final class HangingDriver: StorageDriver {
    let name = "hanging"
    let type = "test.hanging"
    private let hung = Mutex<[CheckedContinuation<Void, Never>]>([])
    let calls = TestCounter()

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        await self.hang()
        return payloads.map { _ in ["key": "k"] }
    }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        await self.hang()
        throw ExternalStorageError(code: .notFound, message: "too late")
    }

    func hang() async {
        await withCheckedContinuation { continuation in
            self.hung.withLock { $0.append(continuation) }
            self.calls.increment()
        }
    }

    func release() {
        let hung = self.hung.withLock { hung in
            defer { hung = [] }
            return hung
        }
        for continuation in hung { continuation.resume() }
    }
}

@Suite("Deadlines and cancellation", .timeLimit(.minutes(1)))
struct DeadlineTests {
    private typealias Query = Temporal_Api_Workflowservice_V1_QueryWorkflowResponse

    private let driver = HangingDriver()
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func transport(
        _ answer: @escaping @Sendable (FakeFrontend.Request) throws -> ByteBuffer = { _ in ByteBuffer() }
    ) throws -> (ExternalStorageTransport<FakeFrontend>, FakeFrontend) {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(300)
        let storage = try ExternalStorage(driver: self.driver, configuration: configuration, logger: self.logger)
        let frontend = FakeFrontend { .message(try answer($0)) }
        return (ExternalStorageTransport(wrapping: frontend, storage: storage, logger: self.logger), frontend)
    }

    private func unary(
        _ transport: ExternalStorageTransport<FakeFrontend>,
        _ method: String,
        _ request: ByteBuffer,
        timeout: Duration?
    ) async throws {
        var options = CallOptions.defaults
        options.timeout = timeout
        _ = try await transport.unary(
            MethodDescriptor(fullyQualifiedService: "temporal.api.workflowservice.v1.WorkflowService", method: method),
            Array(request.readableBytesView),
            metadata: [:],
            options: options
        ) {}
    }

    private func reference() throws -> ByteBuffer {
        let reference = StorageReference(driverName: "hanging", claim: [:]).payload(forStored: 1_000)
        let payload = try APIPayload(reference.serializedBytes)
        return try Query.with { $0.queryResult = .of(payload) }.buffer
    }

    @Test(
        "ES-R6 A driver that never returns ends the call at its deadline, storing or resolving",
        arguments: [true, false]
    )
    func hanging(_ stores: Bool) async throws {
        defer { self.driver.release() }
        let reference = try self.reference()
        let (transport, frontend) = try self.transport { _ in reference }
        let request = try stores ? StartRequest.with { $0.input = .of(.large()) }.buffer : ByteBuffer()

        let error = await #expect(throws: RPCError.self) {
            try await self.unary(
                transport,
                stores ? "StartWorkflowExecution" : "QueryWorkflow",
                request,
                timeout: .milliseconds(200)
            )
        }

        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message.contains("(hanging)") == true)
        #expect(frontend.requests.count == (stores ? 0 : 1))
    }

    @Test("ES-R6 So it is on the road of streams, by the header")
    func hangingStream() async throws {
        defer { self.driver.release() }
        let (transport, frontend) = try self.transport()
        let request = StartRequest.with { $0.input = .of(.large()) }
        let result = try await transport.call(
            "StartWorkflowExecution",
            request.buffer,
            metadata: ["grpc-timeout": "200m"]
        )
        #expect(result.status.code == .deadlineExceeded)
        #expect(frontend.requests.isEmpty)
    }

    @Test(
        "ES-F5 A cancelled call ends although its driver does not, and nothing is reported",
        arguments: [true, false]
    )
    func cancelled(_ stores: Bool) async throws {
        defer { self.driver.release() }
        let reference = try self.reference()
        let (transport, frontend) = try self.transport { _ in reference }
        let request = CompletedRequest.with { request in
            request.taskToken = Data("t".utf8)
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
        }
        let bytes = try stores ? request.buffer : ByteBuffer()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await self.unary(
                        transport,
                        stores ? "RespondWorkflowTaskCompleted" : "QueryWorkflow",
                        bytes,
                        timeout: nil
                    )
                }
                try await self.driver.calls.wait(for: 1)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(!frontend.requests.contains { $0.method == "RespondWorkflowTaskFailed" })
    }

    @Test(
        "ES-F5 So it is on the road of streams: the call ends as cancelled, storing or resolving",
        arguments: [true, false]
    )
    func cancelledStream(_ stores: Bool) async throws {
        defer { self.driver.release() }
        let reference = try self.reference()
        let (transport, frontend) = try self.transport { _ in reference }
        let request = try stores ? StartRequest.with { $0.input = .of(.large()) }.buffer : ByteBuffer()
        let outcome = await withTaskGroup(of: Result<CallResult, any Error>?.self) { group in
            group.addTask {
                do {
                    return .success(
                        try await transport.call(stores ? "StartWorkflowExecution" : "QueryWorkflow", request)
                    )
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await self.driver.calls.wait(for: 1)
                return nil
            }
            var outcome: Result<CallResult, any Error>?
            for await result in group {
                if let result { outcome = result } else { group.cancelAll() }
            }
            return outcome
        }
        switch outcome {
        case .success(let result): #expect(result.status.code == .cancelled)
        case .failure(let error): #expect(error is CancellationError || (error as? RPCError)?.code == .cancelled)
        case nil: Issue.record("the call has an outcome")
        }
        #expect(frontend.requests.count == (stores ? 0 : 1))
    }

    @Test("ES-R6 The server gets what storing has left of the time, and so does a report")
    func rest() async throws {
        let fixture = try Fixture()
        fixture.driver.fail(.unavailable)
        let completion = CompletedRequest.with { request in
            request.taskToken = Data("t".utf8)
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
        }
        _ = try await fixture.transport.call(
            "RespondWorkflowTaskCompleted",
            completion.buffer,
            metadata: ["grpc-timeout": "5S"]
        )
        let report = try #require(fixture.frontend.requests.first { $0.method == "RespondWorkflowTaskFailed" })
        let timeout = try #require(report.metadata[stringValues: "grpc-timeout"].first { _ in true })
        let milliseconds = try #require(timeout.hasSuffix("m") ? Int(timeout.dropLast()) : nil)
        #expect((1...5_000).contains(milliseconds))
    }

    @Test("ES-R6 On the unary road too: the transport below gets what storing has left")
    func restOfOptions() async throws {
        let fixture = try Fixture()
        let request = try StartRequest.with { $0.input = .of(.large()) }.buffer
        let seen = Mutex<[Duration?]>([])
        let see: @Sendable (CallOptions) -> Void = { options in seen.withLock { $0.append(options.timeout) } }
        try await Road.$seeOptions.withValue(see) {
            try await self.unary(fixture.transport, "StartWorkflowExecution", request, timeout: .seconds(10))
            try await self.unary(fixture.transport, "StartWorkflowExecution", request, timeout: nil)
        }
        let timeouts = seen.withLock { $0 }
        let first = try #require(timeouts.first ?? nil)
        #expect(first < .seconds(10) && first > .zero)
        #expect(timeouts.last == .some(nil))
    }

    /// A server that hands out a task of a run whose parent nobody here knows.
    private func taskOfUnknownParent(
        _ answer: @escaping @Sendable (FakeFrontend.Request) async throws -> ByteBuffer
    ) async throws -> (fixture: Fixture, frontend: FakeFrontend, complete: (_ timeout: String) async throws -> Void) {
        let fixture = try Fixture()
        let polled = try WorkflowTask.with { task in
            task.taskToken = Data("t".utf8)
            task.workflowExecution.workflowID = "w"
            task.workflowExecution.runID = "r"
        }.buffer
        let frontend = FakeFrontend { request in
            .message(request.method == "PollWorkflowTaskQueue" ? polled : try await answer(request))
        }
        let transport = ExternalStorageTransport(wrapping: frontend, storage: fixture.storage, logger: self.logger)
        let poll = try await transport.call("PollWorkflowTaskQueue", ByteBuffer())
        let token = try WorkflowTask(try #require(poll.message)).taskToken
        let completion = try CompletedRequest.with { request in
            request.taskToken = token
            request.commands = [.with { $0.completeWorkflowExecutionCommandAttributes.result = .of(.large()) }]
        }.buffer
        return (
            fixture, frontend,
            { timeout in
                _ = try await transport.call(
                    "RespondWorkflowTaskCompleted",
                    completion,
                    metadata: ["grpc-timeout": .string(timeout)]
                )
            }
        )
    }

    @Test("ES-R6 Who asks whose child a workflow is has the time of the call for it, and not more")
    func question() async throws {
        let (_, frontend, complete) = try await self.taskOfUnknownParent { _ in ByteBuffer() }
        try await complete("9S")
        let question = try #require(frontend.requests.first { $0.method == "GetWorkflowExecutionHistory" })
        let timeout = try #require(question.metadata[stringValues: "grpc-timeout"].first { _ in true })
        let milliseconds = try #require(timeout.hasSuffix("m") ? Int(timeout.dropLast()) : nil)
        // A call of our own that is made for nobody would have ten seconds.
        #expect((1...9_000).contains(milliseconds))
    }

    @Test("ES-R6 A server that does not answer, neither a report nor a question, holds up no call for ever")
    func unanswered() async throws {
        let (fixture, _, complete) = try await self.taskOfUnknownParent { request in
            switch request.method {
            case "RespondWorkflowTaskFailed", "GetWorkflowExecutionHistory": await self.driver.hang()
            default: break
            }
            return ByteBuffer()
        }
        defer { self.driver.release() }
        // The question.
        try await complete("200m")
        // The report, and perhaps the question.
        fixture.driver.fail(.unavailable)
        try await complete("200m")
    }
}
