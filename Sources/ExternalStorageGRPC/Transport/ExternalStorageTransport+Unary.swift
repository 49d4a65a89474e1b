//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import BufferTransport
package import GRPCCore
import Groundwork

extension ExternalStorageTransport: UnaryTransport where Base: UnaryTransport {
    /// Makes a call, and stores and resolves the payloads of its two messages.
    @concurrent
    package func unary(
        _ descriptor: MethodDescriptor,
        _ message: Base.Bytes,
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping UnaryCallOpened
    ) async throws -> Base.Bytes {
        guard let rule = MethodRule.rule(for: descriptor) else {
            return try await self.base.unary(descriptor, message, metadata: metadata, options: options, opened: opened)
        }
        // One deadline for all of it: what comes later has what is left (ES-R6).
        let deadline = RequestTimeout.deadline(metadata, options.timeout)
        let call = StorageCall(rule: rule, descriptor: descriptor, transport: self, timeout: options.timeout)
        let started = ContinuousClock.now
        let request = try await call.request(message, metadata: metadata, deadline: deadline)
        var (metadata, options) = (metadata, options)
        RequestTimeout.reduce(in: &metadata, by: ContinuousClock.now - started)
        if options.timeout != nil, let deadline { options.timeout = deadline.remaining }
        let response: Base.Bytes
        do {
            response = try await self.base.unary(
                descriptor,
                request,
                metadata: metadata,
                options: options,
                opened: opened
            )
        } catch var error as RPCError {
            error.metadata = await call.errorDetails(error.metadata)
            throw error
        }
        return try await call.response(response)
    }
}
