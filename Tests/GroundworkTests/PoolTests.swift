//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers
import Testing

@Suite("Things to borrow", .timeLimit(.minutes(1)))
struct PoolTests {
    @Test("Whoever came first is served first, and who has left is passed over")
    func order() async throws {
        let pool = Pool([1])
        let element = try await pool.take()
        #expect(pool.takeIfAvailable() == nil)
        let served = NIOLockedValueBox<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask {
                    let element = try await pool.take()
                    served.withLockedValue { $0.append(number) }
                    pool.giveBack(element)
                }
                while pool.waitingCount <= number { await Task.yield() }
            }
            await withTaskGroup(of: Void.self) { leaving in
                leaving.addTask {
                    await #expect(throws: CancellationError.self) { try await pool.take() }
                }
                while pool.waitingCount < 4 { await Task.yield() }
                leaving.cancelAll()
            }
            #expect(pool.waitingCount == 3)
            pool.giveBack(element)
            try await group.waitForAll()
        }
        #expect(served.withLockedValue { $0 } == [0, 1, 2])
        #expect(pool.freeCount == 1 && pool.waitingCount == 0)
    }

    @Test("A task that is cancelled takes nothing, though there is something")
    func cancelledBefore() async {
        let pool = Pool([7])
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: CancellationError.self) { try await pool.take() }
            }
        }
        #expect(pool.freeCount == 1)
    }

    @Test("ES-P7 Whatever is given back, taken and given up at the same time: none is lost, and none handed out twice")
    func race() async {
        let pool = Pool([0, 1, 2])
        let out = NIOLockedValueBox<Set<Int>>([])
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    await withTaskGroup(of: Void.self) { inner in
                        inner.addTask {
                            for _ in 0..<20 {
                                guard let element = try? await pool.take() else { return }
                                #expect(out.withLockedValue { $0.insert(element).inserted })
                                await Task.yield()
                                _ = out.withLockedValue { $0.remove(element) }
                                pool.giveBack(element)
                            }
                        }
                        guard number.isMultiple(of: 2) else { return }
                        for _ in 0..<(number % 17) { await Task.yield() }
                        inner.cancelAll()
                    }
                }
            }
        }
        #expect(pool.freeCount == 3 && pool.waitingCount == 0)
        #expect(Set((0..<3).compactMap { _ in pool.takeIfAvailable() }) == [0, 1, 2])
    }
}
