//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

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
        var waiters: [UInt64: CheckedContinuation<Outcome, any Error>] = [:]
        var lastWaiter: UInt64 = 0
        var cancelled: Set<UInt64> = []
    }

    private let state = NIOLockedValueBox(State())

    init() {}

    /// How many wait.
    ///
    /// For tests.
    var waiters: Int { self.state.withLockedValue { $0.waiters.count } }

    /// Waits until the flight has ended.
    ///
    /// - Throws: `CancellationError`, at once, if the waiting task is cancelled; nobody else notices.
    func wait() async throws -> Outcome {
        let id = self.state.withLockedValue { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Outcome, any Error>? = self.state.withLockedValue { state in
                    if let outcome = state.outcome { return .success(outcome) }
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = self.state.withLockedValue { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.cancelled.insert(id) }
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    func end(_ outcome: Outcome) {
        let waiters = self.state.withLockedValue { state in
            state.outcome = outcome
            let waiters = state.waiters
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters.values { waiter.resume(returning: outcome) }
    }
}
