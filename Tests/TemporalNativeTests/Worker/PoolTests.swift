//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("Things to borrow")
struct PoolTests {
    @Test("Whoever came first is served first")
    func order() {
        var queue = PoolQueue<Int, String>([1, 2])
        let tickets = (0..<4).map { _ in queue.ticket() }
        guard case .taken(1) = queue.take(tickets[0], "a"), case .taken(2) = queue.take(tickets[1], "b"),
            case .wait = queue.take(tickets[2], "c"), case .wait = queue.take(tickets[3], "d")
        else {
            Issue.record("two are there and two have to wait")
            return
        }
        #expect(queue.giveBack(2) == "c")
        #expect(queue.giveBack(1) == "d")
        #expect(queue.giveBack(2) == nil)
        #expect(queue.freeCount == 1)
    }

    @Test("One that leaves the line is passed over, before or after it lined up")
    func leaving() {
        var queue = PoolQueue<Int, String>([1])
        let tickets = (0..<3).map { _ in queue.ticket() }
        _ = queue.take(tickets[0], "a")
        _ = queue.take(tickets[1], "b")
        #expect(queue.cancel(tickets[1]) == "b")
        #expect(queue.cancel(tickets[2]) == nil)
        guard case .cancelled = queue.take(tickets[2], "c") else {
            Issue.record("a ticket that was cancelled lines up")
            return
        }
        #expect(queue.giveBack(1) == nil)
        #expect(queue.freeCount == 1)
    }

    @Test("Waiting ends with cancellation, and nothing is lost", .timeLimit(.minutes(1)))
    func cancellation() async throws {
        let pool = Pool([7])
        let element = try await pool.take()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await pool.take() }
                group.cancelAll()
                return try await group.next() ?? 0
            }
        }
        pool.giveBack(element)
        #expect(pool.freeCount == 1)
    }

    @Test("Ten share two, and never more than two have one", .timeLimit(.minutes(1)))
    func sharing() async throws {
        let pool = Pool([0, 1])
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let element = try await pool.take()
                    defer { pool.giveBack(element) }
                    await Task.yield()
                    return 1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 10)
        #expect(pool.freeCount == 2)
    }
}
