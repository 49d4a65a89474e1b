//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// A value that is made once, by the first who asks, for all who ask meanwhile and later.
///
/// Whoever makes it does so in a task of its own caller. If it fails or is cancelled there, nobody else fails with it:
/// the next of those who wait makes it.
final class SingleFlight<Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value?, any Error>

    private enum State {
        case idle
        case making(waiters: [Int: Waiter], cancelled: Set<Int>)
        case made(Value)
    }

    private struct Guarded {
        var state = State.idle
        var lastID = 0
    }

    private enum Turn {
        case made(Value)
        case make
        case wait(id: Int)
    }

    private let guarded: NIOLockedValueBox<Guarded>

    /// - Parameter value: The value, if it is there already.
    init(_ value: Value? = nil) {
        self.guarded = NIOLockedValueBox(Guarded(state: value.map(State.made) ?? .idle))
    }

    /// How many wait for somebody else.
    ///
    /// For tests.
    var waiters: Int {
        self.guarded.withLockedValue { guarded in
            guard case .making(let waiters, _) = guarded.state else { return 0 }
            return waiters.count
        }
    }

    /// The value.
    ///
    /// - Throws: What `make` throws for this caller; `CancellationError` if the caller is cancelled while it waits.
    func value(_ make: () async throws -> Value) async throws -> Value {
        while true {
            switch self.turn() {
            case .made(let value): return value
            case .wait(let id):
                if let value = try await self.wait(id) { return value }
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
        self.guarded.withLockedValue { guarded in
            switch guarded.state {
            case .made(let value): return .made(value)
            case .idle:
                guarded.state = .making(waiters: [:], cancelled: [])
                return .make
            case .making:
                guarded.lastID += 1
                return .wait(id: guarded.lastID)
            }
        }
    }

    /// The value, or nil if it is this caller's turn to look again.
    private func wait(_ id: Int) async throws -> Value? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Waiter) in
                let result: Result<Value?, any Error>? = self.guarded.withLockedValue { guarded in
                    switch guarded.state {
                    case .made(let value): return .success(value)
                    case .idle: return .success(nil)
                    case .making(var waiters, let cancelled):
                        guard !cancelled.contains(id) else { return .failure(CancellationError()) }
                        waiters[id] = continuation
                        guarded.state = .making(waiters: waiters, cancelled: cancelled)
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter: Waiter? = self.guarded.withLockedValue { guarded in
                guard case .making(var waiters, var cancelled) = guarded.state else { return nil }
                let waiter = waiters.removeValue(forKey: id)
                // Not waiting yet: it is told when it begins to.
                if waiter == nil { cancelled.insert(id) }
                guarded.state = .making(waiters: waiters, cancelled: cancelled)
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func end(with value: Value?) {
        let waiters: [Waiter] = self.guarded.withLockedValue { guarded in
            guard case .making(let waiters, _) = guarded.state else {
                preconditionFailure("only the one who makes the value ends that")
            }
            guarded.state = value.map(State.made) ?? .idle
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }
}
