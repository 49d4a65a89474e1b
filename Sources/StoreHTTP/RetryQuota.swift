//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Tokens that retries cost; all requests of a client share them.
///
/// A plain value: the client guards it.
package struct RetryQuota: Hashable, Sendable {
    package private(set) var tokens: Int
    private let capacity: Int

    package init(tokens: Int, capacity: Int) {
        self.tokens = tokens
        self.capacity = capacity
    }

    package mutating func take(_ cost: Int) -> Bool {
        guard self.tokens >= cost else { return false }
        self.tokens -= cost
        return true
    }

    package mutating func give(_ amount: Int) {
        self.tokens = min(self.capacity, self.tokens + amount)
    }
}
