//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// The end of one piece of work, or of the patience for it, whichever comes first.
final class TimedAttempt<Value: Sendable>: Sendable {
    enum Outcome: Sendable {
        case ended(Result<Value, any Error>, isLate: Bool)
        case leftBehind(isLate: Bool)
    }

    private struct State: Sendable {
        var outcome: Outcome?
        var isLate = false
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    private let state = NIOLockedValueBox(State())

    init() {}

    /// Waits for the outcome; to be called once.
    ///
    /// Cancellation does not end it: whoever cancels says so by ``giveUp()``.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = self.state.withLockedValue { state in
                if state.outcome == nil { state.continuation = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// The deadline has passed.
    ///
    /// It is late before it is cancelled: what ends as soon as that happens is late as well.
    func deadlinePassed(cancelling cancel: () -> Void) {
        self.state.withLockedValue { $0.isLate = true }
        cancel()
    }

    func end(_ result: Result<Value, any Error>) {
        self.settle { .ended(result, isLate: $0) }
    }

    func giveUp() {
        self.settle { .leftBehind(isLate: $0) }
    }

    private func settle(_ outcome: (_ isLate: Bool) -> Outcome) {
        let settled = self.state.withLockedValue { state -> (CheckedContinuation<Outcome, Never>?, Outcome)? in
            guard state.outcome == nil else { return nil }
            let outcome = outcome(state.isLate)
            state.outcome = outcome
            defer { state.continuation = nil }
            return (state.continuation, outcome)
        }
        if let settled { settled.0?.resume(returning: settled.1) }
    }
}
