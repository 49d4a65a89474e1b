//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import Logging
internal import NIOCore
internal import StoreHTTP
internal import Synchronization

extension S3StorageDriver {
    /// Uploads what is not in the bucket yet, all payloads at the same time under the limiter (ES-D4, ES-D5).
    ///
    /// Nothing is sent before all sizes are checked and all buckets are chosen. The first failure cancels the other
    /// uploads and waits for them; objects already written stay, and the next attempt finds them.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose payloads they are, and the limiter; one permit is taken per request and kept while the
    ///     request is repeated, so that a store in trouble is asked less.
    /// - Returns: One claim per payload, in order.
    /// - Throws: ``ExternalStorageError``: `payloadTooLarge` before any upload, else classified by what the store said;
    ///   what the bucket closure throws; `CancellationError`.
    @concurrent
    public func store(
        _ payloads: [Payload],
        context: StorageDriverStoreContext
    ) async throws -> [StorageDriverClaim] {
        for payload in payloads { try self.checkSize(payload.sizeInBytes) }
        let payloads = try await payloads.hashed()
        var claims: [S3Claim] = []
        for payload in payloads {
            let bucket = try await self.bucket.choose(context, payload)
            let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .s3).text
            claims.append(S3Claim(bucket: bucket, key: key, digest: payload.digest))
        }
        // The same object twice in one call is one upload (ES-D5).
        let uploads = Dictionary(zip(claims, payloads)) { first, _ in first }
        // A discarding group cancels the others with the first failure; `waitForAll()` would let them finish first.
        try await withThrowingDiscardingTaskGroup { group in
            for (claim, payload) in uploads {
                group.addTask { try await self.upload(payload, to: claim, context.limiter) }
            }
        }
        return claims.map(\.claim)
    }

    /// - Throws: `payloadTooLarge`, which says what to change (ES-P9).
    func checkSize(_ sizeInBytes: Int) throws(ExternalStorageError) {
        try Payload.check(size: sizeInBytes, limit: self.configuration.payloadSizeLimit)
    }

    func upload(_ payload: Payload, to claim: S3Claim, _ limiter: StorageLimiter) async throws {
        do {
            if let parts = self.partedClient(for: payload) {
                return try await self.upload(inPartsTo: claim, parts, limiter) { uploadID in
                    try await self.uploadParts(of: payload.serializedBytes, uploadID, claim, parts, limiter)
                }
            }
            if self.configuration.existenceCheck == .conditionalWrite, !self.lacksConditions.withLock({ $0 }) {
                do {
                    switch try await self.put(payload, claim, onlyIfAbsent: true, limiter) {
                    case .written: return
                    case .alreadyPresent: return try await self.refresh(payload, claim, limiter)
                    }
                } catch let refusal as S3Failure where refusal.mayMeanTheCondition {
                    // A status does not tell: stores answer 400 and 501 to much else. Only a write that succeeds without
                    // the condition proves that it was the condition; any other reason is met again, and thrown.
                    if try await self.putAfterHead(payload, claim, limiter) { self.noteMissingConditions(refusal) }
                    return
                }
            }
            try await self.putAfterHead(payload, claim, limiter)
        } catch let failure as S3Failure {
            throw failure.externalStorageError("store")
        }
    }

    private func put(
        _ payload: Payload,
        _ claim: S3Claim,
        onlyIfAbsent: Bool,
        _ limiter: StorageLimiter
    ) async throws -> S3PutOutcome {
        let request = S3PutRequest(
            bucket: claim.bucket,
            key: claim.key,
            pieces: payload.pieces,
            digest: claim.digest,
            onlyIfAbsent: onlyIfAbsent
        )
        return try await limiter.withPermit { try await self.client.put(request) }
    }

    /// Asks first, and writes if there is nothing, or only something too old, or if this identity may not know.
    ///
    /// - Returns: Whether it wrote.
    @discardableResult
    private func putAfterHead(_ payload: Payload, _ claim: S3Claim, _ limiter: StorageLimiter) async throws -> Bool {
        if let info = try await self.head(claim, limiter), !self.isTooOld(info) { return false }
        _ = try await self.put(payload, claim, onlyIfAbsent: false, limiter)
        return true
    }

    /// Writes an object again that is there but too old to be relied on (ES-D4).
    private func refresh(_ payload: Payload, _ claim: S3Claim, _ limiter: StorageLimiter) async throws {
        guard self.configuration.refreshAfter != nil else { return }
        try await self.putAfterHead(payload, claim, limiter)
    }

    func isTooOld(_ info: S3ObjectInfo) -> Bool {
        guard let margin = self.configuration.refreshAfter else { return false }
        // Without an age there is no reason to believe that the object is young.
        guard let lastModified = info.lastModified else { return true }
        return .seconds(self.now() - lastModified) > margin
    }

    /// Remembers that the store does not know conditional writes; the first time, says so.
    func noteMissingConditions(_ failure: S3Failure) {
        let isNews = self.lacksConditions.withLock { lacks in
            defer { lacks = true }
            return !lacks
        }
        guard isNews else { return }
        self.logger.notice(
            "the store does not know conditional writes; asking with HEAD before each upload from now on",
            metadata: ["driver": "\(self.name)", "bucket": "\(failure.bucket)", "status": "\(failure.status ?? 0)"]
        )
    }
}
