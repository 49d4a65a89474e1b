//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging
import Metrics
import NIOConcurrencyHelpers
import TemporalAPI
import Tracing

extension ActivityWorker {
    /// Runs one attempt and reports how it ended.
    func attempt(_ task: ActivityTask) async {
        let attempt = ActivityAttempt(task, began: self.clock.now(), worker: self)
        self.metrics.scheduleToStart.record(
            duration: task.currentAttemptScheduledTime.duration(to: task.startedTime)
        )
        self.slotsChanged { $0.taskBegan() }
        self.running.insert(attempt.execution)
        let ending = await attempt.run()
        self.running.remove(attempt.execution)
        // A cancelled worker may get here before anybody has cancelled the attempt by name.
        if Task.isCancelled { attempt.execution.cancel(.workerShutdown) }
        let failed = await shielded(on: self.executor) { await attempt.report(ending) }
        self.slotsChanged { $0.taskEnded(failed: failed) }
    }

    private func slotsChanged(_ change: (inout WorkerCounters) -> Void) {
        self.state.withLockedValue { state in
            change(&state.counters)
            // Under the lock, so that the value that is recorded last is the one that holds.
            self.metrics.slotsUsed.record(state.counters.running)
            self.metrics.slotsAvailable.record(self.poller.slots.count - state.counters.running)
        }
    }
}
