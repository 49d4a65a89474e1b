//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
package import NIOCore
import Synchronization

/// Makes no more than so many calls a second, and repeats those that may go better the next time (ES-G5).
package final class PacedCaller: TemporalCaller {
    private struct State {
        /// When the next call may begin.
        var next: ContinuousClock.Instant
        var calls = 0
        var repetitions = 0
    }

    private let base: any TemporalCaller
    private let interval: Duration
    private let attempts: Int
    private let firstDelay: Duration
    private let state = Mutex(State(next: .now))

    /// - Parameters:
    ///   - base: Makes the calls.
    ///   - callsPerSecond: The most calls that begin within a second, at least 1.
    ///   - attempts: How often a call is tried that may go better the next time.
    ///   - firstDelay: How long to wait before the second attempt; twice as long before each further one.
    package init(
        _ base: any TemporalCaller,
        callsPerSecond: Int,
        attempts: Int = 6,
        firstDelay: Duration = .milliseconds(250)
    ) {
        precondition(callsPerSecond >= 1 && attempts >= 1, "a pace of nothing never ends")
        self.base = base
        self.interval = .seconds(1) / callsPerSecond
        self.attempts = attempts
        self.firstDelay = firstDelay
    }

    /// How many calls were made, repeated ones with each attempt.
    package var callCount: Int { self.state.withLock { $0.calls } }

    /// How many of them were repetitions.
    package var repetitionCount: Int { self.state.withLock { $0.repetitions } }

    package func call(_ method: String, _ request: ByteBuffer) async throws -> ByteBuffer {
        var delay = self.firstDelay
        for attempt in 1... {
            try await self.pace()
            do {
                return try await self.base.call(method, request)
            } catch let error as RPCError where Self.mayGoBetter(error.code) && attempt < self.attempts {
                self.state.withLock { $0.repetitions += 1 }
                try await Task.sleep(for: delay)
                delay = min(delay * 2, .seconds(10))
            }
        }
        preconditionFailure("the loop above ends by returning or throwing")
    }

    private func pace() async throws {
        let start = self.state.withLock { state in
            let start = max(state.next, .now)
            state.next = start + self.interval
            state.calls += 1
            return start
        }
        if start > .now { try await Task.sleep(until: start, clock: .continuous) }
    }

    private static func mayGoBetter(_ code: RPCError.Code) -> Bool {
        [.unavailable, .resourceExhausted, .deadlineExceeded, .aborted, .internalError, .unknown].contains(code)
    }
}
