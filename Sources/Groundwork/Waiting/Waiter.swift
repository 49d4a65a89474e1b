//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// One who waits for one value, and may be cancelled or served before the wait has begun.
///
/// Make it, put it where those who have values look, and then call ``value(onCancel:)``. Whatever comes first decides,
/// and ``resume(returning:)`` says whether the value will arrive: if not, it is for somebody else.
///
/// A lock in front of all of this comes from NIO: the thread sanitizer does not see what orders the slow road of
/// `Mutex`, which is inside of a library of the toolchain, and reports races where there are none.
package final class Waiter<Value: Sendable>: Sendable {
    private typealias Continuation = CheckedContinuation<Value, any Error>

    private enum State: Sendable {
        case idle
        case waiting(Continuation)
        /// Served before it waits.
        case served(Result<Value, any Error>)
        /// Cancelled, or served and gone.
        case over
    }

    private let state = NIOLockedValueBox(State.idle)

    package init() {}

    /// Waits for the value; to be called once.
    ///
    /// - Parameter onCancel: Is called if the waiter leaves without a value, for instance to take it out of a line; from
    ///   any thread, before this function throws.
    /// - Returns: What ``resume(returning:)`` was given.
    /// - Throws: What ``resume(throwing:)`` was given. `CancellationError` at once if the task is cancelled before there
    ///   is a value.
    package func value(onCancel: @escaping @Sendable () -> Void = {}) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let result: Result<Value, any Error>? = self.state.withLockedValue { state in
                    switch state {
                    case .idle:
                        state = .waiting(continuation)
                        return nil
                    case .served(let result):
                        state = .over
                        return result
                    case .over: return .failure(CancellationError())
                    case .waiting: preconditionFailure("a waiter waits once")
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            self.cancel(onCancel)
        }
    }

    /// Serves the waiter.
    ///
    /// - Returns: Whether it gets the value: false if it has been cancelled or served before.
    @discardableResult
    package func resume(with result: Result<Value, any Error>) -> Bool {
        let (isServed, continuation): (Bool, Continuation?) = self.state.withLockedValue { state in
            switch state {
            case .idle:
                state = .served(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .over
                return (true, continuation)
            case .served, .over: return (false, nil)
            }
        }
        continuation?.resume(with: result)
        return isServed
    }

    /// Serves the waiter with a value, see ``resume(with:)``.
    @discardableResult
    package func resume(returning value: Value) -> Bool { self.resume(with: .success(value)) }

    /// Serves the waiter with an error, see ``resume(with:)``.
    @discardableResult
    package func resume(throwing error: any Error) -> Bool { self.resume(with: .failure(error)) }

    private func cancel(_ onCancel: @Sendable () -> Void) {
        let (hasLeft, continuation): (Bool, Continuation?) = self.state.withLockedValue { state in
            switch state {
            case .idle:
                state = .over
                return (true, nil)
            case .waiting(let continuation):
                state = .over
                return (true, continuation)
            case .served, .over: return (false, nil)
            }
        }
        guard hasLeft else { return }
        onCancel()
        continuation?.resume(throwing: CancellationError())
    }
}

extension Waiter where Value == Void {
    /// Lets the waiter go on, see ``resume(with:)``.
    @discardableResult
    package func resume() -> Bool { self.resume(with: .success(())) }
}

extension Waiter: Hashable {
    package static func == (left: Waiter, right: Waiter) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
