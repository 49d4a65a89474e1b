//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Cancels the task that answers a call, once its client has gone.
final class CallCancellation: Sendable {
    private struct State {
        var isCancelled = false
        var handler: (@Sendable () -> Void)?
    }

    private let state = NIOLockedValueBox(State())

    /// Cancels the task; also one that begins later.
    func cancel() {
        self.state.withLockedValue { state in
            state.isCancelled = true
            // Within the lock: without it the task might have ended by now.
            state.handler?()
        }
    }

    /// Runs a closure whose task can be cancelled meanwhile.
    @concurrent
    func cancelling<Result: Sendable>(_ body: @concurrent @Sendable () async -> Result) async -> Result {
        await unsafe withUnsafeCurrentTask { task in
            if let task = unsafe task.map({ unsafe CancellableTask(task: $0) }) {
                self.state.withLockedValue { state in
                    state.handler = { task.cancel() }
                    if state.isCancelled { task.cancel() }
                }
            }
            // From here on nobody has the task, which lives as long as this closure.
            defer { self.state.withLockedValue { $0.handler = nil } }
            return await body()
        }
    }
}

/// A task that another thread may cancel while it is known to run.
///
/// What cancelling it sets off must not cancel the call again.
///
/// - Note: `@unchecked` because cancelling is what may be done to an `UnsafeCurrentTask` from another task, as it can
///   with a `Task`; nothing else is done here.
@safe
private struct CancellableTask: @unchecked Sendable {
    private let task: UnsafeCurrentTask

    init(task: UnsafeCurrentTask) {
        unsafe self.task = task
    }

    func cancel() {
        unsafe self.task.cancel()
    }
}
