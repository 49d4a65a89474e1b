//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Who gets the next permit: the decisions of ``PermitPool``, without the waiting.
///
/// A waiter is known by its ticket before it can be woken up, so that permits and cancellations that come in between
/// find it.
struct PermitQueue<Waiter: Sendable>: Sendable {
    typealias Ticket = UInt64

    enum Decision: Hashable {
        case wait
        case proceed
        case cancelled
    }

    private enum Place: Sendable {
        /// Has a ticket, and is about to wait.
        case arriving
        case waiting(Waiter)
        /// Has been given a permit before it began to wait.
        case granted
        case cancelled
    }

    private var available: Int
    private var places: [Ticket: Place] = [:]
    /// The tickets in their order.
    ///
    /// Those at the front may have left; they are stepped over.
    private var order: [Ticket] = []
    private var front = 0
    private var lastTicket: Ticket = 0

    init(permits: Int) {
        self.available = permits
    }

    /// How many wait, not counting those who are about to.
    var waiting: Int {
        self.places.values.count { place in
            guard case .waiting = place else { return false }
            return true
        }
    }

    /// Takes a permit, or a ticket to wait with.
    mutating func acquire() -> Ticket? {
        if self.available > 0 {
            self.available -= 1
            return nil
        }
        self.lastTicket += 1
        self.places[self.lastTicket] = .arriving
        self.order.append(self.lastTicket)
        return self.lastTicket
    }

    /// Begins to wait.
    mutating func wait(_ ticket: Ticket, _ waiter: Waiter) -> Decision {
        switch self.places[ticket] {
        case .arriving:
            self.places[ticket] = .waiting(waiter)
            return .wait
        case .granted:
            self.places[ticket] = nil
            return .proceed
        case .cancelled:
            self.places[ticket] = nil
            return .cancelled
        case .waiting, nil:
            preconditionFailure("a ticket waits once, after it was handed out")
        }
    }

    /// Ends waiting.
    ///
    /// Whoever has a permit already keeps it: returning it is then up to the holder.
    ///
    /// - Returns: The waiter to wake up with an error, if it waits.
    mutating func cancel(_ ticket: Ticket) -> Waiter? {
        switch self.places[ticket] {
        case .arriving:
            self.places[ticket] = .cancelled
            return nil
        case .waiting(let waiter):
            self.places[ticket] = nil
            return waiter
        case .granted, .cancelled, nil:
            return nil
        }
    }

    /// Gives a permit back.
    ///
    /// - Returns: The waiter to wake up, who has the permit now.
    mutating func release() -> Waiter? {
        while self.front < self.order.count {
            let ticket = self.order[self.front]
            self.front += 1
            self.compact()
            switch self.places[ticket] {
            case .arriving:
                self.places[ticket] = .granted
                return nil
            case .waiting(let waiter):
                self.places[ticket] = nil
                return waiter
            case .granted, .cancelled, nil: continue
            }
        }
        self.available += 1
        return nil
    }

    private mutating func compact() {
        guard self.front > 32, self.front * 2 > self.order.count else { return }
        self.order.removeFirst(self.front)
        self.front = 0
    }
}
