//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import Synchronization

/// One call of a source, and all who wait for it.
///
/// The work belongs to all of them: one that is cancelled leaves, and the last one to leave cancels the work and waits
/// for its end.
final class SharedRefresh: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var outcome: Result<AWSCredentials, any Error>?
        var members = 0
        var waiting: [Int: CheckedContinuation<AWSCredentials, any Error>] = [:]
        var cancelled: Set<Int> = []
        var nextID = 0
    }

    private let state = Mutex(State())

    /// How many wait.
    ///
    /// For tests.
    var members: Int { self.state.withLock { $0.members } }

    /// Becomes one of those who wait; nil if all of them have left and the work is about to be cancelled.
    func join() -> Int? {
        self.state.withLock { state in
            guard state.nextID == 0 || state.members > 0 else { return nil }
            state.members += 1
            state.nextID += 1
            return state.nextID
        }
    }

    /// Begins the work; called once, by the first one to join.
    ///
    /// The task is awaited by ``result(of:)`` of whoever is the last to wait.
    func begin(_ work: @escaping @Sendable () async throws -> AWSCredentials) {
        let task = Task {
            let outcome: Result<AWSCredentials, any Error>
            do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
            self.end(outcome)
        }
        self.state.withLock { $0.task = task }
    }

    /// Waits for the outcome.
    ///
    /// - Parameter id: What ``join()`` gave.
    /// - Returns: What the work gave.
    /// - Throws: What the work threw; `CancellationError` if the caller is cancelled, at once if others wait too.
    func result(of id: Int) async throws -> AWSCredentials {
        do {
            let result = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { self.wait(id, $0) }
            } onCancel: {
                self.cancel(id)
            }
            await self.leave()
            return result
        } catch {
            await self.leave()
            throw error
        }
    }

    private func wait(_ id: Int, _ continuation: CheckedContinuation<AWSCredentials, any Error>) {
        let outcome: Result<AWSCredentials, any Error>? = self.state.withLock { state in
            if let outcome = state.outcome { return outcome }
            if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
            state.waiting[id] = continuation
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func cancel(_ id: Int) {
        let continuation = self.state.withLock { state in
            let continuation = state.waiting.removeValue(forKey: id)
            if continuation == nil { state.cancelled.insert(id) }
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
    }

    private func leave() async {
        let task = self.state.withLock { state in
            state.members -= 1
            return state.members == 0 ? state.task : nil
        }
        guard let task else { return }
        task.cancel()
        await task.value
    }

    private func end(_ outcome: Result<AWSCredentials, any Error>) {
        let waiting = self.state.withLock { state in
            state.outcome = outcome
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(with: outcome) }
    }
}
