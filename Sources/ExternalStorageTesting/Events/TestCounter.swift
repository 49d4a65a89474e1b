//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers

/// A number that only grows, and that one can wait for.
package final class TestCounter: Sendable {
    private struct State: Sendable {
        var value = 0
        /// Those who wait, and for what.
        var waiting: [Waiter<Void>: Int] = [:]
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    package var value: Int { self.state.withLockedValue { $0.value } }

    package func increment() {
        let reached = self.state.withLockedValue { state in
            state.value += 1
            let reached = state.waiting.filter { $0.value <= state.value }.keys
            for waiter in reached { state.waiting[waiter] = nil }
            return reached
        }
        for waiter in reached { waiter.resume() }
    }

    /// - Throws: `CancellationError`.
    package func wait(for goal: Int) async throws {
        try Task.checkCancellation()
        let waiter = Waiter<Void>()
        let isReached = self.state.withLockedValue { state in
            if state.value < goal { state.waiting[waiter] = goal }
            return state.value >= goal
        }
        guard !isReached else { return }
        try await waiter.value {
            self.state.withLockedValue { $0.waiting[waiter] = nil }
        }
    }
}
