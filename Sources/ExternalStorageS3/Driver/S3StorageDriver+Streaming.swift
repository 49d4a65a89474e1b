//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import NIOCore

extension S3StorageDriver: StreamingStorageDriver {
    /// The most parts that one upload may have.
    private static let partLimit = 10_000

    /// Uploads a payload in parts, reading it as they are sent, unless it is in the bucket already.
    ///
    /// A payload that fits into one part, or for which the client or the configuration
    /// (``Configuration/multipartThresholdInBytes`` is nil) knows no parts, is read into memory and written in one
    /// request. On failure and cancellation the upload is aborted.
    ///
    /// - Parameters:
    ///   - payload: What to store.
    ///   - context: Whose it is, and the limiter; one permit per request.
    /// - Returns: The claim, the same as for the payload in memory (ES-D2).
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before anything is sent, `corrupted` if the source changed,
    ///   else classified by what the store said; what the bucket closure throws; `CancellationError`.
    @concurrent
    public func store(
        _ payload: StreamedPayload,
        context: StorageDriverStoreContext
    ) async throws -> StorageDriverClaim {
        try self.checkSize(payload.sizeInBytes)
        let bucket = try await self.bucket.choose(context, payload.outline)
        let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .s3).text
        let claim = S3Claim(bucket: bucket, key: key, digest: payload.digest)
        let partSize = max(
            self.configuration.uploadPartSizeInBytes,
            (payload.sizeInBytes + Self.partLimit - 1) / Self.partLimit
        )
        guard self.configuration.multipartThresholdInBytes != nil, payload.sizeInBytes > partSize,
            let client = self.client as? any S3MultipartClient
        else {
            try await self.upload(payload.load(), to: claim, context.limiter)
            return claim.claim
        }
        do {
            try await self.upload(inPartsTo: claim, client, context.limiter) { uploadID in
                try await self.uploadParts(
                    of: payload.chunks(ofSize: partSize),
                    uploadID,
                    claim,
                    client,
                    context.limiter
                )
            }
        } catch let failure as S3Failure {
            throw failure.externalStorageError("store")
        }
        return claim.claim
    }

    /// Sends chunks as parts, a few at a time; throws before the last is sent if the chunks are not the right ones.
    private func uploadParts(
        of chunks: PayloadChunks,
        _ uploadID: String,
        _ claim: S3Claim,
        _ client: any S3MultipartClient,
        _ limiter: StorageLimiter
    ) async throws -> [S3UploadedPart] {
        try await withThrowingTaskGroup(of: S3UploadedPart.self) { group in
            var (parts, number): ([S3UploadedPart], Int) = ([], 0)
            for try await chunk in chunks {
                number += 1
                if number > self.configuration.streamedPartsAtATime, let part = try await group.next() {
                    parts.append(part)
                }
                group.addTask { [number] in
                    let digest = PayloadDigest(hashing: chunk)
                    return try await limiter.withPermit {
                        try await client.uploadPart(
                            number: number,
                            body: chunk,
                            digest: digest,
                            uploadID: uploadID,
                            bucket: claim.bucket,
                            key: claim.key
                        )
                    }
                }
            }
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.number < $1.number }
        }
    }

    /// Reads an object range by range, and verifies its digest at the end (ES-D3).
    ///
    /// The ranges have ``Configuration/downloadPartSizeInBytes``, or 16 MiB. An object may be of any size: it is not in
    /// memory as a whole.
    ///
    /// - Parameters:
    ///   - claim: Where to find it; of any SDK.
    ///   - context: The limiter; one permit per range.
    /// - Returns: The chunks. Iterating throws `ExternalStorageError`: `corrupted` in place of the last chunk, else
    ///   classified by what the store said; `CancellationError`.
    /// - Throws: `ExternalStorageError`: `invalidClaim`.
    public func chunks(
        of claim: StorageDriverClaim,
        context: StorageDriverRetrieveContext
    ) async throws -> PayloadChunks {
        let claim = try self.checked(claim)
        return PayloadChunks(digest: claim.digest, place: self.place(claim)) {
            S3ChunkReader(driver: self, claim: claim, limiter: context.limiter)
        }
    }
}

/// Reads one object, range by range.
private struct S3ChunkReader: PayloadChunkReader {
    private let driver: S3StorageDriver
    private let limiter: StorageLimiter
    private let rangeSize: Int
    private var request: S3GetRequest
    private var position = 0
    /// The size of the object, once the first answer has told it.
    private var sizeInBytes: Int?

    init(driver: S3StorageDriver, claim: S3Claim, limiter: StorageLimiter) {
        self.driver = driver
        self.limiter = limiter
        self.rangeSize = driver.configuration.downloadPartSizeInBytes ?? 16 * 1_024 * 1_024
        self.request = S3GetRequest(bucket: claim.bucket, key: claim.key, maximumSizeInBytes: self.rangeSize)
    }

    mutating func next() async throws -> ByteBuffer? {
        guard self.position < self.sizeInBytes ?? .max else { return nil }
        self.request.range = self.position..<(self.position + self.rangeSize)
        let result: S3GetResult
        do {
            result = try await self.driver.get(self.request, self.limiter)
        } catch let failure as S3Failure {
            throw failure.externalStorageError("retrieve")
        }
        self.position += result.body.readableBytes
        self.sizeInBytes = result.info.sizeInBytes ?? self.position
        // An object that has become shorter meanwhile ends here; the digest tells.
        return result.body.readableBytes == 0 ? nil : result.body
    }
}
