//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Groundwork
import NIOCore

/// A message as it has arrived, compressed perhaps.
struct IncomingMessage: Sendable {
    /// What has arrived.
    var bytes: ByteBuffer
    /// Decompresses it; nil if it is not compressed.
    var inflater: GzipInflater?

    /// The memory that was taken for it before it arrived, if it is large.
    var share: ByteShare?

    /// How many bytes have arrived.
    var size: Int { self.bytes.readableBytes }

    /// A message that is decompressed where it is read, because that takes no longer than to go elsewhere for it.
    private static let smallSize = 65_536

    /// How many bytes the message itself has, as far as can be told before it is decompressed.
    var contentSize: Int { self.inflater?.expectedSize(of: self.bytes) ?? self.size }

    /// The message itself.
    ///
    /// What may take long is decompressed on other threads than those of the connections.
    ///
    /// - Throws: `RPCError` with a text for the peer.
    func content() async throws -> ByteBuffer {
        guard let inflater = self.inflater else { return self.bytes }
        if let small = try inflater.inflate(self.bytes, upTo: Self.smallSize) { return small }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await self.inflated(by: inflater) }
    }

    @concurrent
    private func inflated(by inflater: GzipInflater) async throws -> ByteBuffer {
        try inflater.inflate(self.bytes)
    }
}
