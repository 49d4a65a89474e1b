//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// The serialized bytes of one payload, in chunks, and at the end the proof that they are the right ones.
///
/// The SHA-256 of all chunks has to be the one that was expected: if it is not, iterating throws
/// ``ExternalStorageError/Code/corrupted`` where the last chunk would have come (ES-D3). So whoever has seen the end has
/// seen the true payload, and whoever acts before the end has to be able to undo it.
///
/// Every iteration reads from the start again. At most two chunks are in memory: the one that is handed out and the one
/// after it.
public struct PayloadChunks: AsyncSequence, Sendable {
    /// Some of the bytes, in order.
    public typealias Element = ByteBuffer
    /// Whatever the reader throws.
    public typealias Failure = any Error
    /// Begins to read.
    public typealias Open = @Sendable () async throws -> any PayloadChunkReader

    /// What the bytes have to hash to, and the error for bytes that do not.
    struct Proof: Sendable {
        var digest: PayloadDigest
        var mismatch: @Sendable (_ actual: PayloadDigest) -> ExternalStorageError
    }

    /// Nil if somebody else has looked at the bytes.
    let proof: Proof?
    let open: Open

    /// Chunks that a driver reads from its store.
    ///
    /// - Parameters:
    ///   - digest: The SHA-256 that the claim names.
    ///   - place: Where the bytes are, for the text of an error; nothing secret.
    ///   - open: Begins to read; called once per iteration, before its first chunk.
    public init(digest: PayloadDigest, place: String, open: @escaping Open) {
        let proof = Proof(digest: digest) { actual in
            ExternalStorageError(
                code: .corrupted,
                message: "integrity check failed [\(place)]: expected sha256:\(digest.hexadecimal), got "
                    + "sha256:\(actual.hexadecimal); the object was changed after it was stored"
            )
        }
        self.init(proof: proof, open: open)
    }

    init(proof: Proof?, open: @escaping Open) {
        self.proof = proof
        self.open = open
    }

    /// Begins an iteration.
    ///
    /// - Returns: An iterator; nothing is read before its first chunk is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: self)
    }
}
