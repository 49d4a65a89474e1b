//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Which heartbeats of an activity are sent, and when.
///
/// The first is sent at once. Further ones within the interval replace each other, and the newest is sent when the
/// interval ends. Pure: the moment is a parameter.
struct HeartbeatThrottle<Details: Sendable>: Sendable {
    enum Step: Sendable {
        /// Send this, then say ``sent(at:)`` or ``lost(at:)``.
        case send(Details)
        /// Nothing may be sent before.
        case wait(until: ContinuousClock.Instant)
        /// Nothing to send.
        case rest
    }

    let interval: Duration
    private var newest: Details?
    private var onItsWay: Details?
    private var last: ContinuousClock.Instant?

    init(interval: Duration) {
        self.interval = interval
    }

    /// How far apart heartbeats are: 80 % of the heartbeat timeout, at most `longest`; `fallback` without a timeout.
    static func interval(heartbeatTimeout: Duration?, longest: Duration, fallback: Duration) -> Duration {
        guard let heartbeatTimeout, heartbeatTimeout > .zero else { return min(fallback, longest) }
        return min(heartbeatTimeout * 8 / 10, longest)
    }

    /// The activity made a heartbeat.
    mutating func record(_ details: Details) {
        self.newest = details
    }

    /// What to do now.
    mutating func next(at now: ContinuousClock.Instant) -> Step {
        guard let details = self.newest else { return .rest }
        if let last = self.last, last + self.interval > now { return .wait(until: last + self.interval) }
        self.newest = nil
        self.onItsWay = details
        return .send(details)
    }

    /// The server has it.
    mutating func sent(at now: ContinuousClock.Instant) {
        self.onItsWay = nil
        self.last = now
    }

    /// It did not arrive, or nobody knows: it is kept for the end of the next interval, unless there is a newer one.
    mutating func lost(at now: ContinuousClock.Instant) {
        self.newest = self.newest ?? self.onItsWay
        self.onItsWay = nil
        self.last = now
    }

    /// The newest details that the server does not have, to be sent before a failed attempt is reported, so that the
    /// next attempt gets them.
    mutating func takeUnsent() -> Details? {
        defer { (self.newest, self.onItsWay) = (nil, nil) }
        return self.newest ?? self.onItsWay
    }
}
