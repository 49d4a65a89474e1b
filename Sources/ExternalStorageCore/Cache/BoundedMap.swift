//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A map that keeps what was used last, within a number of entries and a sum of costs.
///
/// The bounds hold after every call. A value that alone costs more than everything may is not kept. All calls are O(1).
struct BoundedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Node: Sendable {
        var key: Key
        var value: Value
        var cost: Int
        var newer: Int
        var older: Int
    }

    private static var none: Int { -1 }

    let entryLimit: Int
    let costLimit: Int
    private(set) var cost = 0
    private var indices: [Key: Int] = [:]
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var newest = Self.none
    private var oldest = Self.none

    init(entryLimit: Int, costLimit: Int) {
        self.entryLimit = entryLimit
        self.costLimit = costLimit
    }

    var count: Int { self.indices.count }

    /// The value of a key, which now is the one that was used last.
    mutating func value(forKey key: Key) -> Value? {
        guard let index = self.indices[key], let node = self.nodes[index] else { return nil }
        self.unlink(index)
        self.link(index)
        return node.value
    }

    /// Keeps a value, and lets go of those that were not used for longest.
    mutating func insert(_ value: Value, forKey key: Key, cost: Int) {
        self.removeValue(forKey: key)
        guard cost <= self.costLimit, self.entryLimit > 0 else { return }
        while self.count >= self.entryLimit || self.cost > self.costLimit - cost { self.removeOldest() }
        let node = Node(key: key, value: value, cost: cost, newer: Self.none, older: Self.none)
        let index: Int
        if let reused = self.free.popLast() {
            index = reused
            self.nodes[index] = node
        } else {
            index = self.nodes.count
            self.nodes.append(node)
        }
        self.indices[key] = index
        self.cost += cost
        self.link(index)
    }

    mutating func removeValue(forKey key: Key) {
        guard let index = self.indices[key] else { return }
        self.remove(index)
    }

    /// Removes every value whose key satisfies a condition; looks at all of them.
    mutating func removeAll(where condition: (Key) -> Bool) {
        for (key, index) in self.indices where condition(key) { self.remove(index) }
    }

    private mutating func removeOldest() {
        self.remove(self.oldest)
    }

    private mutating func remove(_ index: Int) {
        guard let node = self.nodes[index] else { preconditionFailure("a bounded map lost an entry") }
        self.unlink(index)
        self.indices[node.key] = nil
        self.cost -= node.cost
        self.nodes[index] = nil
        self.free.append(index)
    }

    private mutating func link(_ index: Int) {
        self.nodes[index]?.newer = Self.none
        self.nodes[index]?.older = self.newest
        if self.newest != Self.none { self.nodes[self.newest]?.newer = index } else { self.oldest = index }
        self.newest = index
    }

    private mutating func unlink(_ index: Int) {
        guard let node = self.nodes[index] else { return }
        if node.newer != Self.none { self.nodes[node.newer]?.older = node.older } else { self.newest = node.older }
        if node.older != Self.none { self.nodes[node.older]?.newer = node.newer } else { self.oldest = node.newer }
    }
}
