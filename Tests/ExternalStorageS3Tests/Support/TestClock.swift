//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization

/// A clock for clients under test: the delays of retries pass at once and are noted; limits, which are the sleeps with a
/// tolerance, pass when the test says so.
final class TestClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Self { Self(offset: self.offset + duration) }
        func duration(to other: Self) -> Duration { other.offset - self.offset }
        static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var delays: [Duration] = []
        var begunLimits: Set<Duration> = []
        var limits: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    let now = Instant(offset: .zero)
    let minimumResolution: Duration = .zero

    /// The delays that have passed, in order.
    var delays: [Duration] { self.state.withLock { $0.delays } }

    /// The limits that were ever waited for.
    var begunLimits: Set<Duration> { self.state.withLock { $0.begunLimits } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        guard tolerance != nil else {
            self.state.withLock { $0.delays.append(deadline.offset) }
            return
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let id = self.state.withLock { state in
            state.next += 1
            state.begunLimits.insert(deadline.offset)
            state.limits[state.next] = continuation
            return state.next
        }
        defer { self.state.withLock { _ = $0.limits.removeValue(forKey: id) } }
        for await _ in stream {}
        try Task.checkCancellation()
    }

    /// Lets all limits pass that are running, of which there is one at least in a moment: the request may be at the server
    /// before its limit has begun.
    func expire() async {
        while self.state.withLock({ $0.limits.isEmpty }) { await Task.yield() }
        let limits = self.state.withLock { Array($0.limits.values) }
        for limit in limits { limit.finish() }
    }
}
