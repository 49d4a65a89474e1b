//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a worker counts of its tasks, for its heartbeats.
struct WorkerCounters: Hashable, Sendable {
    private(set) var running = 0
    private(set) var processed = 0
    private(set) var failed = 0
    private var processedBefore = 0
    private var failedBefore = 0

    /// What happened since the last call of ``takeInterval()``.
    struct Interval: Hashable, Sendable {
        var processed: Int
        var failed: Int
    }

    mutating func taskBegan() { self.running += 1 }

    mutating func taskEnded(failed: Bool) {
        self.running -= 1
        self.processed += 1
        if failed { self.failed += 1 }
    }

    mutating func takeInterval() -> Interval {
        defer { (self.processedBefore, self.failedBefore) = (self.processed, self.failed) }
        return Interval(processed: self.processed - self.processedBefore, failed: self.failed - self.failedBefore)
    }
}
