//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The state of one request that may be repeated: an event comes in, what to do comes out.
///
/// Nothing waits in here.
struct S3Retry: Sendable {
    /// Why an attempt failed, as far as repeating is concerned.
    enum Cause: Hashable, Sendable {
        /// The same request may well succeed: a 5xx, a connection that broke, a race.
        case transient
        /// The store asks for fewer requests.
        case throttled
        /// The object is not there, and may be on its way from another region.
        case notReplicatedYet
        /// Nothing changes by repeating.
        case permanent
    }

    enum Action: Hashable, Sendable {
        case retry(after: Duration)
        case giveUp(Reason)
    }

    enum Reason: Hashable, Sendable {
        case permanent
        case attempts
        case quota
    }

    private let policy: S3RetryPolicy
    /// How many attempts were made, the running one included.
    private(set) var attempts = 1
    private var retries = 0
    private var replicationRetries = 0
    private var lastCost: Int?

    init(policy: S3RetryPolicy) {
        self.policy = policy
    }

    /// An attempt failed.
    ///
    /// - Parameters:
    ///   - cause: Why.
    ///   - retryAfter: What the store asked for (`x-amz-retry-after`), if it did.
    ///   - random: A random number, 0 to below 1.
    ///   - quota: The tokens all requests share.
    /// - Returns: What to do now.
    mutating func failed(
        _ cause: Cause,
        retryAfter: Duration?,
        random: Double,
        quota: inout S3RetryQuota
    ) -> Action {
        switch cause {
        case .permanent:
            return .giveUp(.permanent)
        case .notReplicatedYet:
            guard self.replicationRetries < self.policy.replicationRetries else { return .giveUp(.attempts) }
            let delay = Self.doubled(self.policy.replicationDelay, self.replicationRetries, self.policy.maximumDelay)
            self.replicationRetries += 1
            self.attempts += 1
            return .retry(after: delay)
        case .transient, .throttled:
            break
        }
        guard self.retries + 1 < self.policy.maximumAttempts else { return .giveUp(.attempts) }
        let cost = cause == .throttled ? self.policy.throttlingCost : self.policy.transientCost
        guard quota.take(cost) else { return .giveUp(.quota) }
        self.lastCost = cost
        let base = cause == .throttled ? self.policy.throttlingBaseDelay : self.policy.baseDelay
        let bound = Self.doubled(base, self.retries, self.policy.maximumDelay)
        var delay = bound * random
        if let retryAfter { delay = min(max(retryAfter, delay), delay + .seconds(5)) }
        self.retries += 1
        self.attempts += 1
        return .retry(after: delay)
    }

    /// Another attempt is made at once, because something was learnt: a region, the time, newer credentials.
    mutating func corrected() {
        self.attempts += 1
    }

    /// An attempt succeeded: tokens are given back.
    mutating func succeeded(quota: inout S3RetryQuota) {
        quota.give(self.lastCost ?? 1)
    }

    private static func doubled(_ base: Duration, _ times: Int, _ maximum: Duration) -> Duration {
        var bound = base
        for _ in 0..<times where bound < maximum { bound *= 2 }
        return min(bound, maximum)
    }
}
