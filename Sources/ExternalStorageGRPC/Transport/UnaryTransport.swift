//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore

/// A transport that makes a call with one request and one response without the machinery of streams.
///
/// Nearly all calls of a client and all of a worker are such. What a stream is made of for them (a writer, a sequence of
/// parts, their wrappers) costs as much as the call itself.
package protocol UnaryTransport: ClientTransport {
    /// Makes a call.
    ///
    /// - Parameters:
    ///   - descriptor: The method.
    ///   - message: The serialized request.
    ///   - metadata: What goes with it.
    ///   - options: The deadline and the largest response.
    ///   - opened: Called when there is a connection for the call, before anything is sent.
    /// - Returns: The serialized response.
    /// - Throws: `RPCError`: the status and the trailing metadata of a call that failed. `CancellationError` if cancelled.
    func unary(
        _ descriptor: MethodDescriptor,
        _ message: Bytes,
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping @Sendable () -> Void
    ) async throws -> Bytes
}

extension ExternalStorageTransport: UnaryTransport where Base: UnaryTransport {
    /// Makes a call, and stores and resolves the payloads of its two messages.
    @concurrent
    package func unary(
        _ descriptor: MethodDescriptor,
        _ message: Base.Bytes,
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping @Sendable () -> Void
    ) async throws -> Base.Bytes {
        guard let rule = MethodRule.rule(for: descriptor) else {
            return try await self.base.unary(descriptor, message, metadata: metadata, options: options, opened: opened)
        }
        let call = StorageCall(rule: rule, descriptor: descriptor, transport: self)
        let started = ContinuousClock.now
        let request = try await call.request(message, metadata: metadata)
        var metadata = metadata
        RequestTimeout.reduce(in: &metadata, by: ContinuousClock.now - started)
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

extension PooledTransport: UnaryTransport where Base: UnaryTransport {
    /// Makes a call on the transport with the fewest, and on another one if that has no connection.
    @concurrent
    package func unary(
        _ descriptor: MethodDescriptor,
        _ message: Base.Bytes,
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping @Sendable () -> Void
    ) async throws -> Base.Bytes {
        try await self.withMember { member, isOpen in
            try await member.unary(descriptor, message, metadata: metadata, options: options) {
                isOpen()
                opened()
            }
        }
    }
}
