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
import Synchronization
import TemporalAPI
import TestSupport

typealias WorkflowService = Temporal_Api_Workflowservice_V1_WorkflowService
typealias StartRequest = Temporal_Api_Workflowservice_V1_StartWorkflowExecutionRequest
typealias StartResponse = Temporal_Api_Workflowservice_V1_StartWorkflowExecutionResponse
typealias CompletedRequest = Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedRequest
typealias CompletedResponse = Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse
typealias WorkflowTask = Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueResponse
typealias ActivityTask = Temporal_Api_Workflowservice_V1_PollActivityTaskQueueResponse
typealias NexusTask = Temporal_Api_Workflowservice_V1_PollNexusTaskQueueResponse
typealias Command = Temporal_Api_Command_V1_Command
typealias APIPayload = Temporal_Api_Common_V1_Payload
typealias APIPayloads = Temporal_Api_Common_V1_Payloads

extension SwiftProtobuf.Message {
    /// The serialized message.
    var buffer: ByteBuffer {
        get throws { ByteBuffer(bytes: try self.serializedBytes() as [UInt8]) }
    }

    init(_ buffer: ByteBuffer) throws {
        try self.init(serializedBytes: Array(buffer.readableBytesView))
    }
}

extension APIPayload {
    /// A payload that is stored in these tests, told apart by its text.
    static func large(_ text: String = "value") -> APIPayload {
        .with { payload in
            payload.metadata["encoding"] = Data("json/plain".utf8)
            payload.data = Data("\"\(text)\(String(repeating: ".", count: 400))\"".utf8)
        }
    }

    /// A payload that stays inline in these tests.
    static let small = APIPayload.with { payload in
        payload.metadata["encoding"] = Data("json/plain".utf8)
        payload.data = Data("1".utf8)
    }

    var isReference: Bool {
        self.metadata["messageType"] == Data("temporal.api.sdk.v1.ExternalStorageReference".utf8)
    }
}

extension APIPayloads {
    static func of(_ payloads: APIPayload...) -> APIPayloads { .with { $0.payloads = payloads } }
}

/// Keeps payloads in memory, remembers for whom, and fails when it is told to.
final class RecordingDriver: StorageDriver {
    struct Stored: Hashable, Sendable {
        var text: String
        var target: StorageDriverTarget?
        var namespace: String
    }

    private struct State {
        var objects: [String: Payload] = [:]
        var stored: [Stored] = []
        var failure: ExternalStorageError?
        /// Fails only payloads whose text contains this.
        var failsOnly: String?
        var asked: [String] = []
        var retrieves: [Int] = []
    }

    let name = "recording"
    let type = "test.recording"
    private let state = Mutex(State())

    var stored: [Stored] { self.state.withLock { $0.stored } }
    /// The names of the payloads that were to be stored, whatever became of them.
    var asked: [String] { self.state.withLock { $0.asked } }
    /// How many payloads each call wanted back.
    var retrieves: [Int] { self.state.withLock { $0.retrieves } }

    /// From now on every call fails, or those for payloads that contain a text.
    func fail(_ code: ExternalStorageError.Code = .unavailable, only text: String? = nil) {
        self.state.withLock { state in
            state.failure = ExternalStorageError(code: code, message: "the store is down")
            state.failsOnly = text
        }
    }

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        try await context.limiter.withPermit {
            try self.state.withLock { state in
                try payloads.map { payload in
                    let text = String(buffer: payload.data)
                    let name = String(text.split(separator: ".").first ?? "").replacing("\"", with: "")
                    state.asked.append(name)
                    try Self.check(state, text)
                    let key = payload.digest.hexadecimal
                    state.objects[key] = payload
                    state.stored.append(Stored(text: name, target: context.target, namespace: context.namespace))
                    return ["key": key]
                }
            }
        }
    }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        try await context.limiter.withPermit {
            try self.state.withLock { state in
                state.retrieves.append(claims.count)
                return try claims.map { claim in
                    guard let payload = state.objects[claim["key"] ?? ""] else {
                        throw ExternalStorageError(code: .notFound, message: "no object")
                    }
                    try Self.check(state, String(buffer: payload.data))
                    return payload
                }
            }
        }
    }

    private static func check(_ state: State, _ text: String) throws {
        guard let failure = state.failure else { return }
        if let only = state.failsOnly, !text.contains(only) { return }
        throw failure
    }
}

/// A transport with a recording driver around a frontend whose answers a test gives.
struct Fixture {
    let driver: RecordingDriver
    let storage: ExternalStorage
    let frontend: FakeFrontend
    let transport: ExternalStorageTransport<FakeFrontend>

    /// The frontend answers every call with what `answer` makes of it.
    init(
        threshold: PayloadSizeThreshold = .bytes(300),
        requestSizeLimit: Int? = nil,
        requestPartSizeLimit: Int? = nil,
        answer: @escaping @Sendable (FakeFrontend.Request) throws -> any SwiftProtobuf.Message = { _ in
            Google_Protobuf_Empty()
        }
    ) throws {
        self.driver = RecordingDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = threshold
        configuration.requestSizeLimit = requestSizeLimit
        configuration.requestPartSizeLimit = requestPartSizeLimit
        // Every call asks the driver, so that a driver that fails is noticed.
        configuration.cache = .disabled
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        self.storage = try ExternalStorage(driver: self.driver, configuration: configuration, logger: logger)
        self.frontend = FakeFrontend { request in
            do {
                return .message(try answer(request).buffer)
            } catch let error as RPCError {
                return .failure(error)
            }
        }
        self.transport = ExternalStorageTransport(wrapping: self.frontend, storage: self.storage, logger: logger)
    }

    /// The same store behind a frontend with other answers.
    init(
        over fixture: Fixture,
        answer: @escaping @Sendable (FakeFrontend.Request) throws -> any SwiftProtobuf.Message
    ) throws {
        self.driver = fixture.driver
        self.storage = fixture.storage
        self.frontend = FakeFrontend { request in .message(try answer(request).buffer) }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        self.transport = ExternalStorageTransport(wrapping: self.frontend, storage: self.storage, logger: logger)
    }

    /// Makes a call and decodes the response.
    func call<Response: SwiftProtobuf.Message>(
        _ method: String,
        _ request: some SwiftProtobuf.Message,
        metadata: Metadata = [:]
    ) async throws -> Response {
        let result = try await self.transport.call(method, request.buffer, metadata: metadata)
        guard result.status.code == .ok, let message = result.message else {
            throw RPCError(status: result.status, metadata: result.trailers)
                ?? RPCError(code: .unknown, message: "no message")
        }
        return try Response(message)
    }

    /// What reached the server in the last call of `method`.
    func received<Request: SwiftProtobuf.Message>(_ method: String, as type: Request.Type = Request.self) throws
        -> Request
    {
        let request = self.frontend.requests.last { $0.method == method }
        return try Request(request?.message ?? ByteBuffer())
    }

    /// Stores a payload through a call, and returns its reference.
    func reference(to payload: APIPayload) async throws -> APIPayload {
        let request = Temporal_Api_Workflowservice_V1_SignalWorkflowExecutionRequest.with { $0.input = .of(payload) }
        let _: Google_Protobuf_Empty = try await self.call("SignalWorkflowExecution", request)
        let sent: Temporal_Api_Workflowservice_V1_SignalWorkflowExecutionRequest = try self.received(
            "SignalWorkflowExecution"
        )
        return sent.input.payloads[0]
    }
}
