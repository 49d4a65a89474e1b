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
    let telemetry: StorageTelemetry
    let cache: PayloadCache?
    let instancePermits: PermitPool

    init(registry: DriverRegistry, configuration: ExternalStorage.Configuration, logger: Logger) {
        self.registry = registry
        self.configuration = configuration
        self.telemetry = StorageTelemetry(registry: registry, logger: logger)
        self.cache = PayloadCache(configuration.cache)
        self.instancePermits = PermitPool(configuration.requestsPerInstance)
    }

    /// Runs `body` for all elements at the same time.
    ///
    /// The first failure cancels the others, which are awaited, and is thrown (ES-P3).
    func runAll<Element: Sendable, Output: Sendable>(
        _ elements: [Element],
        _ body: @Sendable @escaping (Element) async throws -> Output
    ) async throws -> [Output] {
        guard !elements.isEmpty else { return [] }
        if elements.count == 1 { return [try await body(elements[0])] }
        return try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            for (index, element) in elements.enumerated() {
                group.addTask { (index, try await body(element)) }
            }
            var outputs: [Output?] = Array(repeating: nil, count: elements.count)
            for try await (index, output) in group { outputs[index] = output }
            return outputs.compactMap { $0 }
        }
    }
}

/// What the driver calls of one message share.
struct MessageScope: Sendable {
    let namespace: String
    let permits: PermitPool
    let intervals = CallIntervals()

    init(namespace: String, permits: Int) {
        self.namespace = namespace
        self.permits = PermitPool(permits)
    }
}
