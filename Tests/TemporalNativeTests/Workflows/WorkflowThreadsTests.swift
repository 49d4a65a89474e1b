//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Dispatch
import NIOCore
import NIOPosix
import Testing

@testable import TemporalNative

@Suite("The threads of workflows", .timeLimit(.minutes(1)))
struct WorkflowThreadsTests {
    /// Semaphores that may be used in an asynchronous function: what waits for them is a thread that does nothing else.
    private struct Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)

        func open() { self.semaphore.signal() }
        func wait() { self.semaphore.wait() }
    }

    private static func withTimers(_ body: (any EventLoopGroup) async throws -> Void) async throws {
        let timers = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await body(timers)
        try await timers.shutdownGracefully()
    }

    @Test("A pause of the whole process is no code that does not yield")
    func pause() async throws {
        try await Self.withTimers { timers in
            let threads = WorkflowThreads(count: 1, timers: timers)
            let (stillness, code) = (Gate(), Gate())
            let loop = timers.next()
            // Nothing that is to happen at a time happens, as in a process that is stopped.
            loop.execute { stillness.wait() }
            async let outcome = threads.run(within: .seconds(4), { code.wait() }, late: { _ in })
            try await Task.sleep(for: .seconds(5))
            stillness.open()
            // Behind all that should have happened meanwhile.
            loop.scheduleTask(in: .milliseconds(1)) { code.open() }
            #expect(await outcome != nil)
        }
    }

    @Test("Code that does not yield is given up, and its thread is replaced; what it comes to is late")
    func blocked() async throws {
        try await Self.withTimers { timers in
            let threads = WorkflowThreads(count: 1, timers: timers)
            let (code, end) = (Gate(), Gate())
            let outcome: Void? = await threads.run(
                within: .milliseconds(80),
                { code.wait() },
                late: { _ in end.open() }
            )
            #expect(outcome == nil)
            #expect(await threads.run(within: .seconds(30), { 7 }, late: { _ in }) == 7)
            code.open()
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    end.wait()
                    continuation.resume()
                }
            }
        }
    }
}
