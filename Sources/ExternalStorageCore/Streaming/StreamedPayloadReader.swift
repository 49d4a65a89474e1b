//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import NIOCore

/// Reads a serialized payload from what comes before its data and from its source.
struct StreamedPayloadReader: PayloadChunkReader {
    let head: ByteBuffer
    let source: any PayloadSource
    let chunkSize: Int
    private var position = 0

    init(head: ByteBuffer, source: any PayloadSource, chunkSize: Int) {
        self.head = head
        self.source = source
        self.chunkSize = chunkSize
    }

    mutating func next() async throws -> ByteBuffer? {
        let headSize = self.head.readableBytes
        let end = min(self.position + self.chunkSize, headSize + self.source.sizeInBytes)
        guard self.position < end else { return nil }
        let range = self.position..<end
        let ofData = max(0, range.lowerBound - headSize)..<max(0, range.upperBound - headSize)
        let data = ofData.isEmpty ? ByteBuffer() : try await self.source.read(ofData)
        guard data.readableBytes == ofData.count else {
            throw ExternalStorageError(
                code: .corrupted,
                message: "the source of the payload gave \(data.readableBytes) of \(ofData.count) bytes"
            )
        }
        self.position = end
        guard range.lowerBound < headSize else { return data }
        // The one chunk that is copied: the first, or the first few if they are tiny.
        var chunk = ByteBufferAllocator().buffer(capacity: range.count)
        let ofHead = range.clamped(to: 0..<headSize)
        chunk.writeBytes(self.head.readableBytesView.dropFirst(ofHead.lowerBound).prefix(ofHead.count))
        chunk.writeImmutableBuffer(data)
        return chunk
    }

    /// The digest of everything.
    @concurrent
    consuming func digest() async throws -> PayloadDigest {
        var hash = SHA256()
        while let chunk = try await self.next() {
            try Task.checkCancellation()
            unsafe chunk.withUnsafeReadableBytes { unsafe hash.update(bufferPointer: $0) }
        }
        return PayloadDigest(hash)
    }
}
