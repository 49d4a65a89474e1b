//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorage {
    /// Stores a payload that is not in memory, and returns what to send in its place.
    ///
    /// The rules are those of any payload: below the threshold, or if the selector chooses no driver, it is read into
    /// memory and returned as it is. The selector is shown a payload with the metadata, the size and the digest of this
    /// one, but without data. A driver that is no ``StreamingStorageDriver`` is handed the whole payload.
    ///
    /// - Parameters:
    ///   - payload: What to store; from here on its source must not change.
    ///   - context: Whose it is. Without a target, objects are not grouped by workflow.
    /// - Returns: A reference, or the payload itself if it stays inline.
    /// - Throws: ``ExternalStorageError``: `payloadTooLarge` before anything is sent, `corrupted` if the source changed,
    ///   else as for ``store(_:context:)-([Payload],_)``. `CancellationError` if cancelled. An upload in parts that was
    ///   begun has then been given up.
    @concurrent
    public func store(_ payload: StreamedPayload, context: StorageDriverSelectContext) async throws -> Payload {
        let item = StoreItem(payload: payload.outline, target: context.target)
        let isCandidate = !StorePlan.candidates([item], configuration: self.configuration).isEmpty
        guard isCandidate, let choice = try await self.choices(for: [0], of: [item], namespace: context.namespace).first
        else { return try await payload.load() }
        if let reference = try await self.runner.store(payload, choice, context: context) { return reference }
        // A driver that takes only whole payloads.
        let whole = StoreItem(payload: try await payload.load(), target: context.target)
        let references = try await self.runner.store([choice], of: [whole], namespace: context.namespace)
        return references[0] ?? whole.payload
    }

    /// What stands behind a payload, in chunks: the bytes that ``retrieve(_:namespace:)`` would return.
    ///
    /// A driver that is no ``StreamingStorageDriver`` retrieves all of it at the first chunk. Payloads that are in the
    /// cache come from there; what is read in chunks is not put into it.
    ///
    /// - Parameters:
    ///   - payload: A reference; of any other payload the chunks are its own bytes.
    ///   - namespace: The namespace of the call.
    /// - Returns: The serialized bytes; nothing is read before the first chunk is asked for.
    /// - Throws: ``ExternalStorageError``: `invalidReference`, `undecodableReference`, `driverNotRegistered`,
    ///   `invalidClaim`. `CancellationError` if cancelled. Iterating throws the failures of the driver.
    @concurrent
    public func chunks(of payload: Payload, namespace: String) async throws -> PayloadChunks {
        guard RetrievePlan.isReference(payload, readsLegacy: self.configuration.readsLegacyReferences) else {
            return PayloadChunks(of: payload)
        }
        let plain = try await ReferenceCodec(self.configuration.references).decode([payload])
        let location = try RetrievePlan.location(
            of: plain[0],
            in: self.registry,
            namespace: namespace,
            unregistered: self.configuration.unregisteredDrivers
        )
        // Who leaves a reference to others hands on the reference.
        guard let location else { return PayloadChunks(of: payload) }
        return try await self.runner.chunks(at: location)
    }

    /// Whether a payload has to be resolved by this external storage (ES-W2, ES-W5).
    package func isReference(_ payload: Payload) -> Bool {
        RetrievePlan.isReference(payload, readsLegacy: self.configuration.readsLegacyReferences)
    }
}
