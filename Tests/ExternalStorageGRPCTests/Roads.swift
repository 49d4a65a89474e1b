//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageGRPC
package import GRPCCore
import NIOCore
package import TestSupport
import Testing

/// How the calls of a test go through the transport: as streams, as any client makes them, or as one request and one
/// response, as the native client does.
enum Road {
    @TaskLocal static var isUnary = false
    /// Told of the options of unary calls.
    @TaskLocal static var seeOptions: (@Sendable (CallOptions) -> Void)?
}

/// Runs every test on both roads.
struct BothRoads: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        for isUnary in [false, true] { try await Road.$isUnary.withValue(isUnary) { try await function() } }
    }
}

extension Trait where Self == BothRoads {
    static var bothRoads: Self { Self() }
}

extension FakeFrontend: UnaryTransport {
    package func unary(
        _ descriptor: MethodDescriptor,
        _ message: [UInt8],
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping @Sendable () -> Void
    ) async throws -> [UInt8] {
        opened()
        Road.seeOptions?(options)
        let result = try await self.call(descriptor.method, ByteBuffer(bytes: message), metadata: metadata)
        if let error = RPCError(status: result.status, metadata: result.trailers) { throw error }
        return Array((result.message ?? ByteBuffer()).readableBytesView)
    }
}

extension ExternalStorageTransport<FakeFrontend> {
    /// Makes a call on the road of the test.
    func call(_ method: String, _ request: ByteBuffer, metadata: Metadata = [:]) async throws -> CallResult {
        guard Road.isUnary else { return try await Self.streamed(self, method, request, metadata) }
        let descriptor = MethodDescriptor(
            fullyQualifiedService: "temporal.api.workflowservice.v1.WorkflowService",
            method: method
        )
        do {
            let message = Array(request.readableBytesView)
            let response = try await self.unary(descriptor, message, metadata: metadata, options: .defaults) {}
            return CallResult(
                message: ByteBuffer(bytes: response),
                status: Status(code: .ok, message: ""),
                trailers: [:]
            )
        } catch let error as RPCError {
            return CallResult(
                message: nil,
                status: Status(code: Status.Code(error.code), message: error.message),
                trailers: error.metadata
            )
        }
    }

    private static func streamed(
        _ transport: some ClientTransport,
        _ method: String,
        _ request: ByteBuffer,
        _ metadata: Metadata
    ) async throws -> CallResult {
        try await transport.call(method, request, metadata: metadata)
    }
}
