//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Something that happens once, and that any number of tasks can wait for.
final class OneShot: Sendable {
    private struct State {
        var hasFired = false
        var lastID = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var left: Set<Int> = []
    }

    private let state = NIOLockedValueBox(State())

    var hasFired: Bool { self.state.withLockedValue { $0.hasFired } }

    /// Lets all go on who wait, and all who come later.
    ///
    /// Again: nothing.
    func fire() {
        let waiting = self.state.withLockedValue { state in
            state.hasFired = true
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when it has happened, or when the task is cancelled.
    func wait() async {
        let id = self.state.withLockedValue { state in
            state.lastID += 1
            return state.lastID
        }
        defer { _ = self.state.withLockedValue { $0.left.remove(id) } }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = self.state.withLockedValue { state in
                    if state.hasFired || state.left.contains(id) { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            let waiting = self.state.withLockedValue { state in
                state.left.insert(id)
                return state.waiting.removeValue(forKey: id)
            }
            waiting?.resume()
        }
    }
}
