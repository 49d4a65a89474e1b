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
import NIOCore
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@Suite("ExternalStorageTransport", .bothRoads, .timeLimit(.minutes(1)))
struct TransportTests {
    @Test("ES-C1 ES-W1 The server gets references, and whoever reads them the payloads")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let input = APIPayloads.of(.small, .large("one"), .large("two"))
        let request = StartRequest.with { request in
            request.namespace = "default"
            request.input = input
        }
        _ = try await fixture.transport.call("StartWorkflowExecution", request.buffer)

        let sent: StartRequest = try fixture.received("StartWorkflowExecution")
        #expect(sent.input.payloads.map(\.isReference) == [false, true, true])
        let size = try APIPayload.large("one").serializedData().count
        #expect(sent.input.payloads[1].externalPayloads.map(\.sizeBytes) == [Int64(size)])

        let history = Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse.with { response in
            response.history.events = [.with { $0.workflowExecutionStartedEventAttributes.input = sent.input }]
        }
        let reader = try Self.answering(history, like: fixture)
        let result = try await reader.call("GetWorkflowExecutionHistory", Google_Protobuf_Empty().buffer)
        let read = try Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse(
            result.message ?? ByteBuffer()
        )
        #expect(read.history.events[0].workflowExecutionStartedEventAttributes.input == input)
    }

    @Test("ES-C3 A request in which nothing is large reaches the server byte for byte, unknown fields included")
    func untouched() async throws {
        let fixture = try Fixture()
        var request = try StartRequest.with { $0.input = .of(.small) }.buffer
        request.writeBytes([0xFA, 0x3F, 0x03, 0x01, 0x02, 0x03])  // field 1023, nobody's
        _ = try await fixture.transport.call("StartWorkflowExecution", request)
        #expect(fixture.frontend.requests.map(\.message) == [request])
    }

    @Test("A payload in two halves is stored as one, though neither half is large enough")
    func halves() async throws {
        let fixture = try Fixture()
        let halves: [APIPayload] = [
            .with { $0.metadata = ["encoding": Data("json/plain".utf8), "more": Data(repeating: 1, count: 200)] },
            .with { $0.data = Data(repeating: 2, count: 200) },
        ]
        // Messages one after the other are a message, in which what stands in both is merged.
        var request = ByteBuffer()
        for half in halves {
            let part = Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest.with { request in
                request.failure.encodedAttributes = half
            }
            request.writeImmutableBuffer(try part.buffer)
        }
        _ = try await fixture.transport.call("RespondActivityTaskFailed", request)
        let sent: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest = try fixture.received(
            "RespondActivityTaskFailed"
        )
        #expect(sent.failure.encodedAttributes.isReference)
    }

    @Test("A method that nobody knows is handed through")
    func unknownMethod() async throws {
        let fixture = try Fixture()
        let bytes = ByteBuffer(bytes: [1, 2, 3])
        _ = try await fixture.transport.call("SomethingNew", bytes)
        #expect(fixture.frontend.requests.map(\.message) == [bytes])
    }

    @Test("A request that is not protobuf reaches the server as it is: it is the server's to refuse")
    func malformedRequest() async throws {
        let fixture = try Fixture()
        let bytes = ByteBuffer(bytes: [0x2A, 0x7F, 0x01])
        _ = try await fixture.transport.call("StartWorkflowExecution", bytes)
        #expect(fixture.frontend.requests.map(\.message) == [bytes])
    }

    @Test("ES-F1 If the store fails nothing is sent, and the call fails with the storage error")
    func storeFailure() async throws {
        let fixture = try Fixture()
        fixture.driver.fail(.forbidden)
        let request = StartRequest.with { $0.input = .of(.large()) }
        let result = try await fixture.transport.call("StartWorkflowExecution", request.buffer)
        #expect(fixture.frontend.requests.isEmpty)
        #expect(result.status.code == .failedPrecondition)
        #expect(result.status.message.contains("storage driver \"recording\""))
        #expect(result.status.message.contains("the store is down"))
    }

    @Test("ES-F1 What may pass by itself is UNAVAILABLE, which clients retry")
    func retryableFailure() async throws {
        let fixture = try Fixture()
        fixture.driver.fail(.unavailable)
        let request = StartRequest.with { $0.input = .of(.large()) }
        let result = try await fixture.transport.call("StartWorkflowExecution", request.buffer)
        #expect(result.status.code == .unavailable)
    }

    @Test("ES-F1 If a response cannot be resolved the call fails with the storage error")
    func retrieveFailure() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        let other = try Self.answering(
            Temporal_Api_Workflowservice_V1_QueryWorkflowResponse.with { $0.queryResult = .of(reference) },
            like: fixture
        )
        fixture.driver.fail(.corrupted)
        let result = try await other.call("QueryWorkflow", Google_Protobuf_Empty().buffer)
        #expect(result.status.code == .failedPrecondition)
        #expect(result.message == nil)
    }

    @Test("ES-P8 A reference without any storage is TMPRL1105, not a value")
    func notConfigured() async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        let frontend = FakeFrontend { _ in
            .message(
                try Temporal_Api_Workflowservice_V1_QueryWorkflowResponse.with { $0.queryResult = .of(reference) }
                    .buffer
            )
        }
        let transport = ExternalStorageTransport(wrapping: frontend, storage: nil, logger: Logger(label: "test"))
        let result = try await transport.call("QueryWorkflow", Google_Protobuf_Empty().buffer)
        #expect(result.status.code == .failedPrecondition)
        #expect(result.status.message.contains("[TMPRL1105]"))
    }

    @Test(
        "ES-C1 References in error details are resolved, unless the trailers would get too large",
        arguments: [true, false]
    )
    func errorDetails(_ isLimited: Bool) async throws {
        let fixture = try Fixture()
        let reference = try await fixture.reference(to: .large())
        let failed = Temporal_Api_Errordetails_V1_QueryFailedFailure.with { $0.failure.encodedAttributes = reference }
        // google.rpc.Status: code 1, message 2, details 3.
        let any = try Google_Protobuf_Any(message: failed)
        var details = ByteBuffer(bytes: [0x08, 0x03])
        let bytes: [UInt8] = try any.serializedBytes()
        details.writeBytes([0x1A])
        details.writeBytes(Self.varint(bytes.count))
        details.writeBytes(bytes)
        var trailers = Metadata()
        trailers.addBinary(Array(details.readableBytesView), forKey: "grpc-status-details-bin")
        let error = RPCError(code: .invalidArgument, message: "query failed", metadata: trailers)
        let other = FakeFrontend { _ in .failure(error) }
        var configuration = ExternalStorageTransportConfiguration()
        if isLimited { configuration.errorDetailsLimit = 400 }
        let transport = ExternalStorageTransport(
            wrapping: other,
            storage: fixture.storage,
            configuration: configuration,
            logger: Logger(label: "test")
        )
        let result = try await transport.call("QueryWorkflow", Google_Protobuf_Empty().buffer)
        #expect(result.status.code == .invalidArgument)
        #expect(result.status.message == "query failed")
        guard !isLimited else {
            #expect(result.trailers == trailers)
            return
        }
        let resolved = Array(result.trailers[binaryValues: "grpc-status-details-bin"].first { _ in true } ?? [])
        let large: [UInt8] = try APIPayload.large().serializedBytes()
        #expect(resolved.count > bytes.count - (try reference.serializedData().count))
        #expect(Data(resolved).range(of: Data(large)) != nil)
    }

    @Test("The time that storing takes is taken off the deadline that the server is told")
    func deadline() async throws {
        let fixture = try Fixture()
        let request = StartRequest.with { $0.input = .of(.large()) }
        _ = try await fixture.transport.call(
            "StartWorkflowExecution",
            request.buffer,
            metadata: ["grpc-timeout": "10S"]
        )
        let sent = fixture.frontend.requests[0].metadata[stringValues: "grpc-timeout"].first { _ in true }
        let milliseconds = try #require(sent?.hasSuffix("m") == true ? Int(sent?.dropLast() ?? "") : nil)
        #expect((1..<10_000).contains(milliseconds))
    }

    @Test(
        "Limits on payloads before storage, paging by that size and worker commands are taken out of DescribeNamespace"
    )
    func describeNamespace() async throws {
        let fixture = try Fixture { _ in
            Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse.with { response in
                response.namespaceInfo.name = "default"
                response.namespaceInfo.limits.blobSizeLimitError = 2_097_152
                response.namespaceInfo.limits.memoSizeLimitError = 2_097_152
                response.namespaceInfo.limits.workflowTaskCompletionSizeLimitError = 41_943_040
                response.namespaceInfo.capabilities.workflowTaskCompletionPagination = true
                response.namespaceInfo.capabilities.workerCommands = true
                response.namespaceInfo.capabilities.asyncUpdate = true
                response.isGlobalNamespace = true
            }
        }
        let response: Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse = try await fixture.call(
            "DescribeNamespace",
            Google_Protobuf_Empty()
        )
        #expect(response.namespaceInfo.limits == .init())
        #expect(!response.namespaceInfo.capabilities.workflowTaskCompletionPagination)
        // Commands name activities by tokens that the SDK was not given.
        #expect(!response.namespaceInfo.capabilities.workerCommands)
        #expect(response.namespaceInfo.capabilities.asyncUpdate)
        #expect(response.namespaceInfo.name == "default")
        #expect(response.isGlobalNamespace)
    }

    @Test("ES-O3 Driver types appear in worker heartbeats, and are not added twice")
    func heartbeats() async throws {
        let fixture = try Fixture()
        let request = Temporal_Api_Workflowservice_V1_RecordWorkerHeartbeatRequest.with { request in
            request.workerHeartbeat = [
                .with { $0.workerIdentity = "one" },
                .with { $0.drivers = [.with { $0.type = "test.recording" }, .with { $0.type = "other" }] },
            ]
        }
        _ = try await fixture.transport.call("RecordWorkerHeartbeat", request.buffer)
        let sent: Temporal_Api_Workflowservice_V1_RecordWorkerHeartbeatRequest = try fixture.received(
            "RecordWorkerHeartbeat"
        )
        #expect(
            sent.workerHeartbeat.map { $0.drivers.map(\.type) } == [["test.recording"], ["test.recording", "other"]]
        )
        #expect(sent.workerHeartbeat[0].workerIdentity == "one")
    }

    private static func answering(
        _ message: some SwiftProtobuf.Message,
        like fixture: Fixture
    ) throws -> ExternalStorageTransport<FakeFrontend> {
        let bytes = try message.buffer
        return ExternalStorageTransport(
            wrapping: FakeFrontend { _ in .message(bytes) },
            storage: fixture.storage,
            logger: Logger(label: "test")
        )
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + self.varint(value >> 7)
    }
}

@Suite("Request size", .bothRoads, .timeLimit(.minutes(1)))
struct RequestSizeTests {
    private func payload(_ index: Int, kibibytes: Int) -> APIPayload {
        .with { payload in
            payload.metadata["encoding"] = Data("binary/plain".utf8)
            payload.data = Data(repeating: UInt8(truncatingIfNeeded: index), count: kibibytes << 10)
        }
    }

    @Test("A request that is too large as a whole loses its largest payloads to the store until it fits")
    func largestFirst() async throws {
        let fixture = try Fixture(threshold: .default, requestSizeLimit: 4 << 20)
        let request = StartRequest.with { request in
            request.input.payloads = (0..<30).map { self.payload($0, kibibytes: $0 == 7 ? 50 : 200) }
        }
        let result = try await fixture.transport.call("StartWorkflowExecution", request.buffer)
        #expect(result.status.code == .ok)
        let sent: StartRequest = try fixture.received("StartWorkflowExecution")
        #expect(try sent.serializedData().count <= 4 << 20)
        #expect(!sent.input.payloads[7].isReference)
        // 29 payloads of 200 KiB and one of 50 are 5.7 MiB: nine of the large ones must go, and no more do.
        #expect(sent.input.payloads.count { $0.isReference } == 9)
    }

    @Test("A part that the server judges by itself loses payloads until it fits, although the request as a whole would")
    func parts() async throws {
        let fixture = try Fixture(threshold: .default, requestSizeLimit: 4 << 20, requestPartSizeLimit: 2 << 20)
        let request = StartRequest.with { request in
            request.input.payloads = (0..<15).map { self.payload($0, kibibytes: $0 == 7 ? 50 : 200) }
            request.memo.fields = ["a": self.payload(20, kibibytes: 200)]
        }
        let result = try await fixture.transport.call("StartWorkflowExecution", request.buffer)
        #expect(result.status.code == .ok)
        let sent: StartRequest = try fixture.received("StartWorkflowExecution")
        #expect(try sent.input.serializedData().count <= 2 << 20)
        #expect(sent.memo == request.memo)
        // 14 payloads of 200 KiB and one of 50 are 2.8 MiB: five of the large ones must go, and no more do.
        #expect(sent.input.payloads.count { $0.isReference } == 5)
        #expect(!sent.input.payloads[7].isReference)
    }

    @Test("Each command of a completion is a part; together they are the request")
    func commands() async throws {
        let fixture = try Fixture(threshold: .default, requestSizeLimit: 4 << 20, requestPartSizeLimit: 2 << 20)
        let request = CompletedRequest.with { request in
            request.commands = [0..<11, 11..<14, 14..<23].map { range in
                .with { command in
                    command.scheduleActivityTaskCommandAttributes.input.payloads = range.map {
                        self.payload($0, kibibytes: 200)
                    }
                }
            }
        }
        let result = try await fixture.transport.call("RespondWorkflowTaskCompleted", request.buffer)
        #expect(result.status.code == .ok)
        let sent: CompletedRequest = try fixture.received(
            "RespondWorkflowTaskCompleted"
        )
        // One of the eleven, for 2.1 MiB are too many; and then two more of 22, for 4.3 MiB are too many.
        let stored = sent.commands.map { command in
            command.scheduleActivityTaskCommandAttributes.input.payloads.count { $0.isReference }
        }
        #expect(stored[0] >= 1)
        #expect(stored.reduce(0, +) == 3)
        #expect(try sent.serializedData().count <= 4 << 20)
    }

    @Test("A request that fits is left alone, and so is one whose rule is switched off", arguments: [4 << 20, nil])
    func untouched(_ limit: Int?) async throws {
        let fixture = try Fixture(threshold: .default, requestSizeLimit: limit)
        let count = limit == nil ? 30 : 15
        let request = StartRequest.with { request in
            request.input.payloads = (0..<count).map { self.payload($0, kibibytes: 200) }
        }
        _ = try await fixture.transport.call("StartWorkflowExecution", request.buffer)
        #expect(fixture.driver.stored.isEmpty)
    }
}
