//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics
import NIOConcurrencyHelpers

/// Every metric of an activity worker, under the names of the other SDKs.
///
/// | name | kind | what |
/// |---|---|---|
/// | `temporal_worker_start` | counter | workers that began to run |
/// | `temporal_num_pollers` | gauge | polls under way |
/// | `temporal_worker_task_slots_available` | gauge | attempts that could run besides those that do |
/// | `temporal_worker_task_slots_used` | gauge | attempts that run |
/// | `temporal_activity_poll_no_task` | counter | polls that ended without a task |
/// | `temporal_activity_task_received` | counter | attempts that began, by `activity_type` |
/// | `temporal_activity_schedule_to_start_latency` | timer | from the scheduling of the attempt to its start, by the server's clock |
/// | `temporal_activity_execution_latency` | timer | how long an attempt took here, its report included, by `activity_type` |
/// | `temporal_activity_succeed_endtoend_latency` | timer | from the first scheduling to the result, by `activity_type` |
/// | `temporal_activity_execution_failed` | counter | attempts that failed, by `activity_type` and `failure_reason`; benign failures do not count |
/// | `temporal_activity_execution_cancelled` | counter | attempts that ended as cancelled, by `activity_type` |
/// | `temporal_activity_task_error` | counter | reports that the server did not take, by `activity_type` |
///
/// Dimensions of all: `namespace`, `task_queue`, `worker_type` = `ActivityWorker`.
final class WorkerMetrics: Sendable {
    /// The metrics of one type of activity.
    struct OfType: Sendable {
        let received: Counter
        let latency: Timer
        let endToEnd: Timer
        let cancelled: Counter
        let reportErrors: Counter
        private let dimensions: [(String, String)]
        private let factory: any MetricsFactory

        fileprivate init(dimensions: [(String, String)], factory: any MetricsFactory) {
            func counter(_ name: String) -> Counter {
                Counter(label: WorkerMetrics.prefix + name, dimensions: dimensions, factory: factory)
            }
            func timer(_ name: String) -> Timer {
                Timer(label: WorkerMetrics.prefix + name, dimensions: dimensions, factory: factory)
            }
            self.received = counter("activity_task_received")
            self.latency = timer("activity_execution_latency")
            self.endToEnd = timer("activity_succeed_endtoend_latency")
            self.cancelled = counter("activity_execution_cancelled")
            self.reportErrors = counter("activity_task_error")
            self.dimensions = dimensions
            self.factory = factory
        }

        func failed(_ reason: String) {
            Counter(
                label: WorkerMetrics.prefix + "activity_execution_failed",
                dimensions: self.dimensions + [("failure_reason", reason)],
                factory: self.factory
            ).increment()
        }
    }

    fileprivate static let prefix = "temporal_"

    let workerStart: Counter
    let pollers: Gauge
    let slotsAvailable: Gauge
    let slotsUsed: Gauge
    let pollNoTask: Counter
    let scheduleToStart: Timer
    private let dimensions: [(String, String)]
    private let factory: any MetricsFactory
    private let types: NIOLockedValueBox<[String: OfType]> = NIOLockedValueBox([:])

    /// Handles are made once: making one costs a look-up in most backends.
    init(namespace: String, taskQueue: String, factory: any MetricsFactory) {
        let dimensions = [("namespace", namespace), ("task_queue", taskQueue), ("worker_type", "ActivityWorker")]
        self.dimensions = dimensions
        self.factory = factory
        func gauge(_ name: String) -> Gauge {
            Gauge(label: Self.prefix + name, dimensions: dimensions, factory: factory)
        }
        self.workerStart = Counter(label: Self.prefix + "worker_start", dimensions: dimensions, factory: factory)
        self.pollers = gauge("num_pollers")
        self.slotsAvailable = gauge("worker_task_slots_available")
        self.slotsUsed = gauge("worker_task_slots_used")
        self.pollNoTask = Counter(
            label: Self.prefix + "activity_poll_no_task",
            dimensions: dimensions,
            factory: factory
        )
        self.scheduleToStart = Timer(
            label: Self.prefix + "activity_schedule_to_start_latency",
            dimensions: dimensions,
            factory: factory
        )
    }

    /// The metrics of a type that is registered: names from outside would let the number of series grow without limit.
    func of(_ activityType: String) -> OfType {
        self.types.withLockedValue { types in
            if let metrics = types[activityType] { return metrics }
            let metrics = OfType(
                dimensions: self.dimensions + [("activity_type", activityType)],
                factory: self.factory
            )
            types[activityType] = metrics
            return metrics
        }
    }
}
