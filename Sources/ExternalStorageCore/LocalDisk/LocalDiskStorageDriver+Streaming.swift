//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

extension LocalDiskStorageDriver: StreamingStorageDriver {
    /// How much of a file is in memory at a time.
    private static let chunkSize = 4 * 1_048_576

    /// Copies a payload into a file, unless it is there already; then it is touched.
    ///
    /// The file appears whole or not at all, and only if the source gave what its digest says. On failure and
    /// cancellation the unfinished file is removed.
    ///
    /// - Parameters:
    ///   - payload: What to store.
    ///   - context: Whose it is, and the limiter; one permit for the whole file.
    /// - Returns: `key`, `hash_algorithm`, `hash_value`.
    /// - Throws: ``ExternalStorageError``: `payloadTooLarge` before anything is written, `corrupted` if the source
    ///   changed, else as ``store(_:context:)-(_,_)``. `CancellationError` between two chunks.
    public func store(
        _ payload: StreamedPayload,
        context: StorageDriverStoreContext
    ) async throws -> StorageDriverClaim {
        try self.checkSize(payload.sizeInBytes)
        let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .file).text
        let files = self.files
        try await context.limiter.withPermit {
            let isThere = try await BlockingWork.run { try files.touch(key, sizeInBytes: payload.sizeInBytes) }
            guard !isThere else { return }
            let file = try await BlockingWork.run { try files.beginFile(for: key) }
            do {
                for try await chunk in payload.chunks(ofSize: Self.chunkSize) {
                    try await BlockingWork.run { try files.append(chunk, to: file) }
                }
                try await BlockingWork.run { try files.finish(file) }
            } catch {
                // Quick, and not to be skipped when the task is cancelled: on this thread.
                file.discard()
                throw error
            }
        }
        return LocalDiskClaim(key: key, digest: payload.digest).claim
    }

    /// Reads a file in chunks, and checks its digest at the end.
    ///
    /// - Parameters:
    ///   - claim: Where to find it.
    ///   - context: The limiter; one permit per chunk.
    /// - Returns: The chunks. Iterating throws ``ExternalStorageError``: `notFound`, `corrupted`, `forbidden`,
    ///   `unavailable`.
    /// - Throws: ``ExternalStorageError/Code/invalidClaim``.
    public func chunks(
        of claim: StorageDriverClaim,
        context: StorageDriverRetrieveContext
    ) async throws -> PayloadChunks {
        let place = try LocalDiskClaim(claim)
        let (files, limiter) = (self.files, context.limiter)
        return PayloadChunks(digest: place.digest, place: "root=\(files.root), key=\(place.key)") {
            let file = try await limiter.withPermit { try await BlockingWork.run { try files.open(place).file } }
            return LocalDiskChunkReader(
                files: files,
                file: file,
                key: place.key,
                chunkSize: Self.chunkSize,
                limiter: limiter
            )
        }
    }
}

/// Reads one file of the local disk driver, front to back.
private struct LocalDiskChunkReader: PayloadChunkReader {
    let files: LocalDiskFiles
    let file: OpenFile
    let key: String
    let chunkSize: Int
    let limiter: StorageLimiter
    private var position = 0

    init(files: LocalDiskFiles, file: OpenFile, key: String, chunkSize: Int, limiter: StorageLimiter) {
        self.files = files
        self.file = file
        self.key = key
        self.chunkSize = chunkSize
        self.limiter = limiter
    }

    mutating func next() async throws -> ByteBuffer? {
        let (files, file, key, size, position) = (self.files, self.file, self.key, self.chunkSize, self.position)
        let chunk = try await self.limiter.withPermit {
            try await BlockingWork.run { try files.read(file, key: key, count: size, at: position) }
        }
        self.position += chunk.readableBytes
        return chunk.readableBytes == 0 ? nil : chunk
    }
}
