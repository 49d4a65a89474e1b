//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The state of one request that may be repeated: an event comes in, what to do comes out.
///
/// Nothing waits in here.
package struct RequestRetry: Sendable {
    /// Why an attempt failed, as far as repeating is concerned.
    package enum Cause: Hashable, Sendable {
        /// The same request may well succeed: a 5xx, a connection that broke, a race.
        case transient
        /// The store asks for fewer requests.
        case throttled
        /// The object is not there, and may be on its way from another region.
        case notReplicatedYet
        /// Nothing changes by repeating.
        case permanent
    }

    package enum Action: Hashable, Sendable {
        case retry(after: Duration)
        case giveUp(Reason)
    }

    package enum Reason: Hashable, Sendable {
        case permanent
        case attempts
        case quota
    }

    private let rules: RetryRules
    /// How many attempts were made, the running one included.
    package private(set) var attempts = 1
    private var retries = 0
    private var replicationRetries = 0
    private var lastCost: Int?

    package init(rules: RetryRules) {
        self.rules = rules
    }

    /// An attempt failed.
    ///
    /// - Parameters:
    ///   - cause: Why.
    ///   - retryAfter: What the store asked for if it did.
    ///   - random: A random number, 0 to below 1.
    ///   - quota: The tokens all requests share.
    /// - Returns: What to do now.
    package mutating func failed(
        _ cause: Cause,
        retryAfter: Duration?,
        random: Double,
        quota: inout RetryQuota
    ) -> Action {
        switch cause {
        case .permanent:
            return .giveUp(.permanent)
        case .notReplicatedYet:
            guard self.replicationRetries < self.rules.replicationRetries else { return .giveUp(.attempts) }
            let delay = Self.doubled(self.rules.replicationDelay, self.replicationRetries, self.rules.maximumDelay)
            self.replicationRetries += 1
            self.attempts += 1
            return .retry(after: delay)
        case .transient, .throttled:
            break
        }
        guard self.retries + 1 < self.rules.maximumAttempts else { return .giveUp(.attempts) }
        let cost = cause == .throttled ? self.rules.throttlingCost : self.rules.transientCost
        guard quota.take(cost) else { return .giveUp(.quota) }
        self.lastCost = cost
        let base = cause == .throttled ? self.rules.throttlingBaseDelay : self.rules.baseDelay
        let bound = Self.doubled(base, self.retries, self.rules.maximumDelay)
        var delay = bound * random
        if let retryAfter { delay = min(max(retryAfter, delay), delay + .seconds(5)) }
        self.retries += 1
        self.attempts += 1
        return .retry(after: delay)
    }

    /// Another attempt is made at once, because something was learnt: a region, the time, newer credentials.
    package mutating func corrected() {
        self.attempts += 1
    }

    /// An attempt succeeded: tokens are given back.
    package mutating func succeeded(quota: inout RetryQuota) {
        quota.give(self.lastCost ?? 1)
    }

    private static func doubled(_ base: Duration, _ times: Int, _ maximum: Duration) -> Duration {
        var bound = base
        for _ in 0..<times where bound < maximum { bound *= 2 }
        return min(bound, maximum)
    }
}
