//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import GroundworkNIO

@Suite("Work that has to answer in time", .timeLimit(.minutes(1)))
struct OvertimeTests {
    private struct Failure: Error {}

    /// Work that heeds nothing until it is let go.
    private static func blocked(until event: OneShot) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Task {
                await event.wait()
                continuation.resume()
            }
        }
    }

    @Test("Work that ends in time gives its value or its error, with a deadline and without")
    func inTime() async throws {
        let overtime = Overtime()
        for deadline in [nil, Deadline.after(.seconds(60))] {
            let value = try await overtime.run(until: deadline) { 1 }
            #expect(value == 1)
            await #expect(throws: Failure.self) { try await overtime.run(until: deadline) { throw Failure() } }
        }
        #expect(overtime.leftBehind == 0)
        let left = await overtime.finish()
        #expect(left == 0)
    }

    @Test("Work that never returns is left at the deadline, and somebody waits for it all the same")
    func leftBehind() async throws {
        let event = OneShot()
        let ended = OneShot()
        await Overtime.with { overtime in
            let start = ContinuousClock.now
            await #expect(throws: TimeLimitExceeded.self) {
                try await overtime.run(until: .after(.milliseconds(20)), grace: .milliseconds(10)) {
                    await Self.blocked(until: event)
                    ended.fire()
                }
            }
            #expect(ContinuousClock.now - start >= .milliseconds(30))
            #expect(overtime.leftBehind == 1)
            let left = await overtime.finish(within: .milliseconds(10))
            #expect(left == 1)
            #expect(!ended.hasFired)
            event.fire()
        }
        #expect(ended.hasFired)
    }

    @Test("Work that heeds cancellation ends within the grace: the deadline is the error, and nothing is left behind")
    func late() async throws {
        let overtime = Overtime()
        await #expect(throws: TimeLimitExceeded.self) {
            try await overtime.run(until: .after(.milliseconds(10)), grace: .seconds(60)) {
                try await Task.sleep(for: .seconds(60))
            }
        }
        #expect(overtime.leftBehind == 0)
        let value = try await overtime.run(until: .after(.milliseconds(10)), grace: .seconds(60)) {
            try? await Task.sleep(for: .seconds(60))
            return 1
        }
        #expect(value == 1)
    }

    @Test("Work that ends as soon as it is cancelled for the deadline is late all the same")
    func lateAtOnce() async {
        let attempt = TimedAttempt<Int>()
        attempt.deadlinePassed { attempt.end(.failure(CancellationError())) }
        guard case .ended(.failure, isLate: true) = await attempt.outcome() else {
            Issue.record("it counts as in time")
            return
        }
    }

    @Test("Whoever is cancelled goes on after the grace, whatever the work does, before it began and in its middle")
    func cancelled() async throws {
        let event = OneShot()
        let overtime = Overtime()
        for early in [true, false] {
            await withThrowingTaskGroup(of: Void.self) { group in
                if early { group.cancelAll() }
                group.addTask {
                    try await overtime.run(until: .after(.seconds(60)), grace: .milliseconds(10)) {
                        await Self.blocked(until: event)
                    }
                }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
        #expect(overtime.leftBehind == 2)
        event.fire()
        let left = await overtime.finish()
        #expect(left == 0)
    }

    @Test("When too much goes on after its time, no new work begins, and the error says so")
    func tooMuch() async throws {
        let event = OneShot()
        let overtime = Overtime(maximumLeftBehind: 2)
        for _ in 0..<2 {
            await #expect(throws: TimeLimitExceeded.self) {
                try await overtime.run(until: .after(.zero), grace: .zero) { await Self.blocked(until: event) }
            }
        }
        let error = await #expect(throws: TooMuchOvertime.self) {
            try await overtime.run(until: nil) { Issue.record("it has begun") }
        }
        #expect("\(try #require(error))".hasPrefix("2 calls go on that have neither ended in time"))
        event.fire()
        await overtime.finish()
        let value = try await overtime.run(until: nil) { 1 }
        #expect(value == 1)
    }

    @Test("Work runs where it is told to")
    func executor() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let isThere = try await Overtime().run(until: nil, executor: EventLoopTaskExecutor(eventLoop)) {
            eventLoop.inEventLoop
        }
        #expect(isThere)
    }

    @Test("Many end, are late and are cancelled at once: everything is waited for")
    func many() async throws {
        let overtime = Overtime()
        let done = NIOLockedValueBox(0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    _ = try? await overtime.run(
                        until: .after(.milliseconds(number % 7)),
                        grace: .milliseconds(number % 3)
                    ) {
                        try? await Task.sleep(for: .milliseconds(number % 11))
                        done.withLockedValue { $0 += 1 }
                    }
                }
                if number == 400 { group.cancelAll() }
            }
        }
        let left = await overtime.finish()
        #expect(left == 0 && overtime.leftBehind == 0)
        #expect(done.withLockedValue { $0 } == 500)
    }
}
