//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore
package import NIOCore

/// What a caller got.
package struct CallResult: Sendable {
    package var message: ByteBuffer?
    package var status: Status
    package var trailers: Metadata

    package init(message: ByteBuffer?, status: Status, trailers: Metadata) {
        self.message = message
        self.status = status
        self.trailers = trailers
    }
}

extension ClientTransport {
    /// Makes a unary call of the workflow service with serialized messages.
    package func call(_ method: String, _ request: ByteBuffer, metadata: Metadata = [:]) async throws -> CallResult {
        let descriptor = MethodDescriptor(
            fullyQualifiedService: "temporal.api.workflowservice.v1.WorkflowService",
            method: method
        )
        let bytes = Bytes(request.readableBytesView)
        return try await self.withStream(descriptor: descriptor, options: .defaults) { stream, _ in
            try await stream.outbound.write(.metadata(metadata))
            do {
                try await stream.outbound.write(.message(bytes))
            } catch {
                // Answered before it was sent: it has nowhere to go, and the answer is there to be read.
                if Task.isCancelled { throw error }
            }
            await stream.outbound.finish()
            var result = CallResult(
                message: nil,
                status: Status(code: .unknown, message: "no status came"),
                trailers: [:]
            )
            for try await part in stream.inbound {
                switch part {
                case .metadata: break
                case .message(let message):
                    result.message = unsafe message.withUnsafeBytes { unsafe ByteBuffer(bytes: $0) }
                case .status(let status, let trailers):
                    result.status = status
                    result.trailers = trailers
                }
            }
            return result
        }
    }
}
