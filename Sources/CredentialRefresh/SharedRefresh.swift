//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
internal import Synchronization

/// One call of a source, and all who wait for it.
///
/// The work belongs to all of them: one that is cancelled leaves, and the last one to leave cancels the work and waits
/// for its end.
final class SharedRefresh<Value: Sendable>: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var outcome: Result<Value, any Error>?
        var members: Set<Waiter<Value>>
    }

    /// The one that begins the work.
    let first = Waiter<Value>()
    private let state: Mutex<State>

    init() {
        self.state = Mutex(State(members: [self.first]))
    }

    /// How many wait.
    ///
    /// For tests.
    var members: Int { self.state.withLock { $0.members.count } }

    /// Becomes one of those who wait; nil if all of them have left and the work is about to be cancelled.
    func join() -> Waiter<Value>? {
        self.state.withLock { state in
            guard !state.members.isEmpty else { return nil }
            let member = Waiter<Value>()
            state.members.insert(member)
            // Nobody waits with it yet, so that nothing runs under this lock.
            if let outcome = state.outcome { member.resume(with: outcome) }
            return member
        }
    }

    /// Begins the work; called once, for ``first``.
    ///
    /// The task is awaited by ``result(of:)`` of whoever is the last to wait.
    func begin(_ work: @escaping @Sendable () async throws -> Value) {
        let task = Task {
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
            self.end(outcome)
        }
        self.state.withLock { $0.task = task }
    }

    /// Waits for the outcome.
    ///
    /// - Parameter member: What ``join()`` gave, or ``first``.
    /// - Returns: What the work gave.
    /// - Throws: What the work threw; `CancellationError` if the caller is cancelled, at once if others wait too.
    func result(of member: Waiter<Value>) async throws -> Value {
        let result: Result<Value, any Error>
        do { result = .success(try await member.value()) } catch { result = .failure(error) }
        await self.leave(member)
        return try result.get()
    }

    private func leave(_ member: Waiter<Value>) async {
        let task = self.state.withLock { state in
            state.members.remove(member)
            return state.members.isEmpty ? state.task : nil
        }
        guard let task else { return }
        task.cancel()
        await task.value
    }

    private func end(_ outcome: Result<Value, any Error>) {
        let members = self.state.withLock { state in
            state.outcome = outcome
            return state.members
        }
        for member in members { member.resume(with: outcome) }
    }
}
