//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import Groundwork

@Suite("Deadlines and time limits", .timeLimit(.minutes(1)))
struct DeadlineTests {
    @Test("What is left of a deadline shrinks and never is less than nothing")
    func remaining() {
        let now = ContinuousClock.now
        let deadline = Deadline.after(.seconds(10), now: now)
        #expect(deadline.remaining(at: now) == .seconds(10))
        #expect(deadline.remaining(at: now.advanced(by: .seconds(4))) == .seconds(6))
        #expect(deadline.remaining(at: now.advanced(by: .seconds(40))) == .zero)
        #expect(Deadline.after(.seconds(-1), now: now).remaining(at: now) == .zero)
        #expect(Deadline(now).hasPassed)
        #expect(!Deadline.after(.seconds(60)).hasPassed)
        #expect(throws: TimeLimitExceeded.self) { try Deadline(now).check() }
    }

    @Test("A step with a limit of its own ends at the earlier of the two")
    func limited() {
        let now = ContinuousClock.now
        let deadline = Deadline.after(.seconds(10), now: now)
        #expect(deadline.limited(to: .seconds(3), now: now) == .after(.seconds(3), now: now))
        #expect(deadline.limited(to: .seconds(30), now: now) == deadline)
    }

    @Test("Work that ends in time gives its value or its error")
    func inTime() async throws {
        struct Failure: Error {}
        let clock = ContinuousClock()
        let value = try await withTimeLimit(.seconds(60), clock: clock) { 1 }
        #expect(value == 1)
        await #expect(throws: Failure.self) {
            try await withTimeLimit(.seconds(60), clock: clock) { throw Failure() }
        }
        let unlimited = try await withTimeLimit(until: nil, clock: clock) { 2 }
        #expect(unlimited == 2)
    }

    @Test("Work is cancelled when its time is over, and awaited; the error says how long it had")
    func late() async throws {
        let end = OneShot()
        let error = await #expect(throws: TimeLimitExceeded.self) {
            try await withTimeLimit(.milliseconds(10), clock: ContinuousClock()) {
                defer { end.fire() }
                try await Task.sleep(for: .seconds(60))
            }
        }
        #expect(end.hasFired)
        #expect(error?.limit == .milliseconds(10))
        #expect("\(TimeLimitExceeded(limit: .seconds(1)))" == "not done within 1.0 seconds")
    }

    @Test("A value that comes after the cancellation is not lost")
    func lateValue() async throws {
        let value = try await withTimeLimit(.milliseconds(10), clock: ContinuousClock()) {
            try? await Task.sleep(for: .seconds(60))
            return 1
        }
        #expect(value == 1)
    }

    @Test("Whoever is cancelled gets what the work makes of it, not a time limit")
    func cancelled() async throws {
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withTimeLimit(.seconds(60), clock: ContinuousClock()) {
                    try await Task.sleep(for: .seconds(60))
                }
            }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }

    @Test("The time of day is that of this century, and goes on")
    func wallClock() {
        let first = WallClock.now()
        let second = WallClock.now()
        #expect(first.seconds > 1_700_000_000 && first.seconds < 4_102_444_800)
        #expect((0..<1_000_000_000).contains(first.nanoseconds))
        #expect((second.seconds, second.nanoseconds) >= (first.seconds, first.nanoseconds))
    }
}
