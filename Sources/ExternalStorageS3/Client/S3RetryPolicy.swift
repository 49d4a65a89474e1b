//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How failed requests are repeated: the standard mode of the AWS SDKs, as of 2026.
///
/// Delays are random between zero and a bound that doubles with every retry. A quota that all requests of a client
/// share stops retries when most requests fail, so that a store in trouble is not asked three times as often.
public struct S3RetryPolicy: Sendable, Hashable {
    /// How often a request is sent at most, the first time included.
    ///
    /// At least 1.
    public var maximumAttempts = 3

    /// The bound of the delay before the first retry after a transient failure.
    public var baseDelay: Duration = .milliseconds(50)

    /// The bound of the delay before the first retry after throttling.
    public var throttlingBaseDelay: Duration = .seconds(1)

    /// The largest bound.
    public var maximumDelay: Duration = .seconds(20)

    /// The size of the quota.
    public var quota = 500

    /// What a retry after a transient failure takes from the quota.
    public var transientCost = 14

    /// What a retry after throttling takes from the quota.
    public var throttlingCost = 5

    /// How often a missing object is asked for again through a Multi-Region Access Point.
    ///
    /// The access point leads to the bucket that is near, and an object may not have been replicated there yet.
    public var replicationRetries = 4

    /// The delay before the first of those retries; it doubles.
    public var replicationDelay: Duration = .milliseconds(500)

    /// Creates the standard policy.
    public init() {}
}
