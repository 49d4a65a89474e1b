//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import Groundwork

@Suite("Who gets bytes")
struct ByteBudgetQueueTests {
    private typealias Queue = ByteBudgetQueue<String>

    private func ticket(_ answer: Queue.Answer) throws -> UInt64 {
        guard case .wait(let ticket) = answer else {
            Issue.record("it should wait: \(answer)")
            throw CancellationError()
        }
        return ticket
    }

    @Test("What is there is taken at once, and given back to the first who waits")
    func inOrder() throws {
        var queue = Queue(capacity: 100)
        let first = queue.take(60, "first")
        #expect(first == .taken)
        _ = try self.ticket(queue.take(50, "second"))
        _ = try self.ticket(queue.take(50, "third"))
        #expect(queue.taken == 60 && queue.waiting == 2)
        let change = queue.give(60)
        #expect(change.due == ["second", "third"])
        #expect(queue.taken == 100 && queue.waiting == 0)
    }

    @Test("Small ones pass a large one that does not fit")
    func passing() throws {
        var queue = Queue(capacity: 100)
        let holder = queue.take(60, "holder")
        _ = try self.ticket(queue.take(80, "large"))
        let small = queue.take(10, "small")
        #expect(holder == .taken && small == .taken)
        #expect(queue.taken == 70)
    }

    @Test("As many bytes pass a large one as there are in all, and no more: it is not starved")
    func notStarved() throws {
        var queue = Queue(capacity: 100)
        let holder = queue.take(60, "holder")
        #expect(holder == .taken)
        _ = try self.ticket(queue.take(100, "large"))
        // 10 x 10 bytes come and go.
        for _ in 0..<10 {
            let small = queue.take(10, "small")
            let change = queue.give(10)
            #expect(small == .taken && change.due.isEmpty)
        }
        let late = queue.takeIfAvailable(10)
        #expect(!late)
        _ = try self.ticket(queue.take(10, "late"))
        let change = queue.give(60)
        #expect(change.due == ["large"])
        let next = queue.give(100)
        #expect(next.due == ["late"])
    }

    @Test("With holders that come and go, a large one has its turn within a bounded number of turns", arguments: 1...20)
    func bounded(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var queue = Queue(capacity: 100)
        var held: [Int] = []
        func step(_ queue: inout Queue) -> Bool {
            let bytes = Int.random(in: 1...30, using: &random)
            if queue.takeIfAvailable(bytes) { held.append(bytes) }
            guard !held.isEmpty, Bool.random(using: &random) else { return false }
            let index = Int.random(in: 0..<held.count, using: &random)
            return queue.give(held.remove(at: index)).due.contains("large")
        }
        while queue.taken < 50 { _ = step(&queue) }
        _ = try self.ticket(queue.take(100, "large"))
        var turns = 0
        while !step(&queue), turns < 10_000 { turns += 1 }
        #expect(turns < 1_000)
        #expect(held.isEmpty)
    }

    @Test("One that leaves lets those behind it go; one that has had its turn cannot leave")
    func leaving() throws {
        var queue = Queue(capacity: 100)
        _ = queue.take(60, "holder")
        let large = try self.ticket(queue.take(100, "large"))
        // Passes until the large one has been passed enough.
        for _ in 0..<10 {
            _ = queue.take(10, "")
            _ = queue.give(10)
        }
        _ = try self.ticket(queue.take(40, "small"))
        let change = queue.leave(large)
        #expect(change.due == ["small"])
        let again = queue.leave(large)
        #expect(again.due.isEmpty)
        #expect(queue.taken == 100)
    }

    @Test("Shares that grow come before requests that have nothing")
    func growth() throws {
        var queue = Queue(capacity: 100)
        _ = queue.take(40, "a")
        _ = queue.take(60, "b")
        _ = try self.ticket(queue.take(30, "new"))
        _ = try self.ticket(queue.take(30, held: 40, "a grows"))
        let due1 = queue.give(30).due
        #expect(due1 == ["a grows"])
        let due2 = queue.give(30).due
        #expect(due2 == ["new"])
    }

    @Test("When all that is taken waits for more, the last one is told instead of waiting for ever")
    func stuck() throws {
        var queue = Queue(capacity: 100)
        _ = queue.take(40, "a")
        _ = queue.take(50, "b")
        _ = queue.take(10, "c")
        _ = try self.ticket(queue.take(50, held: 40, "a grows"))
        _ = try self.ticket(queue.take(50, held: 50, "b grows"))
        let change = queue.give(10)
        #expect(change.due.isEmpty)
        #expect(change.stuck == "b grows")
        // b gives up and back.
        let due3 = queue.give(50).due
        #expect(due3 == ["a grows"])
        #expect(queue.taken == 90)

        var other = Queue(capacity: 100)
        _ = other.take(60, "a")
        _ = other.take(40, "b")
        _ = try self.ticket(other.take(10, held: 60, "a grows"))
        let answer = other.take(10, held: 40, "b grows")
        #expect(answer == .stuck)
        let due4 = other.give(40).due
        #expect(due4 == ["a grows"])
    }

    @Test("A long line is not searched to its end for every decision")
    func window() throws {
        var queue = Queue(capacity: 1_000)
        _ = queue.take(999, "holder")
        for _ in 0..<Queue.window { _ = try self.ticket(queue.take(1_000, "large")) }
        let one = queue.takeIfAvailable(1)
        let none = queue.takeIfAvailable(0)
        #expect(!one && none)
    }

    @Test("Whatever happens, bytes are neither made nor lost", arguments: 1...20)
    func conservation(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = ByteBudgetQueue<Int>(capacity: 1_000)
        var held: [Int] = []
        var waiting: [(ticket: UInt64, bytes: Int)] = []
        for _ in 0..<2_000 {
            let bytes = Int.random(in: 0...1_000, using: &random) / Int.random(in: 1...50, using: &random)
            var change = ByteBudgetQueue<Int>.Change()
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                switch queue.take(bytes, bytes) {
                case .taken: held.append(bytes)
                case .wait(let ticket): waiting.append((ticket, bytes))
                case .stuck: Issue.record("nothing grows here")
                }
            case 2 where !held.isEmpty:
                change = queue.give(held.remove(at: Int.random(in: 0..<held.count, using: &random)))
            case 3 where !waiting.isEmpty:
                let index = Int.random(in: 0..<waiting.count, using: &random)
                change = queue.leave(waiting.remove(at: index).ticket)
            default: continue
            }
            for bytes in change.due {
                held.append(bytes)
                // Which of those of that size is not told here: all that matters is how many.
                if let index = waiting.firstIndex(where: { $0.bytes == bytes }) { waiting.remove(at: index) }
            }
            #expect(queue.taken == held.reduce(0, +))
            #expect(queue.taken <= 1_000)
        }
    }
}

/// Numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
