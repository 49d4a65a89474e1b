//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The instant by which something has to be done, handed down to all that is done for it.
///
/// A time limit that is handed down starts again at every level; a deadline does not. It is of the continuous clock,
/// which nobody can set and which goes on while the machine sleeps.
package struct Deadline: Hashable, Comparable, Sendable {
    /// The instant.
    package var instant: ContinuousClock.Instant

    /// A deadline at an instant.
    package init(_ instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    /// A deadline that long from now; at once for durations that are not positive.
    package static func after(_ duration: Duration, now: ContinuousClock.Instant = .now) -> Self {
        Self(now.advanced(by: max(.zero, duration)))
    }

    /// What is left; zero when it has passed, never less.
    package var remaining: Duration { self.remaining(at: .now) }

    /// Whether nothing is left.
    package var hasPassed: Bool { self.remaining == .zero }

    /// What is left at an instant; zero when it has passed, never less.
    package func remaining(at now: ContinuousClock.Instant) -> Duration {
        max(.zero, now.duration(to: self.instant))
    }

    /// The earlier of this deadline and one that is that long from now: for a step that has a limit of its own.
    package func limited(to duration: Duration, now: ContinuousClock.Instant = .now) -> Self {
        min(self, .after(duration, now: now))
    }

    /// Goes on if there is time left.
    ///
    /// - Throws: ``TimeLimitExceeded``.
    package func check() throws(TimeLimitExceeded) {
        guard !self.hasPassed else { throw TimeLimitExceeded() }
    }

    package static func < (left: Self, right: Self) -> Bool { left.instant < right.instant }
}

/// Something was not done in the time that it had.
package struct TimeLimitExceeded: Error, Hashable, CustomStringConvertible {
    /// How long it had, where that is known.
    package var limit: Duration?

    package init(limit: Duration? = nil) {
        self.limit = limit
    }

    package var description: String {
        self.limit.map { "not done within \($0)" } ?? "not done by its deadline"
    }
}
