//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorage {
    /// One payload of a message that is about to be sent.
    package struct StoreItem: Sendable {
        /// The payload as it stands in the message.
        package var payload: Payload
        /// Whose it is; nil if nobody knows.
        package var target: StorageDriverTarget?
        /// Whether it is stored although it is below the threshold, because the request would be too large with it.
        package var ignoresThreshold: Bool

        package init(payload: Payload, target: StorageDriverTarget?, ignoresThreshold: Bool = false) {
            self.payload = payload
            self.target = target
            self.ignoresThreshold = ignoresThreshold
        }
    }

    /// Stores the payloads that are large enough, and returns what to send in place of all of them.
    ///
    /// Every driver is called once, all at the same time. The first failure cancels the other calls, waits for them, and
    /// is thrown; then nothing has been replaced (ES-P3). Objects already written stay behind: they are harmless, and
    /// the next attempt writes the same keys again.
    ///
    /// ```swift
    /// let target = StorageDriverTarget.workflow(namespace: "default", id: "order-1")
    /// let outbound = try await storage.store(payloads, context: .init(target: target, namespace: "default"))
    /// ```
    ///
    /// - Parameters:
    ///   - payloads: Payloads as the codec left them. One that already is a reference passes unchanged (ES-W7).
    ///   - context: Whose payloads these are. Without a target, objects are not grouped by workflow.
    /// - Returns: One payload per input, in order: a reference, or the input itself if it stays inline.
    /// - Throws: ``ExternalStorageError``: `payloadTooLarge` before any upload, `driverNotRegistered` if the selector
    ///   chose a stranger, `driverContract` if a driver miscounts, else the failure of the driver, classified.
    ///   `CancellationError` if cancelled.
    /// - Complexity: O(*n*) in the total size in bytes, for hashing; payloads are not copied.
    @concurrent
    public func store(_ payloads: [Payload], context: StorageDriverSelectContext) async throws -> [Payload] {
        let items = payloads.map { StoreItem(payload: $0, target: context.target) }
        let references = try await self.store(items, namespace: context.namespace)
        return zip(payloads, references).map { $1 ?? $0 }
    }

    /// Whether a payload is large enough to be stored.
    package func mayStore(_ payload: Payload) -> Bool {
        payload.sizeInBytes >= self.configuration.threshold.sizeInBytes
    }

    /// Stores what is large enough of one message.
    ///
    /// There is one `store` per driver and target, all at the same time (ES-P2).
    ///
    /// - Parameters:
    ///   - items: The payloads of the message, in its order.
    ///   - namespace: The namespace of the call.
    /// - Returns: One element per item, in order: the reference to write, or nil where the payload stays inline.
    /// - Throws: As ``store(_:context:)``.
    @concurrent
    package func store(_ items: [StoreItem], namespace: String) async throws -> [Payload?] {
        let candidates = StorePlan.candidates(items, configuration: self.configuration)
        guard !candidates.isEmpty else { return Array(repeating: nil, count: items.count) }
        let choices = try await self.choices(for: candidates, of: items, namespace: namespace)
        let references = try await self.runner.store(choices, of: items, namespace: namespace)
        let forSize = zip(items, references).count { $0.ignoresThreshold && $1 != nil }
        self.runner.telemetry.stored(forSize: forSize)
        return references
    }

    /// Asks the selector, in the order of the message (ES-P4).
    func choices(
        for candidates: [Int],
        of items: [StoreItem],
        namespace: String
    ) async throws -> [StorePlan.Choice] {
        guard let selector = self.selector else { return candidates.map { StorePlan.Choice(item: $0, driver: 0) } }
        var choices: [StorePlan.Choice] = []
        for index in candidates {
            let item = items[index]
            let context = StorageDriverSelectContext(target: item.target, namespace: namespace)
            guard let driver = try await self.ask(selector, for: item.payload, context: context) else { continue }
            choices.append(.init(item: index, driver: try self.registry.index(ofSelected: driver)))
        }
        return choices
    }

    private func ask(
        _ selector: any StorageDriverSelector,
        for payload: Payload,
        context: StorageDriverSelectContext
    ) async throws -> (any StorageDriver)? {
        do {
            return try await selector.driver(for: payload, context: context)
        } catch {
            try Task.checkCancellation()
            if let error = error as? ExternalStorageError { throw error }
            throw ExternalStorageError(
                code: .selectorFailed,
                message: "the storage driver selector failed: \(error)",
                operation: .store,
                cause: error
            )
        }
    }
}
