//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging

/// Runs plans: the only place in which the pipeline waits for drivers.
struct StorageRunner: Sendable {
    let registry: DriverRegistry
    let configuration: ExternalStorage.Configuration
    let logger: Logger
    private let instancePermits: PermitPool

    init(registry: DriverRegistry, configuration: ExternalStorage.Configuration, logger: Logger) {
        self.registry = registry
        self.configuration = configuration
        self.logger = logger
        self.instancePermits = PermitPool(configuration.requestsPerInstance)
    }

    /// Stores the chosen payloads of one message.
    ///
    /// - Returns: One element per item of the message: its reference, or nil if it was not chosen.
    func store(
        _ choices: [StorePlan.Choice],
        of items: [ExternalStorage.StoreItem],
        namespace: String
    ) async throws -> [Payload?] {
        let payloads = try await PayloadHashing.hash(choices.map { items[$0.item].payload })
        let calls = StorePlan(choices, of: items, payloads: payloads).calls
        let messagePermits = PermitPool(self.configuration.requestsPerMessage)
        let claims = try await self.runAll(calls) { call in
            try await self.store(call, namespace: namespace, messagePermits: messagePermits)
        }
        var references: [Payload] = []
        for (call, claims) in zip(calls, claims) {
            let name = self.registry[call.driver].name
            for (payload, claim) in zip(call.payloads, claims) {
                references.append(
                    StorageReference(driverName: name, claim: claim).payload(forStored: payload.sizeInBytes)
                )
            }
        }
        references = try await ReferenceCodec(self.configuration.references).encode(references)
        var result: [Payload?] = Array(repeating: nil, count: items.count)
        for (items, reference) in zip(calls.lazy.flatMap(\.items), references) {
            for item in items { result[item] = reference }
        }
        return result
    }

    /// Retrieves what stands at the locations.
    ///
    /// - Returns: One payload per location, in order.
    func retrieve(_ locations: [RetrievePlan.Location], namespace: String) async throws -> [Payload] {
        let calls = RetrievePlan(locations).calls
        let messagePermits = PermitPool(self.configuration.requestsPerMessage)
        let payloads = try await self.runAll(calls) { call in
            try await self.retrieve(call, namespace: namespace, messagePermits: messagePermits)
        }
        var found: [RetrievePlan.Location: Payload] = [:]
        for (call, payloads) in zip(calls, payloads) {
            for (claim, payload) in zip(call.claims, payloads) {
                found[RetrievePlan.Location(driver: call.driver, claim: claim)] = payload
            }
        }
        return locations.map { location in
            guard let payload = found[location] else { preconditionFailure("a location is in no call of its plan") }
            return payload
        }
    }

    /// Runs all calls at the same time.
    ///
    /// The first failure cancels the others, which are awaited, and is thrown (ES-P3).
    private func runAll<Call: Sendable, Output: Sendable>(
        _ calls: [Call],
        _ run: @Sendable @escaping (Call) async throws -> Output
    ) async throws -> [Output] {
        if calls.count == 1 { return [try await run(calls[0])] }
        return try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            for (index, call) in calls.enumerated() {
                group.addTask { (index, try await run(call)) }
            }
            var outputs: [Output?] = Array(repeating: nil, count: calls.count)
            for try await (index, output) in group { outputs[index] = output }
            return outputs.compactMap { $0 }
        }
    }

    private func store(
        _ call: StorePlan.Call,
        namespace: String,
        messagePermits: PermitPool
    ) async throws -> [StorageDriverClaim] {
        let driver = self.registry[call.driver]
        let usage = LimiterUsage()
        let context = StorageDriverStoreContext(
            target: call.target,
            namespace: namespace,
            limiter: StorageLimiter(message: messagePermits, instance: self.instancePermits, usage: usage)
        )
        do {
            let claims = try await driver.driver.store(call.payloads, context: context)
            try driver.check(count: claims.count, of: "claims", for: call.payloads.count, "payloads")
            return claims
        } catch {
            throw driver.classified(error, operation: "store")
        }
    }

    private func retrieve(
        _ call: RetrievePlan.Call,
        namespace: String,
        messagePermits: PermitPool
    ) async throws -> [Payload] {
        let driver = self.registry[call.driver]
        let usage = LimiterUsage()
        let context = StorageDriverRetrieveContext(
            namespace: namespace,
            limiter: StorageLimiter(message: messagePermits, instance: self.instancePermits, usage: usage)
        )
        do {
            let payloads = try await driver.driver.retrieve(call.claims, context: context)
            try driver.check(count: payloads.count, of: "payloads", for: call.claims.count, "claims")
            return payloads
        } catch {
            throw driver.classified(error, operation: "retrieve")
        }
    }
}
