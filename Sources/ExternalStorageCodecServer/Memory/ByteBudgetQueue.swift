//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A number of bytes that several take from and give back to, first come, first served.
///
/// Pure. A big request is not overtaken by small ones that come after it, so that it gets its turn.
struct ByteBudgetQueue<Waiter: Sendable>: Sendable {
    private let capacity: Int
    private var available: Int
    private var waiters: [(id: UInt64, bytes: Int, waiter: Waiter)] = []
    private var lastID: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
        self.available = capacity
    }

    /// How many wait.
    var waiting: Int { self.waiters.count }

    /// How many bytes are taken.
    var taken: Int { self.capacity - self.available }

    /// What a request is counted as: one that is larger than the whole has the whole to itself.
    func charge(for bytes: Int) -> Int { min(max(0, bytes), self.capacity) }

    /// Takes bytes if they are there and nobody waits.
    mutating func take(_ bytes: Int) -> Bool {
        guard self.waiters.isEmpty, bytes <= self.available else { return false }
        self.available -= bytes
        return true
    }

    /// Begins to wait.
    mutating func wait(for bytes: Int, _ waiter: Waiter) -> UInt64 {
        self.lastID += 1
        self.waiters.append((self.lastID, bytes, waiter))
        return self.lastID
    }

    /// Stops waiting; nil if its turn has come already.
    ///
    /// Those behind it may be due then.
    mutating func leave(_ id: UInt64) -> (waiter: Waiter, due: [Waiter])? {
        guard let index = self.waiters.firstIndex(where: { $0.id == id }) else { return nil }
        let waiter = self.waiters.remove(at: index).waiter
        return (waiter, self.admit())
    }

    /// Gives bytes back.
    ///
    /// - Returns: Those whose turn it is; what they wait for is taken.
    mutating func give(_ bytes: Int) -> [Waiter] {
        self.available += bytes
        return self.admit()
    }

    private mutating func admit() -> [Waiter] {
        var due: [Waiter] = []
        while let first = self.waiters.first, first.bytes <= self.available {
            self.available -= first.bytes
            due.append(first.waiter)
            self.waiters.removeFirst()
        }
        return due
    }
}
