//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// When the driver calls of one message ran.
final class CallIntervals: Sendable {
    struct Interval: Hashable, Sendable {
        var start: ContinuousClock.Instant
        var end: ContinuousClock.Instant
    }

    private let intervals = NIOLockedValueBox<[String: [Interval]]>([:])

    func record(_ interval: Interval, driverType: String) {
        self.intervals.withLockedValue { $0[driverType, default: []].append(interval) }
    }

    /// How long drivers of each type were at work: calls at the same time count once.
    var elapsed: [String: Duration] {
        self.intervals.withLockedValue { $0.mapValues(Self.union) }
    }

    /// The length of the union of intervals.
    static func union(_ intervals: [Interval]) -> Duration {
        var elapsed = Duration.zero
        var end: ContinuousClock.Instant?
        for interval in intervals.sorted(by: { $0.start < $1.start }) {
            let start = max(interval.start, end ?? interval.start)
            guard interval.end > start else { continue }
            elapsed += interval.end - start
            end = interval.end
        }
        return elapsed
    }
}

extension Duration {
    /// Whole nanoseconds; a call does not last for the 292 years that fit.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
