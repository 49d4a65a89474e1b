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
/// | `temporal_sticky_cache_hit`, `temporal_sticky_cache_miss` | counter | tasks whose run was kept, and was not |
///
/// Dimensions of all: `namespace`, `task_queue`, `worker_type` = `WorkflowWorker`.
struct WorkflowMetrics: Sendable {
    let pollNoTask: Counter
    let tasks: Counter
    let latency: Timer
    let cacheHits: Counter
    let cacheMisses: Counter
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
        self.cacheHits = counter("sticky_cache_hit")
        self.cacheMisses = counter("sticky_cache_miss")
        self.dimensions = dimensions
        self.factory = factory
    }

    func failed(_ reason: String) {
        Counter(
            label: "temporal_workflow_task_execution_failed",
            dimensions: self.dimensions + [("failure_reason", reason)],
            factory: self.factory
        ).increment()
    }
}
