//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorage {
    /// Resolves the references among the payloads.
    ///
    /// Exactly one level: what comes back is what was stored, even if that looks like a reference (ES-W6). The first
    /// failure cancels the other calls, waits for them, and is thrown (ES-P3).
    ///
    /// - Parameters:
    ///   - payloads: Payloads as they stand in the message.
    ///   - namespace: The namespace of the call.
    /// - Returns: One payload per input, in order: what was stored, or the input itself if it is no reference.
    /// - Throws: ``ExternalStorageError``: `invalidReference`, `undecodableReference`, `driverNotRegistered`,
    ///   `driverContract` if a driver miscounts, else the failure of the driver, classified. `CancellationError` if
    ///   cancelled.
    @concurrent
    public func retrieve(_ payloads: [Payload], namespace: String) async throws -> [Payload] {
        let indices = payloads.indices.filter { index in
            RetrievePlan.isReference(payloads[index], readsLegacy: self.configuration.readsLegacyReferences)
        }
        guard !indices.isEmpty else { return payloads }
        let retrieved = try await self.retrieve(references: indices.map { payloads[$0] }, namespace: namespace)
        var result = payloads
        for (index, payload) in zip(indices, retrieved) { result[index] = payload }
        return result
    }

    /// Resolves the references of one message: one `retrieve` per driver, all at the same time (ES-P2).
    ///
    /// - Parameters:
    ///   - references: References, all of them.
    ///   - namespace: The namespace of the call.
    /// - Returns: One payload per reference, in order.
    /// - Throws: As ``retrieve(_:namespace:)``.
    @concurrent
    package func retrieve(references: [Payload], namespace: String) async throws -> [Payload] {
        guard !references.isEmpty else { return [] }
        let plain = try await ReferenceCodec(self.configuration.references).decode(references)
        let locations = try RetrievePlan.locations(plain, in: self.registry, namespace: namespace)
        return try await self.runner.retrieve(locations, namespace: namespace)
    }
}
