//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers

/// One payload on its way, and those who wait for it besides the one who fetches it.
final class Flight: Sendable {
    enum Outcome: Sendable {
        case landed(Payload)
        /// It failed for whoever fetched it; that need not be true for anybody else.
        case failed
        /// Whoever fetched it was cancelled.
        case abandoned
    }

    private struct State: Sendable {
        var outcome: Outcome?
        var waiting: Set<Waiter<Outcome>> = []
    }

    private let state = NIOLockedValueBox(State())

    init() {}

    /// How many wait.
    ///
    /// For tests.
    var waiters: Int { self.state.withLockedValue { $0.waiting.count } }

    /// Waits until the flight has ended.
    ///
    /// - Throws: `CancellationError`, at once, if the waiting task is cancelled; nobody else notices.
    func wait() async throws -> Outcome {
        let waiter = Waiter<Outcome>()
        let outcome = self.state.withLockedValue { state in
            if state.outcome == nil { state.waiting.insert(waiter) }
            return state.outcome
        }
        if let outcome { return outcome }
        return try await waiter.value {
            self.state.withLockedValue { _ = $0.waiting.remove(waiter) }
        }
    }

    func end(_ outcome: Outcome) {
        let waiting = self.state.withLockedValue { state in
            state.outcome = outcome
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(returning: outcome) }
    }
}
