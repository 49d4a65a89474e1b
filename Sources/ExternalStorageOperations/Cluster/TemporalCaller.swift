//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import BufferTransport
import ExternalStorageGRPC
package import GRPCCore
package import NIOCore

/// Makes calls of `WorkflowService`, bytes in, bytes out.
package protocol TemporalCaller: Sendable {
    /// Makes a call.
    ///
    /// - Parameters:
    ///   - method: The name, such as `DescribeNamespace`.
    ///   - request: The serialized request.
    /// - Returns: The serialized response.
    /// - Throws: `RPCError`; `CancellationError`.
    func call(_ method: String, _ request: ByteBuffer) async throws -> ByteBuffer
}

/// Makes calls over a transport, and says of itself that it can wait (ES-G5).
package struct TransportCaller<Transport: UnaryTransport>: TemporalCaller {
    private let transport: Transport
    private let metadata: Metadata
    private let timeout: Duration

    /// - Parameters:
    ///   - transport: The transport; somebody else connects it.
    ///   - apiKey: What the server knows the caller by; nil for none.
    ///   - timeout: How long a call may take.
    package init(_ transport: Transport, apiKey: String? = nil, timeout: Duration = .seconds(30)) {
        self.transport = transport
        self.timeout = timeout
        self.metadata = .ofBackgroundCall(apiKey: apiKey)
    }

    @concurrent
    package func call(_ method: String, _ request: ByteBuffer) async throws -> ByteBuffer {
        let descriptor = MethodDescriptor(
            service: ServiceDescriptor(fullyQualifiedService: "temporal.api.workflowservice.v1.WorkflowService"),
            method: method,
            type: .unary
        )
        var options = CallOptions.defaults
        options.timeout = self.timeout
        options.waitForReady = true
        let response = try await self.transport.unary(
            descriptor,
            TransportMessage(request).bytes,
            metadata: self.metadata,
            options: options,
            opened: {}
        )
        let message = TransportMessage(bytes: response)
        return message.slices([0..<message.count])[0]
    }
}

extension Metadata {
    /// What the server is told with a call: that it is in the background, behind those of users (ES-G5, P27), and whose it is.
    package static func ofBackgroundCall(apiKey: String?) -> Metadata {
        var metadata: Metadata = ["caller-type": "background_low", "caller-name": "temporal-storage"]
        if let apiKey { metadata.addString("Bearer \(apiKey)", forKey: "authorization") }
        return metadata
    }
}
