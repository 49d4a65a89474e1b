//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a selector is told: whose payload it is.
public struct StorageDriverSelectContext: Hashable, Sendable {
    /// What the payload belongs to; nil if nobody knows.
    public var target: StorageDriverTarget?
    /// The namespace of the call, which need not be the target's.
    public var namespace: String

    /// Creates a context.
    ///
    /// - Parameters:
    ///   - target: What the payload belongs to.
    ///   - namespace: The namespace of the call.
    public init(target: StorageDriverTarget? = nil, namespace: String) {
        self.target = target
        self.namespace = namespace
    }
}
