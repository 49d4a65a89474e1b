//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A token bucket: how long to wait so that no more than so many things happen in a second.
///
/// Pure: the moment is a parameter. Tokens are promised in advance, so that timers that fire late do not lower the rate.
struct RateLimit: Sendable {
    private let interval: Duration
    private let burst: Duration
    /// When the next token would be there if nothing had been saved up.
    private var next: ContinuousClock.Instant?

    /// - Parameter perSecond: How many a second; above zero. A tenth of a second's worth may happen at once, and always
    ///   one.
    init(perSecond: Double) {
        precondition(perSecond > 0, "a rate of \(perSecond) a second lets nothing happen ever")
        self.interval = .nanoseconds(Int64((1e9 / perSecond).rounded()))
        self.burst = max(self.interval, .milliseconds(100)) - self.interval
    }

    /// Takes a token.
    ///
    /// - Returns: How long to wait before using it; zero if it is there already.
    mutating func take(at now: ContinuousClock.Instant) -> Duration {
        let earliest = now - self.burst
        let mine = max(self.next ?? earliest, earliest)
        self.next = mine + self.interval
        return max(.zero, now.duration(to: mine))
    }
}
