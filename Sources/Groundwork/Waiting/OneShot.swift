//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// Something that happens once, and that any number of tasks can wait for.
package final class OneShot: Sendable {
    private struct State {
        var hasFired = false
        var waiting: Set<Waiter<Void>> = []
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    package var hasFired: Bool { self.state.withLockedValue { $0.hasFired } }

    /// How many wait.
    package var waiting: Int { self.state.withLockedValue { $0.waiting.count } }

    /// Lets all go on who wait, and all who come later.
    ///
    /// Again: nothing.
    package func fire() {
        let waiting = self.state.withLockedValue { state in
            state.hasFired = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Returns when it has happened, or when the task is cancelled: ``hasFired`` tells which.
    package func wait() async {
        let waiter = Waiter<Void>()
        let hasFired = self.state.withLockedValue { state in
            if !state.hasFired { state.waiting.insert(waiter) }
            return state.hasFired
        }
        guard !hasFired else { return }
        // The one error there is says that the task was cancelled, and then there is nothing to wait for any more.
        try? await waiter.value {
            self.state.withLockedValue { _ = $0.waiting.remove(waiter) }
        }
    }

    /// Runs something in a child task, which is cancelled when this happens.
    ///
    /// - Returns: What the body returned, also if it was cancelled and came to a result all the same.
    package func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async -> Result
    ) async -> Result {
        await withTaskGroup(of: Result?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await self.wait()
                return nil
            }
            while true {
                // The body is one of the two, and both are awaited: one of them has a result.
                let result = await group.next() ?? nil
                group.cancelAll()
                if let result { return result }
            }
        }
    }
}
