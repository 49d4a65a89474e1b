//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import DequeModule

/// The decisions of ``ByteBudget``: who gets bytes, and in which order.
///
/// Pure. There is one line. Shares that grow stand before requests that have nothing yet, for they hold what others wait for;
/// otherwise it is first come, first served. One that does not fit lets those behind it pass that do, but only until as
/// many bytes have passed it as there are in all: from then on nobody passes, and what is given back adds up for it.
struct ByteBudgetQueue<Waiting: Sendable>: Sendable {
    typealias Ticket = UInt64

    enum Answer: Hashable, Sendable {
        case taken
        case wait(Ticket)
        /// All that is taken is held by those who wait for more.
        case stuck
    }

    /// What has changed for those who stand in the line.
    struct Change: Sendable {
        /// Those whose turn it is; what they wait for is taken.
        var due: [Waiting] = []
        /// One whose share can never grow, since all that is taken is held by those who wait for more.
        var stuck: Waiting?
    }

    private struct Entry: Sendable {
        var ticket: Ticket
        var bytes: Int
        /// What the one who waits holds already, if its share grows.
        var held: Int?
        /// How many bytes were given to those behind it.
        var passed = 0
        var waiting: Waiting
    }

    /// So many from the front may pass each other, so that a long line does not make every decision slow.
    static var window: Int { 64 }

    let capacity: Int
    /// Less than nothing if more is there than there should be.
    private(set) var available: Int
    private var line: Deque<Entry> = []
    private var lastTicket: Ticket = 0
    /// How many stand in front because their shares grow, and what they hold.
    private var growing = 0
    private var heldByGrowing = 0

    init(capacity: Int) {
        self.capacity = capacity
        self.available = capacity
    }

    /// How many wait.
    var waiting: Int { self.line.count }

    /// How many bytes are taken.
    var taken: Int { self.capacity - self.available }

    /// Takes bytes if nobody would mind, without waiting.
    ///
    /// - Parameters:
    ///   - bytes: At most the capacity.
    ///   - isGrowth: Whether a share that is there asks for more.
    /// - Returns: Whether they are taken.
    mutating func takeIfAvailable(_ bytes: Int, isGrowth: Bool = false) -> Bool {
        let ahead = isGrowth ? self.growing : self.line.count
        guard bytes <= self.available, ahead < Self.window else { return bytes == 0 }
        // All who stand before it have not been served when they came, so they do not fit or have to be passed.
        for entry in self.line.prefix(ahead) where bytes > self.capacity - entry.passed { return false }
        for index in 0..<ahead { self.line[index].passed += bytes }
        self.available -= bytes
        return true
    }

    /// Takes bytes, or lines up for them.
    ///
    /// - Parameters:
    ///   - bytes: At most the capacity, together with what is held.
    ///   - held: What the share holds that grows; nil for a new one.
    ///   - waiting: Who waits then.
    /// - Returns: Whether they are taken, or how to leave the line.
    mutating func take(_ bytes: Int, held: Int? = nil, _ waiting: Waiting) -> Answer {
        if self.takeIfAvailable(bytes, isGrowth: held != nil) { return .taken }
        if let held, self.taken <= self.heldByGrowing + held { return .stuck }
        self.lastTicket += 1
        let entry = Entry(ticket: self.lastTicket, bytes: bytes, held: held, waiting: waiting)
        guard let held else {
            self.line.append(entry)
            return .wait(entry.ticket)
        }
        self.line.insert(entry, at: self.growing)
        self.growing += 1
        self.heldByGrowing += held
        return .wait(entry.ticket)
    }

    /// Takes bytes whether they are there or not: what is available may be less than nothing then.
    mutating func charge(_ bytes: Int) {
        self.available -= bytes
    }

    /// Leaves the line; nothing if it does not stand there.
    mutating func leave(_ ticket: Ticket) -> Change {
        guard let index = self.line.firstIndex(where: { $0.ticket == ticket }) else { return Change() }
        _ = self.remove(at: index)
        return self.change()
    }

    /// Gives bytes back.
    mutating func give(_ bytes: Int) -> Change {
        self.available += bytes
        return self.change()
    }

    private mutating func change() -> Change {
        var change = Change(due: self.admit())
        // The last one goes: it has waited least, and what it holds lets the others go on.
        if self.growing > 0, self.taken <= self.heldByGrowing {
            change.stuck = self.remove(at: self.growing - 1).waiting
        }
        return change
    }

    private mutating func admit() -> [Waiting] {
        var due: [Waiting] = []
        var index = 0
        /// How much may still pass those who stay.
        var allowance = self.capacity
        while index < min(self.line.count, Self.window), self.available > 0, allowance > 0 {
            let entry = self.line[index]
            guard entry.bytes <= self.available, entry.bytes <= allowance else {
                allowance = min(allowance, self.capacity - entry.passed)
                index += 1
                continue
            }
            self.available -= entry.bytes
            for ahead in 0..<index { self.line[ahead].passed += entry.bytes }
            allowance -= index == 0 ? 0 : entry.bytes
            due.append(self.remove(at: index).waiting)
        }
        return due
    }

    private mutating func remove(at index: Int) -> Entry {
        let entry = self.line.remove(at: index)
        if let held = entry.held {
            self.growing -= 1
            self.heldByGrowing -= held
        }
        return entry
    }
}
