//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CoreMetrics
import Foundation
import Synchronization

/// Keeps counters by name, and nothing else.
final class Tally: MetricsFactory {
    final class Counts: CounterHandler, RecorderHandler, TimerHandler, Sendable {
        private let count = Atomic<Int64>(0)

        var value: Int64 { self.count.load(ordering: .relaxed) }

        func increment(by amount: Int64) { self.count.wrappingAdd(amount, ordering: .relaxed) }
        func reset() { self.count.store(0, ordering: .relaxed) }
        func record(_ value: Int64) {}
        func record(_ value: Double) {}
        func recordNanoseconds(_ duration: Int64) {}
    }

    private let counters = Mutex<[String: Counts]>([:])
    private let ignored = Counts()

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let reason = dimensions.first { $0.0 == "failure_reason" }.map { " \($0.1)" } ?? ""
        return self.counters.withLock { counters in
            let counter = counters[label + reason] ?? Counts()
            counters[label + reason] = counter
            return counter
        }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.ignored
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { self.ignored }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// Writes what was counted to a file, twice a second, until it is cancelled.
    func write(to path: String) async throws {
        while true {
            let counts = self.counters.withLock { $0.mapValues(\.value) }
            try JSONEncoder().encode(counts).write(to: URL(filePath: path), options: .atomic)
            // The distance between two reports: what a process that is killed had counted since is not known.
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
