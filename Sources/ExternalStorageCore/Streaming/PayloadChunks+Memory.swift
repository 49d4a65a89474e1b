//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

extension PayloadChunks {
    /// The bytes of a payload that is in memory, in one chunk, trusted as they are.
    init(of payload: Payload) {
        self.init(proof: nil) { MemoryChunkReader(rest: payload.serializedBytes) }
    }

    /// Puts all chunks together.
    ///
    /// - Parameter sizeInBytes: How many bytes are expected.
    /// - Returns: All bytes, verified.
    /// - Throws: As iterating does.
    package func collect(sizeInBytes: Int = 0) async throws -> ByteBuffer {
        var whole = ByteBufferAllocator().buffer(capacity: sizeInBytes)
        for try await chunk in self { whole.writeImmutableBuffer(chunk) }
        return whole
    }
}

/// Hands out what is in memory.
struct MemoryChunkReader: PayloadChunkReader {
    var rest: ByteBuffer?

    mutating func next() async throws -> ByteBuffer? {
        defer { self.rest = nil }
        return self.rest
    }
}
