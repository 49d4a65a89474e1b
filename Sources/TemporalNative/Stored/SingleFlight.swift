//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers

/// A value that is made once, by the first who asks, for all who ask meanwhile and later.
///
/// Whoever makes it does so in a task of its own caller. If it fails or is cancelled there, nobody else fails with it:
/// the next of those who wait makes it.
final class SingleFlight<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case making(waiting: Set<Waiter<Value?>>)
        case made(Value)
    }

    private enum Turn {
        case made(Value)
        case make
        case wait(Waiter<Value?>)
    }

    private let state: NIOLockedValueBox<State>

    /// - Parameter value: The value, if it is there already.
    init(_ value: Value? = nil) {
        self.state = NIOLockedValueBox(value.map(State.made) ?? .idle)
    }

    /// How many wait for somebody else.
    ///
    /// For tests.
    var waiters: Int {
        self.state.withLockedValue { state in
            guard case .making(let waiting) = state else { return 0 }
            return waiting.count
        }
    }

    /// The value.
    ///
    /// - Throws: What `make` throws for this caller; `CancellationError` if the caller is cancelled while it waits.
    func value(_ make: () async throws -> Value) async throws -> Value {
        while true {
            switch self.turn() {
            case .made(let value): return value
            case .wait(let waiter):
                // Nil if it is this caller's turn to look again.
                if let value = try await waiter.value(onCancel: { self.leave(waiter) }) { return value }
            case .make:
                do {
                    let value = try await make()
                    self.end(with: value)
                    return value
                } catch {
                    self.end(with: nil)
                    throw error
                }
            }
        }
    }

    private func turn() -> Turn {
        self.state.withLockedValue { state in
            switch state {
            case .made(let value): return .made(value)
            case .idle:
                state = .making(waiting: [])
                return .make
            case .making(var waiting):
                let waiter = Waiter<Value?>()
                waiting.insert(waiter)
                state = .making(waiting: waiting)
                return .wait(waiter)
            }
        }
    }

    private func leave(_ waiter: Waiter<Value?>) {
        self.state.withLockedValue { state in
            guard case .making(var waiting) = state else { return }
            waiting.remove(waiter)
            state = .making(waiting: waiting)
        }
    }

    private func end(with value: Value?) {
        let waiting = self.state.withLockedValue { state in
            guard case .making(let waiting) = state else {
                preconditionFailure("only the one who makes the value ends that")
            }
            state = value.map(State.made) ?? .idle
            return waiting
        }
        for waiter in waiting { waiter.resume(returning: value) }
    }
}
