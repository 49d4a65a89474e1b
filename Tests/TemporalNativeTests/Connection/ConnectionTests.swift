//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageTesting
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI
import TemporalTransport
import TestSupport
import Testing

@testable import TemporalNative

@Suite("Calls: metadata, retries, errors", .timeLimit(.minutes(1)))
struct ConnectionTests {
    private typealias Describe = WorkflowService.DescribeNamespace

    private static func error(_ code: RPCError.Code, _ message: String = "m", details: [any Message] = []) throws
        -> RPCError
    {
        var status = Google_Rpc_Status()
        status.code = Int32(code.rawValue)
        status.message = message
        status.details = try details.map { try Google_Protobuf_Any(message: $0) }
        var metadata = Metadata()
        metadata.addBinary(try status.serializedBytes() as [UInt8], forKey: "grpc-status-details-bin")
        return RPCError(code: code, message: message, metadata: metadata)
    }

    private static func thrown(_ error: any Error) async -> TemporalError? {
        let channel = ScriptedChannel([.failure(error)])
        return await #expect(throws: TemporalError.self) {
            try await channel.connection().call(Describe.self, .init(), patience: .once(.seconds(1)))
        }
    }

    @Test("Every call says who calls and for which namespace; users add to that, and cannot replace it")
    func metadata() async throws {
        let channel = ScriptedChannel([.success(Describe.Output()), .success(WorkflowService.GetSystemInfo.Output())])
        let configuration = TemporalClient.Configuration(
            namespace: "orders",
            apiKey: .provided { "k3y" },
            headers: [("x-tenant", "t"), ("Authorization", "mine")]
        )
        let connection = channel.connection(configuration)
        _ = try await connection.call(Describe.self, .init())
        _ = try await connection.systemInfo()
        let metadata = channel.calls[0].metadata
        #expect(Array(metadata[stringValues: "temporal-namespace"]) == ["orders"])
        #expect(Array(metadata[stringValues: "authorization"]) == ["Bearer k3y"])
        #expect(Array(metadata[stringValues: "client-name"]) == [CallMetadata.clientName])
        #expect(Array(metadata[stringValues: "client-version"]) == [CallMetadata.clientVersion])
        #expect(Array(metadata[stringValues: "supported-features"]) == ["follows-next-run-id"])
        #expect(Array(metadata[stringValues: "x-tenant"]) == ["t"])
        #expect(Array(channel.calls[1].metadata[stringValues: "temporal-namespace"]) == [])
        #expect(channel.calls[0].options.timeout == .seconds(30))
        #expect(channel.calls[1].options.timeout == .seconds(10))
        #expect(channel.calls[0].options.maxResponseMessageBytes == 128 * 1_048_576)
        #expect(throws: TemporalError.self) { try configuration.validate() }
        #expect("\(configuration)".contains("k3y") == false)
    }

    @Test("The same request is sent until it succeeds")
    func retries() async throws {
        let channel = ScriptedChannel([
            .failure(RPCError(code: .unavailable, message: "")), .failure(RPCError(code: .aborted, message: "")),
            .success(Describe.Output.with { $0.isGlobalNamespace = true }),
        ])
        let request = Describe.Input.with { $0.id = "unique" }
        #expect(try await channel.connection().call(Describe.self, request).isGlobalNamespace)
        #expect(channel.calls.map { ($0.request as? Describe.Input)?.id } == ["unique", "unique", "unique"])
    }

    @Test("A report waits for a source of API keys that fails for a while; other calls fail with what it throws")
    func failingKey() async throws {
        struct NoKey: Error {}
        let asked = TestCounter()
        let configuration = TemporalClient.Configuration(
            apiKey: .provided {
                asked.increment()
                if asked.value < 3 { throw NoKey() }
                return "k3y"
            }
        )
        let channel = ScriptedChannel([.success(Describe.Output())])
        let connection = channel.connection(configuration)
        await #expect(throws: NoKey.self) { try await connection.call(Describe.self, .init()) }
        var patience = connection.ordinary
        patience.waitsForKey = true
        _ = try await connection.call(Describe.self, .init(), patience: patience)
        #expect(asked.value == 3 && channel.calls.count == 1)
    }

    @Test("A cancelled call is not made again, and ends as cancelled")
    func cancelled() async throws {
        let channel = ScriptedChannel([.failure(RPCError(code: .unavailable, message: ""))])
        let result = await withTaskGroup(of: Result<Void, any Error>.self) { group in
            group.cancelAll()
            group.addTask {
                do {
                    _ = try await channel.connection().call(Describe.self, .init())
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            return await group.next()
        }
        #expect(throws: CancellationError.self) { try result?.get() }
        #expect(channel.calls.count == 1)
    }

    @Test("A status is an error with a code")
    func codes() async throws {
        #expect(await Self.thrown(RPCError(code: .notFound, message: "gone"))?.code == .notFound)
        #expect(await Self.thrown(RPCError(code: .permissionDenied, message: "no"))?.code == .permissionDenied)
        #expect(await Self.thrown(RPCError(code: .unauthenticated, message: "who"))?.code == .unauthenticated)
        #expect(await Self.thrown(RPCError(code: .deadlineExceeded, message: "late"))?.code == .timedOut)
        #expect(await Self.thrown(RPCError(code: .invalidArgument, message: "bad"))?.code == .invalidArgument)
        let large = RPCError(code: .resourceExhausted, message: "grpc: received message larger than max (5 vs. 4)")
        #expect(await Self.thrown(large)?.code == .messageTooLarge)
        let gone = await Self.thrown(RPCError(code: .notFound, message: "gone"))
        #expect(gone?.description == "notFound: DescribeNamespace: gone")
        #expect(gone?.cause is RPCError)
    }

    @Test("Details of a status decide, and their payloads are decoded")
    func details() async throws {
        typealias Details = (
            Started: Temporal_Api_Errordetails_V1_WorkflowExecutionAlreadyStartedFailure,
            Query: Temporal_Api_Errordetails_V1_QueryFailedFailure
        )
        let started = try Self.error(
            .alreadyExists,
            details: [Temporal_Api_Errordetails_V1_WorkflowExecutionAlreadyStartedFailure.with { $0.runID = "r" }]
        )
        #expect(await Self.thrown(started)?.code == .workflowAlreadyStarted)
        #expect(await Self.thrown(started)?.runID == "r")

        let failure = try await PayloadContext().failure(for: ApplicationFailure("q", type: "Q", details: [42]))
        let query = try Self.error(
            .invalidArgument,
            details: [Temporal_Api_Errordetails_V1_QueryFailedFailure.with { $0.failure = failure }]
        )
        let queried = await Self.thrown(query)
        #expect(queried?.code == .queryFailed)
        #expect(queried?.failure?.application?.type == "Q")
        #expect(try #require(queried?.failure).details(as: Int.self) == 42)

        let namespace = try Self.error(
            .notFound,
            details: [Temporal_Api_Errordetails_V1_NamespaceNotFoundFailure()]
        )
        #expect(await Self.thrown(namespace)?.code == .namespaceNotFound)
        let denied = try Self.error(
            .permissionDenied,
            details: [Temporal_Api_Errordetails_V1_PermissionDeniedFailure.with { $0.reason = "read only" }]
        )
        #expect(await Self.thrown(denied)?.message.contains("read only") == true)
    }

    @Test("Of several operations the one that failed is reported, not those that it took along")
    func multiOperation() async throws {
        typealias Failure = Temporal_Api_Errordetails_V1_MultiOperationExecutionFailure
        let started = Temporal_Api_Errordetails_V1_WorkflowExecutionAlreadyStartedFailure.with { $0.runID = "r" }
        let failure = try Failure.with {
            $0.statuses = [
                try .with {
                    $0.code = 10
                    $0.message = "aborted"
                    $0.details = [
                        try Google_Protobuf_Any(message: Temporal_Api_Failure_V1_MultiOperationExecutionAborted())
                    ]
                },
                try .with {
                    $0.code = 6
                    $0.message = "is running"
                    $0.details = [try Google_Protobuf_Any(message: started)]
                },
            ]
        }
        let error = await Self.thrown(try Self.error(.aborted, "MultiOperation failed", details: [failure]))
        #expect(error?.code == .workflowAlreadyStarted)
        #expect(error?.runID == "r")
        #expect(error?.message.contains("is running") == true)
    }

    @Test("ES-F1 A storage failure is the error's cause, and its text is in the message")
    func storage() async throws {
        let storage = ExternalStorageError(code: .forbidden, message: "bucket b refuses", driverName: "d")
        let error = await Self.thrown(RPCError(code: .failedPrecondition, message: "x", cause: storage))
        #expect(error?.code == .externalStorageFailed)
        #expect((error?.cause as? ExternalStorageError)?.code == .forbidden)
        #expect(error?.message.contains("bucket b refuses") == true)
    }

    @Test("ES-F1 Whatever carries the calls, what storage says is the cause", arguments: [true, false])
    func storageThroughTransports(isDirect: Bool) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        var settings = ExternalStorage.Configuration()
        settings.threshold = .all
        let storage = try ExternalStorage(
            driver: FaultyStorageDriver(failing: .forbidden),
            configuration: settings,
            logger: logger
        )
        // Nothing is sent, so nobody has to be there, but a gRPC client wants a stream first.
        let nowhere = try HTTP2CallTransport(target: .ipv4(address: "127.0.0.1", port: 1))
        let frontend = FakeFrontend { _ in throw RPCError(code: .internalError, message: "a request was sent") }
        let channel: any RPCChannel =
            isDirect
            ? DirectChannel(ExternalStorageTransport(wrapping: nowhere, storage: storage, logger: logger))
            : GRPCChannel(ExternalStorageTransport(wrapping: frontend, storage: storage, logger: logger))
        let connection = Connection(
            channel: channel,
            externalStorage: storage,
            configuration: .init(),
            logger: logger
        )
        // The deadline is for the case that something is sent after all.
        let error = try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await connection.run() }
            defer { connection.beginGracefulShutdown() }
            return await #expect(throws: TemporalError.self) {
                let payload = Payload(encoding: "json/plain", data: ByteBuffer(string: "1"))
                return try await connection.call(
                    WorkflowService.SignalWorkflowExecution.self,
                    try .with { $0.input = try ProtoPayloads([payload]) },
                    patience: .once(.seconds(10))
                )
            }
        }
        #expect(error?.code == .externalStorageFailed)
        #expect((error?.cause as? ExternalStorageError)?.code == .forbidden)
    }
}
