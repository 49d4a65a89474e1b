//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What one call of a driver's `retrieve` is told.
///
/// There is no target: a claim says all there is to say.
public struct StorageDriverRetrieveContext: Sendable {
    /// The namespace of the call.
    public var namespace: String
    /// Take one permit per request to the store (ES-P7).
    public var limiter: StorageLimiter
    /// Take from it what is about to be read (ES-P11).
    public var budget: RetrievalBudget

    /// Creates a context.
    ///
    /// - Parameters:
    ///   - namespace: The namespace of the call.
    ///   - limiter: Hands out the permits.
    ///   - budget: How much may be read; by default any amount.
    public init(namespace: String, limiter: StorageLimiter, budget: RetrievalBudget = RetrievalBudget()) {
        self.namespace = namespace
        self.limiter = limiter
        self.budget = budget
    }
}
