//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics

/// The metrics of workflow tasks, under the names of the other SDKs.
///
/// | name | kind | what |
/// |---|---|---|
/// | `temporal_workflow_task_queue_poll_empty` | counter | polls that ended without a task |
/// | `temporal_workflow_task_queue_poll_succeed` | counter | tasks |
/// | `temporal_workflow_task_execution_latency` | timer | how long a task took here, its answer included |
/// | `temporal_workflow_task_execution_failed` | counter | tasks that failed, by `failure_reason` |
/// | `temporal_num_pollers` | gauge | polls under way, by `poller_type` |
/// | `temporal_worker_task_slots_available`, `temporal_worker_task_slots_used` | gauge | tasks that could be processed, and that are |
/// | `temporal_sticky_cache_hit`, `temporal_sticky_cache_miss` | counter | tasks whose run was kept, and was not |
///
/// Dimensions of all: `namespace`, `task_queue`, `worker_type` = `WorkflowWorker`. Slots are there for `LocalActivityWorker`, too.
struct WorkflowMetrics: Sendable {
    let pollNoTask: Counter
    let tasks: Counter
    let latency: Timer
    let cacheHits: Counter
    let cacheMisses: Counter
    let slotsUsed: Gauge
    let slotsAvailable: Gauge
    let localSlotsUsed: Gauge
    let localSlotsAvailable: Gauge
    private let dimensions: [(String, String)]
    private let factory: any MetricsFactory

    init(namespace: String, taskQueue: String, factory: any MetricsFactory) {
        let dimensions = [("namespace", namespace), ("task_queue", taskQueue), ("worker_type", "WorkflowWorker")]
        func counter(_ name: String) -> Counter {
            Counter(label: "temporal_\(name)", dimensions: dimensions, factory: factory)
        }
        self.pollNoTask = counter("workflow_task_queue_poll_empty")
        self.tasks = counter("workflow_task_queue_poll_succeed")
        self.latency = Timer(
            label: "temporal_workflow_task_execution_latency",
            dimensions: dimensions,
            factory: factory
        )
        let local = [("namespace", namespace), ("task_queue", taskQueue), ("worker_type", "LocalActivityWorker")]
        func slots(_ name: String, _ dimensions: [(String, String)]) -> Gauge {
            Gauge(label: "temporal_worker_task_slots_\(name)", dimensions: dimensions, factory: factory)
        }
        self.slotsUsed = slots("used", dimensions)
        self.slotsAvailable = slots("available", dimensions)
        self.localSlotsUsed = slots("used", local)
        self.localSlotsAvailable = slots("available", local)
        self.cacheHits = counter("sticky_cache_hit")
        self.cacheMisses = counter("sticky_cache_miss")
        self.dimensions = dimensions
        self.factory = factory
    }

    /// Polls of one of the two queues.
    func pollers(isSticky: Bool) -> Gauge {
        Gauge(
            label: "temporal_num_pollers",
            dimensions: self.dimensions + [("poller_type", isSticky ? "sticky_workflow_task" : "workflow_task")],
            factory: self.factory
        )
    }

    func failed(_ reason: String) {
        Counter(
            label: "temporal_workflow_task_execution_failed",
            dimensions: self.dimensions + [("failure_reason", reason)],
            factory: self.factory
        ).increment()
    }
}
