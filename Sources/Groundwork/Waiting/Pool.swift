//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import DequeModule
internal import NIOConcurrencyHelpers

/// Things to borrow, such as permits; first come, first served.
package final class Pool<Element: Sendable>: Sendable {
    private struct State {
        var free: [Element]
        var waiting: [UInt64: Waiter<Element>] = [:]
        /// The tickets of those who wait, in their order; whoever has left is not in `waiting` any more.
        var line: Deque<UInt64> = []
        var lastTicket: UInt64 = 0

        mutating func lineUp(_ waiter: Waiter<Element>) -> UInt64 {
            // Those who have left are swept out once they are most of the line.
            if self.line.count > 2 * self.waiting.count + 32 {
                self.line.removeAll { self.waiting[$0] == nil }
            }
            self.lastTicket += 1
            self.waiting[self.lastTicket] = waiter
            self.line.append(self.lastTicket)
            return self.lastTicket
        }

        mutating func first() -> Waiter<Element>? {
            while let ticket = self.line.popFirst() {
                if let waiter = self.waiting.removeValue(forKey: ticket) { return waiter }
            }
            return nil
        }
    }

    private let state: NIOLockedValueBox<State>

    package init(_ elements: [Element]) {
        precondition(!elements.isEmpty, "an empty pool would never hand anything out")
        self.state = NIOLockedValueBox(State(free: elements.reversed()))
    }

    /// How many are not borrowed.
    package var freeCount: Int { self.state.withLockedValue { $0.free.count } }

    /// How many wait.
    package var waitingCount: Int { self.state.withLockedValue { $0.waiting.count } }

    /// Borrows one if there is one; then nobody waits.
    package func takeIfAvailable() -> Element? { self.state.withLockedValue { $0.free.popLast() } }

    /// Borrows one, and waits for it if none is left.
    ///
    /// - Throws: `CancellationError`; then nothing has been taken.
    package func take() async throws -> Element {
        try Task.checkCancellation()
        let waiter = Waiter<Element>()
        let (element, ticket): (Element?, UInt64) = self.state.withLockedValue { state in
            if let element = state.free.popLast() { return (element, 0) }
            return (nil, state.lineUp(waiter))
        }
        if let element { return element }
        return try await waiter.value {
            self.state.withLockedValue { _ = $0.waiting.removeValue(forKey: ticket) }
        }
    }

    /// Gives one back: to the first who waits, if anybody does.
    package func giveBack(_ element: Element) {
        while true {
            let waiter: Waiter<Element>? = self.state.withLockedValue { state in
                let waiter = state.first()
                if waiter == nil { state.free.append(element) }
                return waiter
            }
            // Whoever is leaving at this moment does not take it.
            guard let waiter, !waiter.resume(returning: element) else { return }
        }
    }
}
