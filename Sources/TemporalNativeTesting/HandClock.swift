//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
package import TemporalNative

/// A clock that is set by hand.
package final class HandClock: Sendable {
    private struct State {
        var now = ContinuousClock.now
        var lastID = 0
        var sleepers: [Int: (until: ContinuousClock.Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = NIOLockedValueBox(State())
    /// Until when each sleep was to last, as seen from when it began: to wait for somebody to fall asleep.
    package let sleeps: AsyncStream<Duration>
    private let sleepBegan: AsyncStream<Duration>.Continuation

    package init() {
        (self.sleeps, self.sleepBegan) = AsyncStream.makeStream()
    }

    package var clock: WorkerClock {
        WorkerClock(now: { self.now }, sleep: { try await self.sleep(until: $0) })
    }

    package var now: ContinuousClock.Instant { self.state.withLockedValue { $0.now } }

    package func advance(by duration: Duration) {
        let due = self.state.withLockedValue { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    private func sleep(until instant: ContinuousClock.Instant) async throws {
        let id = self.state.withLockedValue { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: Result<Duration?, any Error> = self.state.withLockedValue { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if instant <= state.now { return .success(nil) }
                    state.sleepers[id] = (instant, continuation)
                    return .success(state.now.duration(to: instant))
                }
                switch result {
                case .failure(let error): continuation.resume(throwing: error)
                case .success(nil): continuation.resume()
                case .success(let duration?): self.sleepBegan.yield(duration)
                }
            }
        } onCancel: {
            let sleeper = self.state.withLockedValue { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

extension AsyncStream where Element == Duration {
    /// Waits until somebody sleeps for so long.
    package func first(of duration: Duration) async {
        for await each in self where each == duration { return }
    }
}
