//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension StorageRunner {
    /// Stores the chosen payloads of one message.
    ///
    /// - Returns: One element per item of the message: its reference, or nil if it was not chosen.
    func store(
        _ choices: [StorePlan.Choice],
        of items: [ExternalStorage.StoreItem],
        namespace: String
    ) async throws -> [Payload?] {
        guard !choices.isEmpty else { return Array(repeating: nil, count: items.count) }
        let payloads = try await self.hashed(choices.map { items[$0.item].payload })
        let recent = self.recentClaims(of: choices, items: items, payloads: payloads, namespace: namespace)
        let plan = StorePlan(choices, of: items, payloads: payloads, recent: recent)

        let scope = MessageScope(namespace: namespace, permits: self.configuration.requestsPerMessage)
        defer { self.telemetry.record(scope.intervals, .store) }
        let claims = try await self.runAll(plan.calls) { call in
            let claims = try await self.store(call, scope: scope)
            self.remember(call, claims, namespace: namespace)
            return claims
        }
        return try await self.references(plan, claims, count: items.count)
    }

    /// Digests are computed up front where somebody besides the driver needs them, or where there is work for more than
    /// one core.
    ///
    /// A driver that needs none is then not made to pay for one of a single payload.
    private func hashed(_ payloads: [Payload]) async throws -> [Payload] {
        guard self.cache != nil || payloads.count > 1 else { return payloads }
        return try await PayloadHashing.hash(payloads)
    }

    private func recentClaims(
        of choices: [StorePlan.Choice],
        items: [ExternalStorage.StoreItem],
        payloads: [Payload],
        namespace: String
    ) -> [StorageDriverClaim?] {
        guard let cache = self.cache else { return Array(repeating: nil, count: choices.count) }
        let claims = cache.recentClaims(
            for: zip(choices, payloads).map { choice, payload in
                PayloadCacheState.StoreKey(
                    driver: choice.driver,
                    target: items[choice.item].target,
                    namespace: namespace,
                    digest: payload.digest
                )
            }
        )
        for (choice, claim) in zip(choices, claims) where claim != nil {
            self.telemetry.cacheHit(.store, self.registry[choice.driver])
        }
        return claims
    }

    private func remember(_ call: StorePlan.Call, _ claims: [StorageDriverClaim], namespace: String) {
        guard let cache = self.cache else { return }
        for (payload, claim) in zip(call.payloads, claims) {
            let key = PayloadCacheState.StoreKey(
                driver: call.driver,
                target: call.target,
                namespace: namespace,
                digest: payload.digest
            )
            cache.stored(payload, key: key, claim: claim)
        }
    }

    private func references(
        _ plan: StorePlan,
        _ claims: [[StorageDriverClaim]],
        count: Int
    ) async throws -> [Payload?] {
        var references: [Payload] = []
        var places: [[Int]] = []
        func add(_ claim: StorageDriverClaim, driver: Int, sizeInBytes: Int, items: [Int]) {
            let reference = StorageReference(driverName: self.registry[driver].name, claim: claim)
            references.append(reference.payload(forStored: sizeInBytes))
            places.append(items)
        }
        for (call, claims) in zip(plan.calls, claims) {
            for (index, claim) in claims.enumerated() {
                let size = call.payloads[index].sizeInBytes
                add(claim, driver: call.driver, sizeInBytes: size, items: call.items[index])
            }
        }
        for known in plan.known {
            add(known.claim, driver: known.driver, sizeInBytes: known.sizeInBytes, items: [known.item])
        }
        var result: [Payload?] = Array(repeating: nil, count: count)
        let encoded = try await ReferenceCodec(self.configuration.references).encode(references)
        for (items, reference) in zip(places, encoded) {
            for item in items { result[item] = reference }
        }
        return result
    }

    private func store(_ call: StorePlan.Call, scope: MessageScope) async throws -> [StorageDriverClaim] {
        let driver = self.registry[call.driver]
        return try await self.observe(
            .store,
            driver,
            payloads: call.payloads.count,
            scope: scope,
            moved: { $0 == nil ? [] : call.payloads },
            body: { limiter in
                let context = StorageDriverStoreContext(
                    target: call.target,
                    namespace: scope.namespace,
                    limiter: limiter
                )
                let claims = try await driver.driver.store(call.payloads, context: context)
                try driver.check(count: claims.count, of: "claims", for: call.payloads.count, "payloads")
                return claims
            }
        )
    }
}
