//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Logging
internal import Synchronization

extension S3StorageDriver {
    /// Reads from the bucket of the claim, and, if it does not have the object or is out of reach, from its replicas.
    ///
    /// With replicas, each bucket is first asked once and not for long; one that was silent a moment ago is asked last.
    /// If none of them has given the object, those that did not say that they have none are asked again, with all
    /// patience.
    ///
    /// - Returns: The first result there is.
    /// - Throws: `S3Failure`: *not found* only if every bucket said so, else the first failure that leaves it open.
    func get(_ request: S3GetRequest, _ limiter: StorageLimiter) async throws -> S3GetResult {
        let replicas = self.configuration.replicaBuckets.filter { $0.name != request.bucket }
        guard !replicas.isEmpty else { return try await limiter.withPermit { try await self.client.get(request) } }
        var requests: [S3GetRequest] = []
        for replica in [nil] + replicas.map(Optional.some) {
            var request = request
            // Somewhere the object is, or it is nowhere: there is nothing to wait for.
            request.waitsForReplication = false
            if let replica { (request.bucket, request.region) = (replica.name, replica.region) }
            requests.append(request)
        }
        var verdict: S3Failure?
        var open: [S3GetRequest] = []
        var silent: [S3GetRequest] = []
        for request in requests {
            guard self.breaker.withLock({ $0.mayAsk(request.bucket, now: self.now()) }) else {
                silent.append(request)
                continue
            }
            var once = request
            once.maximumAttempts = 1
            once.firstByteTimeout = self.configuration.replicaPatience
            do {
                return try await self.get(once, insteadOf: requests[0], verdict, limiter)
            } catch let failure as S3Failure where failure.mayBeElsewhere || request.bucket != requests[0].bucket {
                switch failure.kind {
                case .notFound: break
                case .unavailable: silent.append(request)
                default: open.append(request)
                }
                verdict = Self.verdict(verdict, failure)
            }
        }
        for request in open + silent {
            do {
                return try await self.get(request, insteadOf: requests[0], verdict, limiter)
            } catch let failure as S3Failure where failure.mayBeElsewhere || request.bucket != requests[0].bucket {
                verdict = Self.verdict(verdict, failure)
            }
        }
        // There is a request, and each has ended in a result or a failure.
        throw verdict ?? S3Failure(.unavailable, operation: "GetObject", bucket: request.bucket, key: request.key)
    }

    /// Asks one bucket, and remembers whether it answered.
    private func get(
        _ request: S3GetRequest,
        insteadOf first: S3GetRequest,
        _ verdict: S3Failure?,
        _ limiter: StorageLimiter
    ) async throws -> S3GetResult {
        do {
            let result = try await limiter.withPermit { try await self.client.get(request) }
            self.breaker.withLock { $0.answered(request.bucket) }
            if request.bucket != first.bucket {
                self.logger.info(
                    "read from a replica",
                    metadata: [
                        "driver": "\(self.name)", "bucket": "\(request.bucket)",
                        "reason": "\(verdict?.kind ?? .unavailable)",
                    ]
                )
            }
            return result
        } catch let failure as S3Failure {
            self.breaker.withLock { breaker in
                if failure.kind == .unavailable {
                    breaker.failed(request.bucket, now: self.now())
                } else {
                    breaker.answered(request.bucket)
                }
            }
            throw failure
        }
    }

    /// What to say when all have failed: the first failure that leaves open whether the object is there.
    private static func verdict(_ verdict: S3Failure?, _ failure: S3Failure) -> S3Failure {
        guard let verdict else { return failure }
        return verdict.kind == .notFound && failure.kind != .notFound ? failure : verdict
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
