//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AllocationCounter

/// What one operation cost.
struct Measurement: Sendable {
    /// The median of all runs.
    var nanoseconds: Double
    /// Calls of the allocator and bytes asked of it, per operation.
    var allocations: Double
    var bytesAllocated: Double

    /// Measures `operation`: warms up, then runs batches for about `budget` and takes the median batch.
    ///
    /// Wall-clock time: what a caller waits, on all cores that the operation uses.
    static func of(
        budget: Duration = .milliseconds(600),
        _ operation: () async throws -> Void
    ) async rethrows -> Measurement {
        let clock = ContinuousClock()
        // The first time everything is made that is made once; the second says how long one takes.
        try await operation()
        let warmUp = try await clock.measure { try await operation() }
        // A batch takes about a millisecond, so that the clock's own cost does not count.
        let perBatch = max(1, min(10_000, Int(Duration.milliseconds(1) / max(warmUp, .nanoseconds(1)))))
        for _ in 0..<min(perBatch, 3) { try await operation() }
        var times: [Duration] = []
        times.reserveCapacity(4_096)
        var (calls, bytes) = (UInt64(0), UInt64(0))
        let deadline = clock.now + budget
        repeat {
            let before = (allocation_counter_calls(), allocation_counter_bytes())
            let start = clock.now
            for _ in 0..<perBatch { try await operation() }
            times.append((clock.now - start) / perBatch)
            calls += allocation_counter_calls() - before.0
            bytes += allocation_counter_bytes() - before.1
        } while clock.now < deadline || times.count < 7
        times.sort()
        let median = times[times.count / 2]
        let operations = Double(times.count * perBatch)
        return Measurement(
            nanoseconds: Double(median.components.seconds) * 1e9 + Double(median.components.attoseconds) / 1e9,
            allocations: Double(calls) / operations,
            bytesAllocated: Double(bytes) / operations
        )
    }
}

/// Keeps the optimizer from dropping a result.
@inline(never)
@_optimize(none)
func blackHole<Value>(_ value: Value) {}
