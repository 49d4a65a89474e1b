//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Runs the tasks of one workflow run, one job after the other, in the order in which they became ready.
///
/// Nothing runs by itself: whoever owns the executor drains it, on its own thread. So code of a workflow runs only while
/// the engine processes a task of it, and a job that arrives from anywhere else shows that the code waited for something
/// that is not the workflow's.
///
/// The order is the order of ``enqueue(_:)``, and within one thread that order is the same in every run of the same code:
/// child tasks, continuations, task locals and cancellation handlers have been tried (see the tests of this type).
package final class WorkflowExecutor: TaskExecutor {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var head = 0
        var owner: ThreadIdentity?
        var hasEscaped = false
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())
    private let runStrays: @Sendable (WorkflowExecutor) -> Void

    /// Creates an executor.
    ///
    /// - Parameter runStrays: Is called when a job arrives after ``close()``, on the thread it came from; it has
    ///   ``drainStrays()`` called on a thread that runs no task.
    package init(runStrays: @escaping @Sendable (WorkflowExecutor) -> Void) {
        self.runStrays = runStrays
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let here = ThreadIdentity.current
        let isStray = self.state.withLockedValue { state in
            state.jobs.append(job)
            guard state.owner != here else { return false }
            state.hasEscaped = true
            return state.isClosed && state.owner == nil
        }
        if isStray { self.runStrays(self) }
    }

    /// Whether the calling thread may touch the run, because it runs it.
    package var isCurrent: Bool {
        let here = ThreadIdentity.current
        return self.state.withLockedValue { $0.owner == here }
    }

    /// Whether code of the workflow ran, or became ready to run, outside of the workflow.
    package var hasEscaped: Bool { self.state.withLockedValue { $0.hasEscaped } }

    /// Takes note of code that ran outside of the workflow.
    func noteEscape() {
        self.state.withLockedValue { $0.hasEscaped = true }
    }

    /// Does something as the owner.
    ///
    /// One at a time: the caller sees to that.
    func owned<Result>(_ body: () throws -> Result) rethrows -> Result {
        let here = ThreadIdentity.current
        self.state.withLockedValue { state in
            precondition(state.owner == nil, "a run is processed by two threads at once")
            state.owner = here
        }
        defer { self.state.withLockedValue { $0.owner = nil } }
        return try body()
    }

    /// Runs jobs until there are none.
    func drain() {
        while let job = self.next() {
            unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }

    /// From now on, jobs that arrive from elsewhere are run as strays.
    func close() {
        self.state.withLockedValue { $0.isClosed = true }
    }

    /// Runs what became ready after the run was given up, so that its tasks can end.
    package func drainStrays() {
        let here = ThreadIdentity.current
        let isMine = self.state.withLockedValue { state in
            guard state.owner == nil else { return false }
            state.owner = here
            return true
        }
        // Whoever owns it runs the jobs before it lets go.
        guard isMine else { return }
        while true {
            self.drain()
            let isDone = self.state.withLockedValue { state in
                guard state.head == state.jobs.count else { return false }
                state.owner = nil
                return true
            }
            if isDone { return }
        }
    }

    private func next() -> UnownedJob? {
        self.state.withLockedValue { state in
            guard state.head < state.jobs.count else {
                state.jobs.removeAll(keepingCapacity: true)
                state.head = 0
                return nil
            }
            defer { state.head += 1 }
            return state.jobs[state.head]
        }
    }
}
