//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import NIOCore
internal import StoreHTTP
internal import Synchronization

extension S3StorageDriver {
    /// Downloads payloads, all at the same time under the limiter, and verifies each digest (ES-D3).
    ///
    /// All claims are checked before anything is sent. The first failure cancels the other downloads and waits for
    /// them.
    ///
    /// - Parameters:
    ///   - claims: Where to find the payloads; of any SDK.
    ///   - context: The limiter, of which one permit is taken per request, and the budget, from which the length of an
    ///     object is taken before its first byte is read.
    /// - Returns: One payload per claim, in order.
    /// - Throws: ``ExternalStorageError``: `invalidClaim` before any download, `corrupted` if bytes do not match the
    ///   claim's digest (not repeated), else classified by what the store said; `CancellationError`.
    @concurrent
    public func retrieve(
        _ claims: [StorageDriverClaim],
        context: StorageDriverRetrieveContext
    ) async throws -> [Payload] {
        var checked: [S3Claim] = []
        for claim in claims {
            checked.append(try self.checked(claim))
        }
        return try await context.retrieveEach(checked) { claim, room in
            try await self.download(claim, context.limiter, into: room)
        }
    }

    /// Reads a claim, and looks up where its bucket has moved to.
    func checked(_ claim: StorageDriverClaim) throws(ExternalStorageError) -> S3Claim {
        try S3Claim(
            claim,
            readableBuckets: self.configuration.readableBuckets,
            movedBuckets: self.configuration.movedBuckets
        )
    }

    private func download(
        _ claim: S3Claim,
        _ limiter: StorageLimiter,
        into room: RetrievalRoom
    ) async throws -> Payload {
        let body: ByteBuffer
        let digest: PayloadDigest
        do {
            (body, digest) = try await self.read(claim, limiter, into: room)
        } catch let failure as S3Failure {
            throw failure.externalStorageError("retrieve")
        }
        return try Payload(
            retrieved: body,
            digest: digest,
            expected: claim.digest,
            place: self.place(claim)
        )
    }

    /// Bucket, key, and where the client looks for the bucket, as texts name a place (ES-F1).
    func place(_ claim: S3Claim) -> String {
        (["bucket=\(claim.bucket)", "key=\(claim.key)"]
            + self.client.describe(bucket: claim.bucket).map { "\($0.name)=\($0.value)" })
            .joined(separator: ", ")
    }

    /// Reads, and learns how fast one stream is.
    private func timed(_ request: S3GetRequest, _ limiter: StorageLimiter) async throws -> S3GetResult {
        let (read, begin) = (self.pace.withLock { $0.begin(request.bucket) }, ContinuousClock.now)
        var size = 0
        defer {
            let duration = ContinuousClock.now - begin
            self.pace.withLock { [size] in $0.end(read, sizeInBytes: size, after: duration) }
        }
        let result = try await self.get(request, limiter)
        size = max(request.assembly?.count ?? 0, result.body.readableBytes)
        return result
    }

    /// The whole object and the SHA-256 of its bytes; nothing of it is read if there is no room (ES-P11).
    private func read(
        _ claim: S3Claim,
        _ limiter: StorageLimiter,
        into room: RetrievalRoom
    ) async throws -> (ByteBuffer, PayloadDigest) {
        var request = S3GetRequest(
            bucket: claim.bucket,
            key: claim.key,
            maximumSizeInBytes: self.configuration.maximumRetrievalSizeInBytes
        )
        let assembly = ObjectAssembly()
        request.assembly = assembly
        request.room = room
        let partSize = self.configuration.downloadPartSizeInBytes
        if let partSize, !self.pace.withLock({ $0.isFast(claim.bucket) }) { request.range = 0..<partSize }
        let first = try await self.timed(request, limiter)
        // A client that knows no assembly has returned the bytes.
        assembly.write(first.body, at: 0, ofRangeFrom: 0)
        let count = assembly.count
        let size = first.info.sizeInBytes ?? count
        // Nor does it know of the room.
        try room.reserve(max(size, count))
        guard let partSize, size > count else { return assembly.finish() }
        guard size <= self.configuration.maximumRetrievalSizeInBytes else {
            throw S3Failure(
                .tooLarge,
                operation: "GetObject",
                bucket: claim.bucket,
                key: claim.key,
                message: "the object has \(size) bytes, "
                    + "\(self.configuration.maximumRetrievalSizeInBytes) are accepted"
            )
        }
        // The parts after the first, all at the same time; where one stream is fast, they are one.
        let isFast = self.pace.withLock { $0.isFast(claim.bucket) }
        try await withThrowingDiscardingTaskGroup { [request] group in
            for range in Self.ranges(of: count..<size, size: isFast ? size : partSize) {
                group.addTask {
                    var part = request
                    part.range = range
                    assembly.write(try await self.get(part, limiter).body, at: 0, ofRangeFrom: range.lowerBound)
                }
            }
        }
        return assembly.finish()
    }
}
