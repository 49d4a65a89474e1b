//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import BufferTransport
package import GRPCCore

extension HTTP2CallTransport: UnaryTransport {
    /// Makes a call; see `UnaryTransport`.
    @concurrent
    package func unary(
        _ descriptor: MethodDescriptor,
        _ message: BufferBytes,
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping @Sendable () -> Void
    ) async throws -> BufferBytes {
        let connection = try await self.connection(options)
        let stream = self.stream(on: connection, options)
        opened()
        // A call that nobody waits for any more; nothing happens if it has ended.
        defer { stream.submit([.cancel]) }
        let headers = self.headers(metadata, descriptor: descriptor, timeout: options.timeout)
        stream.submit([.open(headers), .message(message, nil), .end])
        var response: BufferBytes?
        for part in try await stream.inbox.all() {
            switch part {
            case .metadata, .needsMemory: break
            case .message(let message): response = BufferBytes(buffer: try await message.content())
            case .status(let status, let trailers):
                if let code = RPCError.Code(status.code) {
                    throw RPCError(code: code, message: status.message, metadata: trailers)
                }
            }
        }
        guard let response else {
            throw RPCError(code: .internalError, message: "The server answered without a message.")
        }
        return response
    }
}
