//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import Testing

@testable import Groundwork

@Suite("Memory that many share", .timeLimit(.minutes(1)))
struct ByteBudgetTests {
    @Test("A share gives its bytes back in parts, and the rest when nobody keeps it")
    func parts() async throws {
        let budget = ByteBudget(capacity: 100)
        var share: ByteShare? = try await budget.take(80)
        #expect(budget.usage.taken == 80)
        share?.giveBack(30)
        #expect(share?.bytes == 50 && budget.usage.taken == 50)
        var part = share?.split(20)
        #expect(share?.bytes == 30 && part?.bytes == 20 && budget.usage.taken == 50)
        share = nil
        #expect(budget.usage.taken == 20)
        part?.giveBack(1_000)
        #expect(budget.usage.taken == 0)
        part = nil
        #expect(budget.usage.taken == 0)
    }

    @Test("More than there is in all is refused at once, and the error says what to do")
    func tooLarge() async throws {
        let budget = ByteBudget(capacity: 100)
        let error = await #expect(throws: ByteBudgetError.self) { try await budget.take(101) }
        #expect(error?.code == .tooLarge)
        #expect("\(try #require(error))".contains("101 bytes are asked for, and the memory limit is 100 bytes: raise"))
        #expect(budget.takeIfAvailable(101) == nil)
        let share = try await budget.take(60)
        let growth = await #expect(throws: ByteBudgetError.self) { try await share.grow(by: 41) }
        #expect(growth?.code == .tooLarge)
        #expect(!share.growIfAvailable(by: 41))
        #expect(share.bytes == 60)
        try await share.resize(to: 100)
        #expect(share.bytes == 100)
    }

    @Test("A wait ends with its task, before and after it began, and nothing is taken")
    func cancelled() async throws {
        let budget = ByteBudget(capacity: 100)
        let share = try await budget.take(80)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await budget.take(30) }
            while budget.usage.waiting == 0 { await Task.yield() }
            group.cancelAll()
            group.addTask { _ = try await budget.take(30) }
            for _ in 0..<2 { await #expect(throws: CancellationError.self) { try await group.next() } }
        }
        #expect(budget.usage == .init(taken: 80, waiting: 0))
        await #expect(throws: TimeLimitExceeded.self) {
            try await withTimeLimit(.milliseconds(10), clock: ContinuousClock()) { try await budget.take(30) }
        }
        withExtendedLifetime(share) {}
    }

    @Test("A share grows when bytes are given back, before those who have nothing")
    func growth() async throws {
        let budget = ByteBudget(capacity: 100)
        let share = try await budget.take(40)
        let other = try await budget.take(60)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let new = try await budget.take(30)
                #expect(share.bytes == 70)
                withExtendedLifetime(new) {}
            }
            while budget.usage.waiting == 0 { await Task.yield() }
            group.addTask { try await share.grow(by: 30) }
            while budget.usage.waiting < 2 { await Task.yield() }
            other.giveBack(30)
            while share.bytes < 70 { await Task.yield() }
            other.giveBack(30)
            try await group.waitForAll()
        }
        #expect(budget.usage == .init(taken: 70, waiting: 0))
        try await share.resize(to: 10)
        #expect(budget.usage.taken == 10)
    }

    @Test("Shares that all wait to grow do not wait for ever: one is refused")
    func stuck() async throws {
        let budget = ByteBudget(capacity: 100)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let share = try await budget.take(50)
                    while budget.usage.taken < 100 { await Task.yield() }
                    do {
                        try await share.grow(by: 20)
                        return true
                    } catch let error as ByteBudgetError {
                        #expect(error.code == .stuck)
                        #expect("\(error)".contains("try again later"))
                        return false
                    }
                }
            }
            var results: [Bool] = []
            while let result = try await group.next() { results.append(result) }
            #expect(results.count(where: { $0 }) == 1)
        }
        #expect(budget.usage == .init(taken: 0, waiting: 0))
    }

    @Test("What is there already counts although the budget does not have it, and nobody gets anything until it has")
    func charged() async throws {
        let budget = ByteBudget(capacity: 100)
        let share = budget.emptyShare()
        share.charge(130)
        #expect(share.bytes == 130 && budget.usage.taken == 130)
        #expect(budget.takeIfAvailable(1) == nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await budget.take(1) }
            while budget.usage.waiting == 0 { await Task.yield() }
            share.giveBack(30)
            #expect(budget.usage == .init(taken: 100, waiting: 1))
            share.giveBack(1)
            try await group.waitForAll()
        }
        let other = budget.emptyShare()
        other.absorb(share)
        #expect(share.bytes == 0 && other.bytes == 99 && budget.usage.taken == 99)
    }

    @Test("ES-R7 Shares that all wait to grow are all served, one after the other, and so is one that wants too much")
    func growthInAnyCase() async throws {
        let budget = ByteBudget(capacity: 100)
        let most = NIOLockedValueBox(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let share = try await budget.take(25)
                    while budget.usage.taken < 100 { await Task.yield() }
                    try await share.growInAnyCase(by: 20)
                    most.withLockedValue { $0 = max($0, budget.usage.taken) }
                }
            }
            try await group.waitForAll()
        }
        // One was served although there was nothing, and what it gave back was enough for the others.
        #expect(most.withLockedValue { $0 } == 120)
        #expect(budget.usage == .init(taken: 0, waiting: 0))
        let share = try await budget.take(10)
        try await share.growInAnyCase(by: 500)
        #expect(share.bytes == 510)
    }

    @Test("Many take, grow, are cancelled and give back at once: never more than there is, and nothing is lost")
    func many() async throws {
        let budget = ByteBudget(capacity: 1_000)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 {
                group.addTask {
                    do {
                        let share = try await budget.take(number % 300)
                        #expect(budget.usage.taken <= 1_000)
                        await Task.yield()
                        if number % 3 == 0 { try await share.grow(by: number % 50) }
                        if number % 5 == 0 { share.giveBack(number % 40) }
                        await Task.yield()
                        withExtendedLifetime(share) {}
                    } catch {
                        #expect(error is CancellationError || error is ByteBudgetError)
                    }
                }
                if number == 1_500 { group.cancelAll() }
            }
        }
        #expect(budget.usage == .init(taken: 0, waiting: 0))
    }

    @Test("Changes are told, and the last one tells what is")
    func changes() async throws {
        let seen = NIOLockedValueBox<[Int]>([])
        let budget = ByteBudget(capacity: 100) { usage in seen.withLockedValue { $0.append(usage.taken) } }
        let share = try await budget.take(60)
        share.giveBack(10)
        share.giveBack()
        #expect(seen.withLockedValue { $0 } == [60, 50, 0])
    }
}
