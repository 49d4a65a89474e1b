//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Synchronization

/// A provider whose calls a test answers one by one.
final class ScriptedSource: AWSCredentialsProvider {
    private struct State {
        var calls = 0
        var cancelled = 0
        var waiting: [Int: CheckedContinuation<AWSCredentials, any Error>] = [:]
        var cancelledEarly: Set<Int> = []
    }

    private let state = Mutex(State())

    /// How often the source was asked.
    var calls: Int { self.state.withLock { $0.calls } }

    /// How many of the calls were cancelled.
    var cancelled: Int { self.state.withLock { $0.cancelled } }

    func credentials() async throws -> AWSCredentials {
        let id = self.state.withLock { state in
            state.calls += 1
            return state.calls
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = self.state.withLock { state in
                    if state.cancelledEarly.contains(id) { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let continuation = self.state.withLock { state in
                state.cancelled += 1
                state.cancelledEarly.insert(id)
                return state.waiting.removeValue(forKey: id)
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    /// Waits until there is an unanswered call, and answers it.
    func answer(_ result: Result<AWSCredentials, any Error>) async {
        while true {
            let continuation = self.state.withLock { state in
                state.waiting.keys.min().flatMap { state.waiting.removeValue(forKey: $0) }
            }
            if let continuation { return continuation.resume(with: result) }
            await Task.yield()
        }
    }

    /// Waits until the source has been asked so often.
    func waitForCalls(_ count: Int) async {
        while self.calls < count { await Task.yield() }
    }
}
