//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What one call of a driver's `store` is told.
public struct StorageDriverStoreContext: Sendable {
    /// What all payloads of the call belong to; nil if nobody knows.
    public var target: StorageDriverTarget?
    /// The namespace of the call, which need not be the target's.
    public var namespace: String
    /// Take one permit per request to the store (ES-P7).
    public var limiter: StorageLimiter

    /// Creates a context.
    ///
    /// - Parameters:
    ///   - target: What all payloads of the call belong to.
    ///   - namespace: The namespace of the call.
    ///   - limiter: Hands out the permits.
    public init(target: StorageDriverTarget? = nil, namespace: String, limiter: StorageLimiter) {
        self.target = target
        self.namespace = namespace
        self.limiter = limiter
    }
}
