//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How failed requests are repeated, in numbers: what ``RequestRetry`` goes by.
///
/// Every store has a public type of its own for it, with its own defaults.
package struct RetryRules: Sendable, Hashable {
    /// How often a request is sent at most, the first time included; at least 1.
    package var maximumAttempts: Int
    /// The bound of the delay before the first retry after a transient failure; it doubles.
    package var baseDelay: Duration
    /// The bound of the delay before the first retry after throttling; it doubles.
    package var throttlingBaseDelay: Duration
    /// The largest bound.
    package var maximumDelay: Duration
    /// What a retry after a transient failure takes from the quota.
    package var transientCost: Int
    /// What a retry after throttling takes from the quota.
    package var throttlingCost: Int
    /// How often something missing is asked for again that may be on its way from another region.
    package var replicationRetries: Int
    /// The delay before the first of those retries; it doubles.
    package var replicationDelay: Duration

    package init(
        maximumAttempts: Int,
        baseDelay: Duration,
        throttlingBaseDelay: Duration,
        maximumDelay: Duration,
        transientCost: Int = 14,
        throttlingCost: Int = 5,
        replicationRetries: Int = 0,
        replicationDelay: Duration = .zero
    ) {
        self.maximumAttempts = maximumAttempts
        self.baseDelay = baseDelay
        self.throttlingBaseDelay = throttlingBaseDelay
        self.maximumDelay = maximumDelay
        self.transientCost = transientCost
        self.throttlingCost = throttlingCost
        self.replicationRetries = replicationRetries
        self.replicationDelay = replicationDelay
    }
}
