//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore

/// Called when there is a connection for a call, before anything is sent.
package typealias UnaryCallOpened = @Sendable () -> Void

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
        opened: @escaping UnaryCallOpened
    ) async throws -> Bytes
}
