//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
public import Logging

/// Keeps large payloads outside of Temporal: payloads go to storage that you own, small references into history.
///
/// ```swift
/// let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: "/var/lib/payloads"))
/// ```
///
/// One instance serves any number of clients and workers. It has no lifetime of its own: nothing to start, nothing to
/// shut down.
public final class ExternalStorage: Sendable {
    package let configuration: Configuration
    let registry: DriverRegistry
    let selector: (any StorageDriverSelector)?
    let runner: StorageRunner

    /// External storage with one driver, for everything at or above the threshold.
    ///
    /// - Parameters:
    ///   - driver: The driver.
    ///   - configuration: Threshold, budgets, cache.
    ///   - logger: Where warnings go; the caller's current logger by default.
    /// - Throws: ``ExternalStorageError/Code/invalidConfiguration`` (ES-P5).
    public convenience init(
        driver: any StorageDriver,
        configuration: Configuration = Configuration(),
        logger: Logger = .current
    ) throws(ExternalStorageError) {
        try self.init(drivers: [driver], selector: nil, configuration: configuration, logger: logger)
    }

    /// External storage with several drivers.
    ///
    /// A driver that the selector never chooses still resolves the references that bear its name: that is how one moves
    /// from one store to another (ES-P6).
    ///
    /// - Parameters:
    ///   - drivers: The drivers, each under a name of its own.
    ///   - selector: Chooses a driver for each payload. May be nil if there is one driver.
    ///   - configuration: Threshold, budgets, cache.
    ///   - logger: Where warnings go; the caller's current logger by default.
    /// - Throws: ``ExternalStorageError/Code/invalidConfiguration``: no driver, a name that is empty or comes twice,
    ///   several drivers without a selector, a negative threshold, a budget below 1 (ES-P5).
    public init(
        drivers: [any StorageDriver],
        selector: (any StorageDriverSelector)?,
        configuration: Configuration = Configuration(),
        logger: Logger = .current
    ) throws(ExternalStorageError) {
        try configuration.validate()
        self.registry = try DriverRegistry(drivers)
        guard drivers.count == 1 || selector != nil else {
            throw .invalidConfiguration("with more than one storage driver, a selector has to choose between them")
        }
        self.configuration = configuration
        self.selector = selector
        self.runner = StorageRunner(registry: self.registry, configuration: configuration, logger: logger)
    }

    /// The names of all drivers, in the order of registration.
    package var driverNames: [String] { self.registry.drivers.map(\.name) }

    /// The types of all drivers, each once, in the order of registration: for the heartbeat of workers (ES-O3).
    package var driverTypes: [String] { self.registry.types }

    /// All drivers, in the order of registration.
    package var drivers: [any StorageDriver] { self.registry.drivers.map(\.driver) }

    /// What a payload refers to that is a reference, marked or not, of early previews or not.
    ///
    /// - Parameter payload: A reference (ES-W2, ES-W5).
    /// - Returns: The reference; its driver need not be registered.
    /// - Throws: `invalidReference`, `undecodableReference`, `codecFailed`; `CancellationError`.
    package func reference(of payload: Payload) async throws -> StorageReference {
        if !payload.isReference, payload.traits.contains(.legacyReference) {
            return try StorageReference(legacyPayload: payload)
        }
        let decoded = try await ReferenceCodec(self.configuration.references).decode([payload])
        guard let plain = decoded.first else { throw ExternalStorageError.undecodableReference() }
        return try StorageReference(payload: plain)
    }
}
