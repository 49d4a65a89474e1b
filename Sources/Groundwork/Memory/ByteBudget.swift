//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// Bytes of memory that many share: whoever needs some waits until they are there.
///
/// Small requests pass large ones that do not fit yet, but only until as many bytes have passed a large one as there
/// are in all; then what is given back adds up for it. Shares that grow come before new ones.
///
/// Whoever holds a share and waits for another one of the same budget may wait for ever: take what a piece of work
/// needs at once, or let its share grow.
package final class ByteBudget: Sendable {
    /// How many bytes are taken, and how many requests wait.
    package struct Usage: Hashable, Sendable {
        package var taken: Int
        package var waiting: Int
    }

    private struct Request: Sendable {
        var bytes: Int
        var waiter = Waiter<Void>()
    }

    private typealias Queue = ByteBudgetQueue<Request>

    /// How many bytes there are.
    package let capacity: Int
    private let queue: NIOLockedValueBox<Queue>
    private let onChange: @Sendable (Usage) -> Void

    /// Creates a budget of which nothing is taken.
    ///
    /// - Parameters:
    ///   - capacity: How many bytes there are; more than none.
    ///   - onChange: Called after bytes were taken or given back, or the line has changed, from any thread; for metrics.
    package init(capacity: Int, onChange: @escaping @Sendable (Usage) -> Void = { _ in }) {
        precondition(capacity > 0, "a budget without bytes would never give any")
        self.capacity = capacity
        self.queue = NIOLockedValueBox(Queue(capacity: capacity))
        self.onChange = onChange
    }

    /// How many bytes are taken, and how many requests wait.
    package var usage: Usage { self.queue.withLockedValue { Usage(taken: $0.taken, waiting: $0.waiting) } }

    /// Takes bytes, and waits for them if it has to.
    ///
    /// - Parameter bytes: How many; not negative.
    /// - Returns: The share, which gives back what it holds when nobody keeps it any more.
    /// - Throws: ``ByteBudgetError``: `tooLarge`, at once, for more than there is in all. `CancellationError`; then
    ///   nothing has been taken.
    package func take(_ bytes: Int) async throws -> ByteShare {
        try await self.take(bytes, held: nil)
        return ByteShare(of: self, bytes)
    }

    /// Takes bytes if they are there and nobody who waits would be passed by too much.
    ///
    /// - Parameter bytes: How many; not negative.
    /// - Returns: The share; nil if it would have to wait, or asks for more than there is in all.
    package func takeIfAvailable(_ bytes: Int) -> ByteShare? {
        self.takeIfAvailable(bytes, isGrowth: false) ? ByteShare(of: self, bytes) : nil
    }

    /// A share of nothing, which is to grow.
    package func emptyShare() -> ByteShare { ByteShare(of: self, 0) }

    func charge(_ bytes: Int) {
        precondition(bytes >= 0, "a share has no negative size")
        guard bytes > 0 else { return }
        self.queue.withLockedValue { $0.charge(bytes) }
        self.onChange(self.usage)
    }

    func takeIfAvailable(_ bytes: Int, isGrowth: Bool) -> Bool {
        precondition(bytes >= 0, "a share has no negative size")
        guard self.queue.withLockedValue({ $0.takeIfAvailable(bytes, isGrowth: isGrowth) }) else { return false }
        self.onChange(self.usage)
        return true
    }

    /// Takes bytes for a share; `held` is what it holds already, nil for a new one.
    func take(_ bytes: Int, held: Int?) async throws {
        precondition(bytes >= 0, "a share has no negative size")
        guard bytes <= self.capacity - (held ?? 0) else {
            throw ByteBudgetError(.tooLarge, requested: bytes, held: held ?? 0, capacity: self.capacity)
        }
        try Task.checkCancellation()
        let request = Request(bytes: bytes)
        let answer = self.queue.withLockedValue { $0.take(bytes, held: held, request) }
        self.onChange(self.usage)
        switch answer {
        case .taken: return
        case .stuck: throw self.stuck(request, held: held)
        case .wait(let ticket):
            do {
                try await request.waiter.value { self.change { $0.leave(ticket) } }
            } catch is Stuck {
                throw self.stuck(request, held: held)
            }
        }
    }

    func give(_ bytes: Int) {
        guard bytes > 0 else { return }
        self.change { $0.give(bytes) }
    }

    private struct Stuck: Error {}

    private func stuck(_ request: Request, held: Int?) -> ByteBudgetError {
        ByteBudgetError(.stuck, requested: request.bytes, held: held ?? 0, capacity: self.capacity)
    }

    private func change(_ body: (inout Queue) -> Queue.Change) {
        let change = self.queue.withLockedValue(body)
        change.stuck?.waiter.resume(throwing: Stuck())
        for request in change.due where !request.waiter.resume() {
            // It was cancelled between its turn and this line.
            self.give(request.bytes)
        }
        self.onChange(self.usage)
    }
}
