//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// A number that only grows, and that one can wait for.
package final class TestCounter: Sendable {
    private struct Waiter: Sendable {
        var goal: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State: Sendable {
        var value = 0
        var lastID = 0
        var waiters: [Int: Waiter] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    package var value: Int { self.state.withLockedValue { $0.value } }

    package func increment() {
        let reached = self.state.withLockedValue { state in
            state.value += 1
            let reached = state.waiters.filter { $0.value.goal <= state.value }
            for id in reached.keys { state.waiters[id] = nil }
            return reached.values.map(\.continuation)
        }
        for continuation in reached { continuation.resume() }
    }

    /// - Throws: `CancellationError`.
    package func wait(for goal: Int) async throws {
        let id = self.state.withLockedValue { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = self.state.withLockedValue { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if state.value >= goal { return .success(()) }
                    state.waiters[id] = Waiter(goal: goal, continuation: continuation)
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
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
