//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics
import NIOConcurrencyHelpers

/// Counts the tasks of one kind, for metrics and for the heartbeats of the worker.
final class TaskCounter: Sendable {
    private let used: Gauge
    private let available: Gauge
    private let slots: Int
    private let counters = NIOLockedValueBox(WorkerCounters())

    /// - Parameters:
    ///   - used: How many tasks there are.
    ///   - available: How many more there could be.
    ///   - slots: How many there are at most.
    init(used: Gauge, available: Gauge, slots: Int) {
        self.used = used
        self.available = available
        self.slots = slots
    }

    func began() { self.change { $0.taskBegan() } }

    func ended(failed: Bool) { self.change { $0.taskEnded(failed: failed) } }

    /// What has been counted; the next interval begins here.
    func report(of supplier: SlotSupplier) -> WorkerReport.Tasks {
        self.counters.withLockedValue { counters in
            WorkerReport.Tasks(
                supplier: supplier,
                running: counters.running,
                processed: counters.processed,
                failed: counters.failed,
                interval: counters.takeInterval()
            )
        }
    }

    private func change(_ change: (inout WorkerCounters) -> Void) {
        self.counters.withLockedValue { counters in
            change(&counters)
            // Under the lock, so that the value that is recorded last is the one that holds.
            self.used.record(counters.running)
            self.available.record(self.slots - counters.running)
        }
    }
}
