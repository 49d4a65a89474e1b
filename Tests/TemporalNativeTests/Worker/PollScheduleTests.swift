//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("Which queue is polled, and how often at a time")
struct PollScheduleTests {
    private let start = ContinuousClock.now

    @Test("As many polls as there are to be, in turns")
    func fixed() {
        var schedule = PollSchedule([.simpleMaximum(1), .simpleMaximum(4)])
        #expect((0..<5).map { _ in schedule.begin() } == [0, 1, 1, 1, 1])
        #expect(schedule.begin() == nil)
        schedule.end(0)
        #expect(schedule.begin() == 0)
    }

    @Test("A queue that nobody polls comes first, so that with two slots none is forgotten")
    func fewSlots() {
        var schedule = PollSchedule([.simpleMaximum(1), .simpleMaximum(4)])
        #expect(schedule.begin() == 0)
        #expect(schedule.begin() == 1)
        // A task for kept runs, then one for others.
        schedule.end(1)
        #expect(schedule.begin() == 1)
        schedule.end(0)
        #expect(schedule.begin() == 0)
        // Both at once: they take turns.
        for _ in 0..<3 {
            schedule.end(0)
            schedule.end(1)
            #expect(Set([schedule.begin(), schedule.begin()]) == [0, 1])
        }
    }

    @Test("A queue that nobody polls comes first, whoever's turn it is")
    func unpolled() {
        var schedule = PollSchedule([.simpleMaximum(4), .simpleMaximum(4)])
        #expect(schedule.begin() == 0)
        #expect(schedule.begin() == 1)
        schedule.end(1)
        #expect(schedule.begin() == 1)
    }

    @Test("With room for one poll the queues take turns")
    func oneSlot() {
        var schedule = PollSchedule([.simpleMaximum(1), .simpleMaximum(4)])
        for source in [0, 1, 0, 1, 0] {
            #expect(schedule.begin() == source)
            schedule.end(source)
        }
    }

    @Test("The server's suggestions move the number of polls, within its bounds")
    func suggestions() {
        var scaling = PollScaling(.autoscaling(minimum: 2, initial: 5, maximum: 12))
        scaling.answered(suggestion: 3, hasTask: true, at: self.start)
        #expect(scaling.target == 8)
        scaling.answered(suggestion: .max, hasTask: true, at: self.start)
        #expect(scaling.target == 12)
        scaling.answered(suggestion: 0, hasTask: true, at: self.start)
        #expect(scaling.target == 12)
        scaling.answered(suggestion: -4, hasTask: true, at: self.start)
        #expect(scaling.target == 8)
        scaling.answered(suggestion: .min, hasTask: false, at: self.start)
        #expect(scaling.target == 2)
    }

    @Test("A poll without a task is one too many, if the server is known to say when there are too few")
    func empty() {
        var unknown = PollScaling(.autoscaling())
        unknown.answered(suggestion: nil, hasTask: false, at: self.start)
        #expect(unknown.target == 5)
        unknown.answered(suggestion: 0, hasTask: true, at: self.start)
        unknown.answered(suggestion: nil, hasTask: false, at: self.start)
        #expect(unknown.target == 4)
        var known = PollScaling(.autoscaling(), isServerScaling: true)
        known.answered(suggestion: nil, hasTask: true, at: self.start)
        #expect(known.target == 5)
        known.answered(suggestion: nil, hasTask: false, at: self.start)
        #expect(known.target == 4)
    }

    @Test("More polls only while more tasks come in than before")
    func growth() {
        var scaling = PollScaling(.autoscaling(maximum: 1000))
        /// So many tasks in a window, and then whether a suggestion at the start of the next one is followed.
        func grows(after tasks: Int, window: Int) -> Bool {
            let began = self.start + PollScaling.window * window
            for _ in 0..<tasks { scaling.answered(suggestion: nil, hasTask: true, at: began) }
            let before = scaling.target
            // Nothing is counted with this one.
            scaling.answered(suggestion: 1, hasTask: false, at: began + PollScaling.window)
            return scaling.target > before
        }
        #expect(grows(after: 10, window: 0))
        #expect(!grows(after: 10, window: 1))
        #expect(grows(after: 11, window: 2))
        #expect(!grows(after: 5, window: 3))
        // Fewer polls are always possible.
        let before = scaling.target
        scaling.answered(suggestion: -1, hasTask: true, at: self.start + PollScaling.window * 4)
        #expect(scaling.target == before - 1)
        // After a pause there is nothing to compare with.
        #expect(grows(after: 1, window: 9))
    }

    @Test("Half as many after the server has refused a poll, and not fewer than there are to be at least")
    func exhausted() {
        var scaling = PollScaling(.autoscaling(minimum: 3, initial: 10))
        scaling.exhausted()
        #expect(scaling.target == 5)
        scaling.exhausted()
        #expect(scaling.target == 3)
        var fixed = PollScaling(.simpleMaximum(4))
        fixed.exhausted()
        fixed.answered(suggestion: 3, hasTask: true, at: self.start)
        #expect(fixed.target == 4)
    }

    @Test("A poll that is one too many ends when it has brought nothing")
    func shrinking() {
        var schedule = PollSchedule([.autoscaling(initial: 3)], isServerScaling: true)
        for _ in 0..<3 { #expect(schedule.begin() == 0) }
        #expect(schedule.goesOn(0))
        schedule.answered(0, suggestion: nil, hasTask: false, at: self.start)
        #expect(!schedule.goesOn(0))
        schedule.end(0)
        #expect(schedule.goesOn(0))
        #expect(schedule.next == nil)
    }

    @Test("Numbers that are not in order are refused")
    func validity() {
        for behavior: PollerBehavior in [
            0, .simpleMaximum(-1), .autoscaling(minimum: 0), .autoscaling(minimum: 6), .autoscaling(maximum: 4),
        ] {
            #expect(!behavior.isValid, "\(behavior)")
        }
        for behavior: PollerBehavior in [1, .autoscaling(), .autoscaling(minimum: 1, initial: 1, maximum: 1)] {
            #expect(behavior.isValid, "\(behavior)")
        }
    }
}
