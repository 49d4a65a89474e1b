//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging
import Metrics
import TemporalAPI
import Tracing

extension ActivityWorker {
    /// Runs one attempt and reports how it ended.
    func attempt(_ task: ActivityTask) async {
        let attempt = ActivityAttempt(task, began: self.clock.now(), worker: self)
        self.metrics.scheduleToStart.record(
            duration: task.currentAttemptScheduledTime.duration(to: task.startedTime)
        )
        self.tasks.began()
        self.running.insert(attempt.execution)
        let ending = await attempt.run()
        self.running.remove(attempt.execution)
        // A cancelled worker may get here before anybody has cancelled the attempt by name.
        if Task.isCancelled { attempt.execution.cancel(.workerShutdown) }
        let failed = await shielded(on: self.executor) { await attempt.report(ending) }
        self.tasks.ended(failed: failed)
    }
}
