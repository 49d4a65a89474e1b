//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
internal import Synchronization

/// A clock for clients under test: the delays of retries pass at once and are noted; limits of attempts, which are
/// longer, pass when the test says so.
public final class TestClock: Clock {
    /// A point of its time.
    public struct Instant: InstantProtocol {
        /// How long after the beginning.
        public var offset: Duration

        /// A later point.
        public func advanced(by duration: Duration) -> Self { Self(offset: self.offset + duration) }

        /// The time between two points.
        public func duration(to other: Self) -> Duration { other.offset - self.offset }

        /// Which is earlier.
        public static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var delays: [Duration] = []
        var limits: [Waiter<Void>] = []
        /// Those who wait for a limit to begin.
        var expiring: [Waiter<Waiter<Void>>] = []
    }

    private let state = Mutex(State())

    /// It stands still.
    public let now = Instant(offset: .zero)
    /// As fine as can be.
    public let minimumResolution: Duration = .zero

    /// The delays that have passed, in order.
    public var delays: [Duration] { self.state.withLock { $0.delays } }

    /// How many limits of attempts are running.
    public var runningLimits: Int { self.state.withLock { $0.limits.count } }

    /// A clock at its beginning.
    public init() {}

    /// Returns at once, or waits for ``expireNext()`` if the deadline is that of an attempt.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        guard deadline.offset >= .seconds(30) else {
            self.state.withLock { $0.delays.append(deadline.offset) }
            return
        }
        let limit = Waiter<Void>()
        let expiring = self.state.withLock { state -> Waiter<Waiter<Void>>? in
            guard state.expiring.isEmpty else { return state.expiring.removeFirst() }
            state.limits.append(limit)
            return nil
        }
        expiring?.resume(returning: limit)
        try await limit.value { self.state.withLock { $0.limits.removeAll { $0 == limit } } }
    }

    /// Waits for the limit of an attempt to begin, and lets it pass: the first of those that run.
    ///
    /// - Throws: `CancellationError`.
    public func expireNext() async throws {
        let waiter = Waiter<Waiter<Void>>()
        let running = self.state.withLock { state -> Waiter<Void>? in
            guard state.limits.isEmpty else { return state.limits.removeFirst() }
            state.expiring.append(waiter)
            return nil
        }
        let limit = if let running { running } else { try await waiter.value() }
        limit.resume()
    }
}
