//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCProtobuf

/// Makes calls straight on a transport.
///
/// A gRPC client would bring retries, deadlines and streams of messages, with tasks for each of them; retries are
/// ``CallRetries``' business here, and all calls are unary. The transport has to keep deadlines, as ours does.
struct DirectChannel<Transport: ClientTransport>: RPCChannel {
    private let transport: Transport

    init(_ transport: Transport) {
        self.transport = transport
    }

    @concurrent
    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        metadata: Metadata,
        options: CallOptions
    ) async throws -> Method.Output {
        let message: Transport.Bytes = try ProtobufSerializer<Method.Input>().serialize(request)
        var descriptor = method.descriptor
        descriptor.type = .unary
        return try await self.transport.withStream(descriptor: descriptor, options: options) { stream, _ in
            try await stream.outbound.write(.metadata(metadata))
            try await stream.outbound.write(.message(message))
            await stream.outbound.finish()
            var response: Method.Output?
            for try await part in stream.inbound {
                switch part {
                case .metadata: break
                case .message(let bytes):
                    response = try ProtobufDeserializer<Method.Output>().deserialize(bytes)
                case .status(let status, let metadata):
                    if let code = RPCError.Code(status.code) {
                        throw RPCError(code: code, message: status.message, metadata: metadata)
                    }
                    guard let response else {
                        throw RPCError(code: .internalError, message: "The server answered without a message.")
                    }
                    return response
                }
            }
            throw RPCError(code: .internalError, message: "The server ended the call without a status.")
        }
    }

    @concurrent
    func run() async throws {
        try await self.transport.connect()
    }

    func beginGracefulShutdown() {
        self.transport.beginGracefulShutdown()
    }
}
