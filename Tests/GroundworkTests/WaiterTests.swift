//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import Groundwork

@Suite("Those who wait", .timeLimit(.minutes(1)))
struct WaiterTests {
    @Test("One who is served before it waits does not wait")
    func servedEarly() async throws {
        let waiter = Waiter<Int>()
        #expect(waiter.resume(returning: 1))
        #expect(!waiter.resume(returning: 2))
        let value = try await waiter.value()
        #expect(value == 1)
    }

    @Test("One who is cancelled before it waits leaves, and is not served any more")
    func cancelledEarly() async throws {
        let waiter = Waiter<Int>()
        let left = OneShot()
        await withThrowingTaskGroup(of: Int.self) { group in
            group.cancelAll()
            group.addTask { try await waiter.value { left.fire() } }
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(left.hasFired)
        #expect(!waiter.resume(returning: 1))
    }

    @Test("One who is served and then cancelled keeps its value")
    func servedThenCancelled() async throws {
        let waiter = Waiter<Int>()
        waiter.resume(returning: 1)
        let value = try await withThrowingTaskGroup(of: Int.self) { group in
            group.cancelAll()
            group.addTask { try await waiter.value { Issue.record("it has not left") } }
            return try await group.next()
        }
        #expect(value == 1)
    }

    @Test("Of those who serve and those who cancel at the same time, one wins, and both know it")
    func race() async throws {
        for _ in 0..<2_000 {
            let waiter = Waiter<Int>()
            let left = OneShot()
            try await withThrowingTaskGroup(of: Bool?.self) { group in
                let waiting = Task { try await waiter.value { left.fire() } }
                group.addTask {
                    waiting.cancel()
                    return nil
                }
                group.addTask { waiter.resume(returning: 1) }
                var isServed = false
                while let result = try await group.next() { isServed = result ?? isServed }
                let result = await waiting.result
                #expect(isServed == ((try? result.get()) == 1))
                #expect(isServed != left.hasFired)
            }
        }
    }

    @Test("What happens once lets all go on who wait, and all who come later")
    func oneShot() async throws {
        let event = OneShot()
        await withDiscardingTaskGroup { group in
            for _ in 0..<10 {
                group.addTask {
                    await event.wait()
                    #expect(event.hasFired)
                }
            }
            while event.waiting < 10 { await Task.yield() }
            event.fire()
        }
        event.fire()
        await event.wait()
    }

    @Test("Those who are cancelled stop waiting, before and after they began to")
    func oneShotCancelled() async throws {
        let event = OneShot()
        await withDiscardingTaskGroup { group in
            group.addTask { await event.wait() }
            while event.waiting == 0 { await Task.yield() }
            group.cancelAll()
            group.addTask { await event.wait() }
        }
        #expect(!event.hasFired)
        #expect(event.waiting == 0)
    }

    @Test("Work is cancelled by what happens once, and what it makes of it counts")
    func cancelling() async throws {
        let event = OneShot()
        event.fire()
        let result = await event.cancelling { () -> Int in
            try? await Task.sleep(for: .seconds(60))
            return Task.isCancelled ? 1 : 2
        }
        #expect(result == 1)
        let other = await OneShot().cancelling { 3 }
        #expect(other == 3)
    }
}
