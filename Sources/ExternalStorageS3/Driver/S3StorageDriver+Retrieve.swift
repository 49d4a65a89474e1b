//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import NIOCore

extension S3StorageDriver {
    /// Downloads payloads, all at the same time under the limiter, and verifies each digest (ES-D3).
    ///
    /// All claims are checked before anything is sent. The first failure cancels the other downloads and waits for
    /// them.
    ///
    /// - Parameters:
    ///   - claims: Where to find the payloads; of any SDK.
    ///   - context: The limiter; one permit is taken per request.
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
            checked.append(try S3Claim(claim, readableBuckets: self.configuration.readableBuckets))
        }
        let payloads = try await withThrowingTaskGroup(of: (S3Claim, Payload).self) { group in
            for claim in Set(checked) {
                group.addTask { (claim, try await self.download(claim, context.limiter)) }
            }
            var payloads: [S3Claim: Payload] = [:]
            for try await (claim, payload) in group { payloads[claim] = payload }
            return payloads
        }
        return checked.compactMap { payloads[$0] }
    }

    private func download(_ claim: S3Claim, _ limiter: StorageLimiter) async throws -> Payload {
        let body: ByteBuffer
        let digest: PayloadDigest
        do {
            (body, digest) = try await self.read(claim, limiter)
        } catch let failure as S3Failure {
            throw failure.externalStorageError("retrieve")
        }
        guard digest == claim.digest else {
            throw ExternalStorageError(
                code: .corrupted,
                message: "integrity check failed [\(self.place(claim))]: expected "
                    + "sha256:\(claim.digest.hexadecimal), got sha256:\(digest.hexadecimal); the object was changed "
                    + "after it was stored"
            )
        }
        do {
            return try Payload(serializedBytes: body).withDigest(digest)
        } catch {
            throw ExternalStorageError(
                code: .corrupted,
                message: "failed to unmarshal payload [\(self.place(claim))]: \(error.message)",
                cause: error
            )
        }
    }

    /// Bucket, key, and where the client looks for the bucket, as texts name a place (ES-F1).
    func place(_ claim: S3Claim) -> String {
        (["bucket=\(claim.bucket)", "key=\(claim.key)"]
            + self.client.describe(bucket: claim.bucket).map { "\($0.name)=\($0.value)" })
            .joined(separator: ", ")
    }

    /// The whole object and the SHA-256 of its bytes.
    private func read(_ claim: S3Claim, _ limiter: StorageLimiter) async throws -> (ByteBuffer, PayloadDigest) {
        var request = S3GetRequest(
            bucket: claim.bucket,
            key: claim.key,
            maximumSizeInBytes: self.configuration.maximumRetrievalSizeInBytes
        )
        let assembly = ObjectAssembly()
        request.assembly = assembly
        let partSize = self.configuration.downloadPartSizeInBytes
        if let partSize { request.range = 0..<partSize }
        let first = try await self.get(request, limiter)
        // A client that knows no assembly has returned the bytes.
        assembly.write(first.body, at: 0, ofRangeFrom: 0)
        let count = assembly.count
        let size = first.info.sizeInBytes ?? count
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
        // The parts after the first, all at the same time.
        try await withThrowingDiscardingTaskGroup { [request] group in
            for range in Self.ranges(of: count..<size, size: partSize) {
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
