//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GroundworkNIO
import NIOCore
import NIOPosix
import Testing

@Suite("The clock of deadlines", .timeLimit(.minutes(1)))
struct EventLoopClockTests {
    private let clock = EventLoopClock()

    @Test("A sleep lasts until its instant", arguments: [-1, 0, 1, 20])
    func lasts(_ milliseconds: Int) async throws {
        let until = self.clock.now.advanced(by: .milliseconds(milliseconds))

        try await self.clock.sleep(until: until)

        #expect(self.clock.now >= until)
    }

    @Test("A sleep that is cancelled ends at once, before it began or in its middle", arguments: [true, false])
    func cancelled(_ before: Bool) async throws {
        await withThrowingTaskGroup(of: Void.self) { group in
            if before { group.cancelAll() }
            // Further away than any clock counts.
            group.addTask { try await self.clock.sleep(for: .seconds(Int64.max / 4)) }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }

    @Test("Tasks of an executor run on its thread, and so do their timers")
    func thread() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let executor = EventLoopTaskExecutor(eventLoop)

        try await withTaskExecutorPreference(executor) {
            #expect(eventLoop.inEventLoop)
            try await self.clock.sleep(for: .milliseconds(1))
            #expect(eventLoop.inEventLoop)
            await withDiscardingTaskGroup { group in
                group.addTask { #expect(eventLoop.inEventLoop) }
            }
        }
    }

    @Test("A group of several loops is no single thread")
    func groups() async throws {
        let one = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let two = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        #expect(EventLoopTaskExecutor(ofOneThread: one)?.eventLoop === one.next())
        #expect(EventLoopTaskExecutor(ofOneThread: two) == nil)
        try await one.shutdownGracefully()
        try await two.shutdownGracefully()
    }
}
