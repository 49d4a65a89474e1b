//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Groundwork
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import TemporalNative

@Suite("How a worker gets its tasks", .timeLimit(.minutes(1)))
struct TaskPollerTests {
    /// A queue whose polls wait until there is something for them.
    private final class Queue: Sendable {
        let answers = AsyncStream<TaskPoller<Int>.Answer>.makeStream()
        let polls = TestCounter()
        private let open = NIOLockedValueBox((now: 0, most: 0))
        private let turns = Pool([()])

        var mostOpen: Int { self.open.withLockedValue { $0.most } }
        var openNow: Int { self.open.withLockedValue { $0.now } }

        func answer(_ task: Int?, suggestion: Int? = nil) {
            self.answers.continuation.yield(.init(task: task, suggestion: suggestion))
        }

        func poll() async throws -> TaskPoller<Int>.Answer {
            self.open.withLockedValue { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            defer { self.open.withLockedValue { $0.now -= 1 } }
            self.polls.increment()
            try await self.turns.take()
            defer { self.turns.giveBack(()) }
            var iterator = self.answers.stream.makeAsyncIterator()
            guard let answer = await iterator.next() else { throw CancellationError() }
            return answer
        }
    }

    private let end = WorkerEnd(clock: .continuous, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    private func poller(slots: Int, _ queues: [(Queue, PollerBehavior)]) -> TaskPoller<Int> {
        TaskPoller(
            slots: TaskSlots(.fixed(slots), clock: .continuous),
            sources: queues.map { queue, behavior in .init(behavior: behavior) { try await queue.poll() } },
            end: self.end,
            clock: .continuous
        )
    }

    @Test("More polls are made when the server suggests it, and fewer when they bring nothing")
    func scaling() async throws {
        let queue = Queue()
        let poller = self.poller(slots: 100, [(queue, .autoscaling(initial: 2))])
        let done = TestCounter()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await poller.run(isServerScaling: true) { _ in done.increment() } }
            try await queue.polls.wait(for: 2)
            queue.answer(1, suggestion: 6)
            // One in place of the one that brought the task, and six more.
            try await queue.polls.wait(for: 9)
            #expect(queue.openNow == 8)
            // Down to one, in whatever order the answers are looked at: seven end with nothing, and the eighth goes on.
            for _ in 0..<7 { queue.answer(nil, suggestion: -1) }
            queue.answer(nil, suggestion: 0)
            while queue.openNow > 1 { await Task.yield() }
            queue.answer(2)
            try await done.wait(for: 2)
            self.end.begin()
            self.end.pollsEnd.fire()
        }
        #expect(queue.mostOpen == 8)
        #expect(poller.slots.freeCount == 100)
    }

    @Test("With two slots both queues are polled, whatever happens to the other")
    func twoQueues() async throws {
        let (normal, sticky) = (Queue(), Queue())
        let poller = self.poller(slots: 2, [(normal, 1), (sticky, 4)])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await poller.run(isServerScaling: false) { _ in } }
            try await normal.polls.wait(for: 1)
            try await sticky.polls.wait(for: 1)
            for number in 1...5 {
                sticky.answer(number)
                try await sticky.polls.wait(for: number + 1)
                normal.answer(number)
                try await normal.polls.wait(for: number + 1)
            }
            #expect(sticky.mostOpen == 1 && normal.mostOpen == 1)
            self.end.begin()
            self.end.pollsEnd.fire()
        }
    }

    @Test("A worker that shuts down waits for calls that may bring tasks, and processes what they bring")
    func reservations() async throws {
        let queue = Queue()
        let poller = self.poller(slots: 3, [(queue, 1)])
        let done = NIOLockedValueBox<[Int]>([])
        #expect(poller.reserve(upTo: 1).isEmpty)
        await withDiscardingTaskGroup { group in
            group.addTask {
                await poller.run(isServerScaling: false) { task in done.withLockedValue { $0.append(task) } }
            }
            try? await queue.polls.wait(for: 1)
            let slots = poller.reserve(upTo: 5)
            #expect(slots.count == 2)
            #expect(poller.reserve(upTo: 1).isEmpty)
            self.end.begin()
            self.end.pollsEnd.fire()
            // The poller ends as far as it can.
            while poller.takesTasks { await Task.yield() }
            // More than was asked for has nowhere to run.
            #expect(poller.handIn([1, 2, 3], of: slots) == [3])
            #expect(poller.reserve(upTo: 1).isEmpty)
        }
        #expect(Set(done.withLockedValue { $0 }) == [1, 2])
        #expect(poller.slots.freeCount == 3)
    }

    @Test("A slot is given back once, whoever releases it again")
    func release() async throws {
        let slots = TaskSlots(.fixed(2), clock: .continuous)
        let first = try await slots.reserve()
        let second = try #require(slots.tryReserve())
        #expect(slots.tryReserve() == nil)
        first.release()
        first.release()
        #expect(slots.freeCount == 1)
        second.release()
        #expect(slots.freeCount == 2)
    }

    @Test("What was sent is received, in order, also after the mailbox was closed")
    func mailbox() async {
        let mailbox = Mailbox<Int>()
        for number in 1...3 { #expect(mailbox.send(number)) }
        mailbox.close()
        #expect(!mailbox.send(4))
        for number in 1...3 { #expect(await mailbox.next() == number) }
        #expect(await mailbox.next() == nil)
    }
}
