//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// Memory that requests share: they wait until there is enough of it, as long as they may.
final class ByteBudget: Sendable {
    /// Bytes that were taken; they are given back when nobody holds on to this any more.
    ///
    /// A response whose body is never asked for gives its bytes back like any other.
    final class Hold: Sendable {
        private let budget: ByteBudget
        private let bytes: Int

        fileprivate init(_ budget: ByteBudget, _ bytes: Int) {
            self.budget = budget
            self.bytes = bytes
            budget.onChange(budget.usage)
        }

        deinit { self.budget.give(self.bytes) }
    }

    /// It is nobody's turn for too long.
    struct Busy: Error {}

    private typealias Continuation = CheckedContinuation<Void, any Error>

    /// How many bytes are taken, and how many requests wait.
    struct Usage: Hashable, Sendable {
        var taken: Int
        var waiting: Int
    }

    private let queue: NIOLockedValueBox<ByteBudgetQueue<Continuation>>
    private let onChange: @Sendable (Usage) -> Void

    /// - Parameters:
    ///   - capacity: How many bytes there are.
    ///   - onChange: Told after bytes were taken or given back, for metrics.
    init(capacity: Int, onChange: @escaping @Sendable (Usage) -> Void = { _ in }) {
        self.queue = NIOLockedValueBox(ByteBudgetQueue(capacity: capacity))
        self.onChange = onChange
    }

    /// How many bytes are taken, and how many requests wait.
    var usage: Usage { self.queue.withLockedValue { Usage(taken: $0.taken, waiting: $0.waiting) } }

    /// Takes bytes, after those who came before.
    ///
    /// - Parameters:
    ///   - bytes: How many; more than there are in all counts as all.
    ///   - patience: The longest wait.
    /// - Returns: What keeps the bytes taken.
    /// - Throws: ``Busy``; `CancellationError`.
    func take(_ bytes: Int, patience: Duration) async throws -> Hold {
        let bytes = self.queue.withLockedValue { $0.charge(for: bytes) }
        if self.queue.withLockedValue({ $0.take(bytes) }) { return Hold(self, bytes) }
        return try await withTimeLimit(patience) {
            try await self.wait(bytes)
            return Hold(self, bytes)
        } onTimeout: {
            Busy()
        }
    }

    private func wait(_ bytes: Int) async throws {
        let id = NIOLockedValueBox<UInt64?>(nil)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let isDue = self.queue.withLockedValue { queue in
                    if queue.take(bytes) { return true }
                    let ticket = queue.wait(for: bytes, continuation)
                    id.withLockedValue { $0 = ticket }
                    return false
                }
                if isDue { return continuation.resume() }
                // The handler below may have come before there was a ticket.
                if Task.isCancelled { self.leave(id.withLockedValue { $0 }) }
            }
        } onCancel: {
            self.leave(id.withLockedValue { $0 })
        }
    }

    private func leave(_ id: UInt64?) {
        guard let id, let left = self.queue.withLockedValue({ $0.leave(id) }) else { return }
        left.waiter.resume(throwing: CancellationError())
        for waiter in left.due { waiter.resume() }
    }

    private func give(_ bytes: Int) {
        for waiter in self.queue.withLockedValue({ $0.give(bytes) }) { waiter.resume() }
        self.onChange(self.usage)
    }
}
