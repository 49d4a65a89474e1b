//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Logging
internal import NIOCore
internal import Synchronization

extension S3StorageDriver {
    /// The client, if it can write in parts and the payload is large enough for that.
    func partedClient(for payload: Payload) -> (any S3MultipartClient)? {
        guard let threshold = self.configuration.multipartThresholdInBytes, payload.sizeInBytes >= threshold else {
            return nil
        }
        return self.client as? any S3MultipartClient
    }

    /// Uploads a large payload in parts.
    ///
    /// Asks first whether it is there: finding out at the end would have cost the whole upload. On failure the upload
    /// is aborted, so that its parts cost nothing. After a race with another writer it begins anew, once.
    ///
    /// - Parameters:
    ///   - claim: Where it goes.
    ///   - client: Sends the parts.
    ///   - limiter: Hands out the permits.
    ///   - sendParts: Sends all parts of the upload of that name, and returns them in order; called twice at most.
    /// - Throws: `S3Failure`; what `sendParts` throws; `CancellationError`.
    func upload(
        inPartsTo claim: S3Claim,
        _ client: any S3MultipartClient,
        _ limiter: StorageLimiter,
        _ sendParts: (String) async throws -> [S3UploadedPart]
    ) async throws {
        if let info = try await self.head(claim, limiter), !self.isTooOld(info) { return }
        do {
            try await self.uploadOnce(claim, client, limiter, sendParts)
        } catch let conflict as S3Failure where conflict.kind == .conflict {
            // Another writer was in the way, or the upload is gone: what is needed is the object, whoever writes it.
            if let info = try await self.head(claim, limiter), !self.isTooOld(info) { return }
            try await self.uploadOnce(claim, client, limiter, sendParts)
        }
    }

    private func uploadOnce(
        _ claim: S3Claim,
        _ client: any S3MultipartClient,
        _ limiter: StorageLimiter,
        _ sendParts: (String) async throws -> [S3UploadedPart]
    ) async throws {
        let isRefresh = self.configuration.refreshAfter != nil
        let uploadID = try await limiter.withPermit {
            try await client.createUpload(bucket: claim.bucket, key: claim.key)
        }
        do {
            let parts = try await sendParts(uploadID)
            let isConditional =
                self.configuration.existenceCheck == .conditionalWrite && !isRefresh
                && !self.lacksConditions.withLock { $0 }
            func complete(onlyIfAbsent: Bool) async throws -> S3PutOutcome {
                try await limiter.withPermit {
                    try await client.completeUpload(
                        uploadID: uploadID,
                        parts: parts,
                        bucket: claim.bucket,
                        key: claim.key,
                        onlyIfAbsent: onlyIfAbsent
                    )
                }
            }
            let outcome: S3PutOutcome
            do {
                outcome = try await complete(onlyIfAbsent: isConditional)
            } catch let refusal as S3Failure where isConditional && refusal.mayMeanTheCondition {
                outcome = try await complete(onlyIfAbsent: false)
                self.noteMissingConditions(refusal)
            }
            if outcome == .alreadyPresent { await self.abort(uploadID, claim, client) }
        } catch {
            await self.abort(uploadID, claim, client)
            throw error
        }
    }

    /// What the store says about the object; nil also if this identity may not know.
    func head(_ claim: S3Claim, _ limiter: StorageLimiter) async throws -> S3ObjectInfo? {
        do {
            return try await limiter.withPermit {
                try await self.client.head(bucket: claim.bucket, key: claim.key)
            }
        } catch let failure as S3Failure where failure.kind == .forbidden {
            return nil
        }
    }

    /// Sends all parts at the same time under the limiter.
    func uploadParts(
        of body: ByteBuffer,
        _ uploadID: String,
        _ claim: S3Claim,
        _ client: any S3MultipartClient,
        _ limiter: StorageLimiter
    ) async throws -> [S3UploadedPart] {
        let ranges = Self.ranges(of: 0..<body.readableBytes, size: self.configuration.uploadPartSizeInBytes)
        return try await withThrowingTaskGroup(of: S3UploadedPart.self) { group in
            for (index, range) in ranges.enumerated() {
                group.addTask {
                    let part = body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count)
                    let bytes = part ?? ByteBuffer()
                    let digest = PayloadDigest(hashing: bytes)
                    return try await limiter.withPermit {
                        try await client.uploadPart(
                            number: index + 1,
                            body: bytes,
                            digest: digest,
                            uploadID: uploadID,
                            bucket: claim.bucket,
                            key: claim.key
                        )
                    }
                }
            }
            var parts: [S3UploadedPart] = []
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.number < $1.number }
        }
    }

    /// Gives an upload up, also if the task is cancelled: what is left behind would cost money for ever.
    ///
    /// The client bounds the time that this takes to some seconds.
    private func abort(_ uploadID: String, _ claim: S3Claim, _ client: any S3MultipartClient) async {
        // A task of its own does not inherit the cancellation, and it is awaited here: nothing outlives this call.
        let task = Task { try await client.abortUpload(uploadID: uploadID, bucket: claim.bucket, key: claim.key) }
        do {
            try await task.value
        } catch {
            self.logger.warning(
                "an upload in parts could not be aborted; a lifecycle rule AbortIncompleteMultipartUpload removes it",
                metadata: ["driver": "\(self.name)", "bucket": "\(claim.bucket)", "key": "\(claim.key)"]
            )
        }
    }

    /// Cuts a range into ranges of a size; the last may be smaller.
    static func ranges(of whole: Range<Int>, size: Int) -> [Range<Int>] {
        stride(from: whole.lowerBound, to: whole.upperBound, by: size).map { start in
            start..<min(start + size, whole.upperBound)
        }
    }
}
