//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
public import NIOCore

extension PayloadChunks {
    /// One iteration.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case idle
            /// The next chunk to hand out, nil for none, has been read and hashed.
            case reading(any PayloadChunkReader, held: ByteBuffer?, hash: SHA256)
            case ended
        }

        private let chunks: PayloadChunks
        private var state = State.idle

        init(chunks: PayloadChunks) {
            self.chunks = chunks
        }

        /// The next chunk; see ``next(isolation:)``.
        ///
        /// - Returns: Some bytes, never none; nil at the end.
        /// - Throws: As ``next(isolation:)``.
        public mutating func next() async throws -> ByteBuffer? {
            try await self.next(isolation: nil)
        }

        /// The next chunk.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: Some bytes, never none; nil at the end.
        /// - Throws: ``ExternalStorageError``: `corrupted` in place of the last chunk, else what the driver throws.
        ///   `CancellationError`. Afterwards the iteration is over.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> ByteBuffer? {
            do {
                return try await self.advance()
            } catch {
                self.state = .ended
                throw error
            }
        }

        private mutating func advance() async throws -> ByteBuffer? {
            try Task.checkCancellation()
            var (reader, held, hash): (any PayloadChunkReader, ByteBuffer?, SHA256)
            switch self.state {
            case .ended: return nil
            case .reading(let current, let chunk, let sum): (reader, held, hash) = (current, chunk, sum)
            case .idle:
                (reader, hash) = (try await self.chunks.open(), SHA256())
                held = try await self.read(&reader, &hash)
            }
            // What is handed out is not the last chunk, or the proof has been given.
            let following = try await self.read(&reader, &hash)
            guard following == nil else {
                self.state = .reading(reader, held: following, hash: hash)
                return held
            }
            self.state = .ended
            guard let proof = self.chunks.proof else { return held }
            let digest = PayloadDigest(hash)
            guard digest == proof.digest else { throw proof.mismatch(digest) }
            return held
        }

        private func read(_ reader: inout any PayloadChunkReader, _ hash: inout SHA256) async throws -> ByteBuffer? {
            while let chunk = try await reader.next() {
                guard chunk.readableBytes > 0 else { continue }
                if self.chunks.proof != nil { hash = await Self.hash(hash, with: chunk) }
                return chunk
            }
            return nil
        }

        /// Hashes away from the caller's actor: a chunk takes milliseconds.
        @concurrent
        private static func hash(_ hash: SHA256, with chunk: ByteBuffer) async -> SHA256 {
            var hash = hash
            unsafe chunk.withUnsafeReadableBytes { unsafe hash.update(bufferPointer: $0) }
            return hash
        }
    }
}

extension PayloadDigest {
    /// The digest of what has been hashed so far.
    init(_ hash: SHA256) {
        self.init(hash.finalize())
    }
}
