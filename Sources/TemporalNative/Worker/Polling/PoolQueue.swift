//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A set of things to borrow and those who wait for one, first come, first served.
///
/// Pure: resuming is the caller's business, outside of whatever lock protects the value.
struct PoolQueue<Element: Sendable, Waiter: Sendable>: Sendable {
    enum Outcome: Sendable {
        case taken(Element)
        case wait
        case cancelled
    }

    private var free: [Element]
    private var lastTicket = 0
    private var waiting: [(ticket: Int, waiter: Waiter)] = []
    private var cancelledEarly: Set<Int> = []

    init(_ elements: [Element]) {
        self.free = elements.reversed()
    }

    var freeCount: Int { self.free.count }
    var waitingCount: Int { self.waiting.count }

    mutating func ticket() -> Int {
        self.lastTicket += 1
        return self.lastTicket
    }

    /// Takes an element, or waits in the line.
    mutating func take(_ ticket: Int, _ waiter: Waiter) -> Outcome {
        if self.cancelledEarly.remove(ticket) != nil { return .cancelled }
        if let element = self.free.popLast() { return .taken(element) }
        self.waiting.append((ticket, waiter))
        return .wait
    }

    /// Leaves the line; remembers it if the ticket has not lined up yet.
    ///
    /// - Returns: The waiter to tell, if it stood in the line.
    mutating func cancel(_ ticket: Int) -> Waiter? {
        guard let index = self.waiting.firstIndex(where: { $0.ticket == ticket }) else {
            self.cancelledEarly.insert(ticket)
            return nil
        }
        return self.waiting.remove(at: index).waiter
    }

    /// A ticket was served or has left, and will not be used again.
    mutating func forget(_ ticket: Int) {
        self.cancelledEarly.remove(ticket)
    }

    /// Gives an element back.
    ///
    /// - Returns: The waiter to give it to, if anybody waits.
    mutating func giveBack(_ element: Element) -> Waiter? {
        guard !self.waiting.isEmpty else {
            self.free.append(element)
            return nil
        }
        return self.waiting.removeFirst().waiter
    }
}
