//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import StoreHTTP

// What all object stores share has general names where it is written, and the names of S3 here.
typealias S3Lanes = HTTPLanes
typealias S3Retry = RequestRetry
typealias S3RetryQuota = RetryQuota

extension RequestRetry {
    /// The state of a request that has not been sent yet.
    init(policy: S3RetryPolicy) {
        self.init(
            rules: RetryRules(
                maximumAttempts: policy.maximumAttempts,
                baseDelay: policy.baseDelay,
                throttlingBaseDelay: policy.throttlingBaseDelay,
                maximumDelay: policy.maximumDelay,
                transientCost: policy.transientCost,
                throttlingCost: policy.throttlingCost,
                replicationRetries: policy.replicationRetries,
                replicationDelay: policy.replicationDelay
            )
        )
    }
}
