//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import Metrics
import NIOConcurrencyHelpers

/// What the runner reports, for all drivers of one ``ExternalStorage``.
final class StorageTelemetry: Sendable {
    private enum PermitHabit: Sendable {
        case unknown
        case takesPermits
        case warned
    }

    let logger: Logger
    /// Payloads below the threshold that were stored because their request was too large.
    private let storedForSize: Counter
    private let store: [String: StorageMetrics]
    private let retrieve: [String: StorageMetrics]
    private let permitHabits: NIOLockedValueBox<[String: PermitHabit]> = NIOLockedValueBox([:])

    func stored(forSize count: Int) {
        if count > 0 { self.storedForSize.increment(by: count) }
    }

    func cacheHit(_ operation: StorageOperation, _ driver: RegisteredDriver) {
        self.metrics(operation, driver.type).cacheHits.increment()
    }

    /// Uses the metrics factory that is current now.
    init(registry: DriverRegistry, logger: Logger) {
        self.logger = logger
        let factory = MetricsSystem.factory
        self.storedForSize = Counter(label: StorageMetrics.storedForSize, factory: factory)
        func metrics(_ operation: StorageOperation) -> [String: StorageMetrics] {
            Dictionary(
                uniqueKeysWithValues: registry.types.map { type in
                    (type, StorageMetrics(operation: operation, driverType: type, factory: factory))
                }
            )
        }
        self.store = metrics(.store)
        self.retrieve = metrics(.retrieve)
    }

    func metrics(_ operation: StorageOperation, _ driverType: String) -> StorageMetrics {
        guard let metrics = (operation == .store ? self.store : self.retrieve)[driverType] else {
            preconditionFailure("the registry has no driver of type \(driverType)")
        }
        return metrics
    }

    /// Records for each type of driver how long it was at work for one message.
    func record(_ intervals: CallIntervals, _ operation: StorageOperation) {
        for (type, elapsed) in intervals.elapsed {
            self.metrics(operation, type).latency.recordNanoseconds(elapsed.nanoseconds)
        }
    }

    /// Warns once of a driver that has had a call and has never taken a permit (ES-P7).
    func check(_ totals: LimiterUsage.Totals, of driver: RegisteredDriver) {
        let warns = self.permitHabits.withLockedValue { habits in
            switch habits[driver.name] ?? .unknown {
            case .takesPermits, .warned: return false
            case .unknown:
                habits[driver.name] = totals.permits > 0 ? .takesPermits : .warned
                return totals.permits == 0
            }
        }
        guard warns else { return }
        self.logger.warning(
            """
            The storage driver takes no permits, so its requests are not limited; \
            wrap each of them in context.limiter.withPermit
            """,
            metadata: LogMetadata.driver(driver)
        )
    }
}
