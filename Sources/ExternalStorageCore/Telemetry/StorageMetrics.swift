//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics

/// Every metric of external storage, by direction and type of driver (ES-O1).
///
/// | name | kind | what |
/// |---|---|---|
/// | `temporal_external_storage_latency` | timer | time of the drivers for one message: the union of their calls |
/// | `temporal_external_storage_bytes` | counter | serialized bytes that were handed to a driver or came from it |
/// | `temporal_external_storage_payloads` | counter | payloads, likewise |
/// | `temporal_external_storage_failures` | counter | failed driver calls, by `code`; cancellations do not count |
/// | `temporal_external_storage_cache_hits` | counter | payloads that needed no driver |
/// | `temporal_external_storage_permit_waits` | counter | permits that had to be waited for |
/// | `temporal_external_storage_permit_wait` | timer | how long a driver call waited for permits, all added up |
///
/// `temporal_external_storage_stored_for_size`, without dimensions, counts the payloads below the threshold that were
/// stored because their request was too large.
///
/// Dimensions of the others: `operation` (`store`, `retrieve`) and `driver_type`.
struct StorageMetrics: Sendable {
    static let storedForSize = "temporal_external_storage_stored_for_size"
    private static let prefix = "temporal_external_storage_"

    let latency: Timer
    let bytes: Counter
    let payloads: Counter
    let cacheHits: Counter
    let permitWaits: Counter
    let permitWait: Timer
    private let dimensions: [(String, String)]
    private let factory: any MetricsFactory

    /// Handles are made once: making one costs a look-up in most backends.
    init(operation: StorageOperation, driverType: String, factory: any MetricsFactory) {
        let dimensions = [("operation", operation.rawValue), ("driver_type", driverType)]
        self.dimensions = dimensions
        self.factory = factory
        self.latency = Timer(label: Self.prefix + "latency", dimensions: dimensions, factory: factory)
        self.bytes = Counter(label: Self.prefix + "bytes", dimensions: dimensions, factory: factory)
        self.payloads = Counter(label: Self.prefix + "payloads", dimensions: dimensions, factory: factory)
        self.cacheHits = Counter(label: Self.prefix + "cache_hits", dimensions: dimensions, factory: factory)
        self.permitWaits = Counter(label: Self.prefix + "permit_waits", dimensions: dimensions, factory: factory)
        self.permitWait = Timer(label: Self.prefix + "permit_wait", dimensions: dimensions, factory: factory)
    }

    func failed(_ code: ExternalStorageError.Code) {
        Counter(
            label: Self.prefix + "failures",
            dimensions: self.dimensions + [("code", code.description)],
            factory: self.factory
        ).increment()
    }

    func moved(_ payloads: [Payload]) {
        self.moved(payloads: payloads.count, sizeInBytes: payloads.reduce(0) { $0 + $1.sizeInBytes })
    }

    func moved(payloads: Int, sizeInBytes: Int) {
        self.payloads.increment(by: payloads)
        self.bytes.increment(by: sizeInBytes)
    }

    func waited(_ totals: LimiterUsage.Totals) {
        guard totals.waits > 0 else { return }
        self.permitWaits.increment(by: totals.waits)
        self.permitWait.recordNanoseconds(totals.waited.nanoseconds)
    }
}
