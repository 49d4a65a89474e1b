//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Logging

extension S3StorageDriver {
    /// Reads from the bucket of the claim, and, if it does not have the object or is out of reach, from its replicas.
    ///
    /// - Returns: The first result there is.
    /// - Throws: `S3Failure`: *not found* only if every bucket said so, else the first failure that leaves it open.
    func get(_ request: S3GetRequest, _ limiter: StorageLimiter) async throws -> S3GetResult {
        var request = request
        let replicas = self.configuration.replicaBuckets.filter { $0.name != request.bucket }
        // Somewhere the object is, or it is nowhere: there is nothing to wait for.
        request.waitsForReplication = replicas.isEmpty
        var verdict: S3Failure
        do {
            return try await limiter.withPermit { try await self.client.get(request) }
        } catch let failure as S3Failure where failure.mayBeElsewhere {
            verdict = failure
        }
        for replica in replicas {
            request.bucket = replica.name
            request.region = replica.region
            do {
                let result = try await limiter.withPermit { try await self.client.get(request) }
                self.logger.info(
                    "read from a replica",
                    metadata: ["driver": "\(self.name)", "bucket": "\(replica.name)", "reason": "\(verdict.kind)"]
                )
                return result
            } catch let failure as S3Failure {
                if verdict.kind == .notFound, failure.kind != .notFound { verdict = failure }
            }
        }
        throw verdict
    }
}

extension S3Failure {
    /// Whether another copy of the bucket may give what this one did not.
    ///
    /// *Forbidden* is what AWS says for a missing object to someone without the right to list.
    fileprivate var mayBeElsewhere: Bool {
        [.notFound, .forbidden, .throttled, .unavailable].contains(self.kind)
    }
}
