//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import SwiftProtobuf

/// Makes calls straight on a transport.
///
/// A gRPC client would bring retries, deadlines and streams of messages, with tasks for each of them; retries are
/// ``CallRetries``' business here, and all calls are unary. The transport has to keep deadlines, as ours does.
struct DirectChannel<Transport: UnaryTransport>: RPCChannel where Transport.Bytes == BufferBytes {
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
        let message: BufferBytes
        do {
            message = try request.serializedBytes()
        } catch {
            throw RPCError(code: .invalidArgument, message: "The request cannot be serialized: \(error)", cause: error)
        }
        let descriptor = method.descriptor
        let response = try await self.transport.unary(descriptor, message, metadata: metadata, options: options) {}
        do {
            return try Method.Output(serializedBytes: response)
        } catch {
            throw RPCError(code: .internalError, message: "The response cannot be read: \(error)", cause: error)
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
