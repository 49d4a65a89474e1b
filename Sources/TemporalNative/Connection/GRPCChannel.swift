//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import GRPCCore
import GRPCProtobuf

/// Makes calls with a gRPC client, on a transport of any kind.
struct GRPCChannel<Transport: ClientTransport>: RPCChannel {
    private let client: GRPCClient<Transport>

    init(_ transport: Transport) {
        self.client = GRPCClient(transport: transport)
    }

    @concurrent
    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        metadata: Metadata,
        options: CallOptions
    ) async throws -> Method.Output {
        let record = StorageFailureRecord()
        do {
            return try await StorageFailureRecord.$current.withValue(record) {
                try await self.client.unary(
                    request: ClientRequest(message: request, metadata: metadata),
                    descriptor: method.descriptor,
                    serializer: ProtobufSerializer<Method.Input>(),
                    deserializer: ProtobufDeserializer<Method.Output>(),
                    options: options
                ) { response in try response.message }
            }
        } catch var error as RPCError where error.cause == nil {
            error.cause = record.error
            throw error
        }
    }

    @concurrent
    func run() async throws {
        try await self.client.runConnections()
    }

    func beginGracefulShutdown() {
        self.client.beginGracefulShutdown()
    }
}
