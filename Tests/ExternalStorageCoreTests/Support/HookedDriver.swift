//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting

/// Hands every call to a closure before a driver in memory does the work.
final class HookedDriver: StorageDriver {
    let name: String
    let type = "hooked"
    let base = InMemoryStorageDriver()
    private let hook: @Sendable (StorageLimiter) async throws -> Void

    init(name: String = "hooked", _ hook: @escaping @Sendable (StorageLimiter) async throws -> Void) {
        self.name = name
        self.hook = hook
    }

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        try await self.hook(context.limiter)
        return try await self.base.store(payloads, context: context)
    }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        try await self.hook(context.limiter)
        return try await self.base.retrieve(claims, context: context)
    }
}
