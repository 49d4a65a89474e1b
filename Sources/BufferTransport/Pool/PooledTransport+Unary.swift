//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore

extension PooledTransport: UnaryTransport where Base: UnaryTransport {
    /// Makes a call on the transport with the fewest, and on another one if that has no connection.
    @concurrent
    package func unary(
        _ descriptor: MethodDescriptor,
        _ message: Base.Bytes,
        metadata: Metadata,
        options: CallOptions,
        opened: @escaping UnaryCallOpened
    ) async throws -> Base.Bytes {
        try await self.withMember { member, isOpen in
            try await member.unary(descriptor, message, metadata: metadata, options: options) {
                isOpen()
                opened()
            }
        }
    }
}
