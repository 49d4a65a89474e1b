//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers

/// Gets tasks of one kind for a worker, and has them processed: from the queues that it polls, and from answers to other
/// calls that bring tasks along.
///
/// First there is a slot, then a poll, then the task, which keeps the slot until it has been answered. So there are never
/// more tasks than slots, and never a task without one.
final class TaskPoller<Polled: Sendable>: Sendable {
    /// What a poll brought.
    struct Answer: Sendable {
        /// Nil if there was none.
        var task: Polled?
        /// How many polls more the server would like, or fewer; nil if it says nothing.
        var suggestion: Int?
    }

    /// A queue that is polled.
    struct Source: Sendable {
        var behavior: PollerBehavior
        /// Makes one poll.
        var poll: @Sendable () async throws -> Answer
    }

    private enum Work: Sendable {
        case poll(source: Int, slot: TaskSlot)
        /// A task that came without a poll.
        case task(Polled, slot: TaskSlot)
    }

    private struct State: Sendable {
        var schedule: PollSchedule
        /// Waits until a poll is wanted.
        var waiting: Waiter<Void>?
        /// Whether tasks are taken that come without a poll.
        var takesTasks = false
        /// How many calls are under way that may bring tasks.
        var reservations = 0
    }

    let slots: TaskSlots
    private let sources: [Source]
    private let end: WorkerEnd
    private let clock: WorkerClock
    private let state: NIOLockedValueBox<State>
    private let work = Mailbox<Work>()

    init(slots: TaskSlots, sources: [Source], end: WorkerEnd, clock: WorkerClock) {
        self.slots = slots
        self.sources = sources
        self.end = end
        self.clock = clock
        self.state = NIOLockedValueBox(State(schedule: PollSchedule(sources.map(\.behavior))))
    }

    /// Whether tasks are taken that come without a poll: while the worker runs and does not shut down.
    var takesTasks: Bool { self.state.withLockedValue { $0.takesTasks } }

    /// Polls until the worker shuts down, and returns when all tasks have been processed; to be called once.
    ///
    /// - Parameters:
    ///   - isServerScaling: Whether the server is known to say how many polls it would like.
    ///   - process: What is done with a task; when it returns, the task's slot is free.
    func run(isServerScaling: Bool, _ process: @escaping @Sendable (Polled) async -> Void) async {
        self.state.withLockedValue { state in
            state.schedule = PollSchedule(self.sources.map(\.behavior), isServerScaling: isServerScaling)
            state.takesTasks = !self.end.stopping.hasFired
        }
        await withDiscardingTaskGroup { group in
            group.addTask {
                await self.end.stopping.cancelling { await self.beginPolls() }
                self.takeNoMore()
            }
            while let work = await self.work.next() {
                group.addTask { await self.perform(work, process) }
            }
        }
    }

    /// Begins polls as there are to be and as there is room for, until the task is cancelled.
    private func beginPolls() async {
        while !Task.isCancelled {
            do {
                try await self.untilPollIsWanted()
                let slot = try await self.slots.reserve()
                // The longest part of the wait was for the slot; only now it is known which queue needs it most.
                if let source = self.state.withLockedValue({ $0.schedule.begin() }) {
                    self.work.send(.poll(source: source, slot: slot))
                } else {
                    slot.release()
                }
            } catch {
                // Cancelled.
                return
            }
        }
    }

    private func untilPollIsWanted() async throws {
        let waiter = Waiter<Void>()
        let isWanted = self.state.withLockedValue { state in
            if state.schedule.next != nil { return true }
            state.waiting = waiter
            return false
        }
        if !isWanted { try await waiter.value() }
    }

    private func change(_ change: (inout PollSchedule) -> Void) {
        let waiter = self.state.withLockedValue { state -> Waiter<Void>? in
            change(&state.schedule)
            guard state.schedule.next != nil else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiter?.resume()
    }

    private func perform(_ work: Work, _ process: @Sendable (Polled) async -> Void) async {
        switch work {
        case .poll(let source, let slot):
            let task = await self.end.pollsEnd.cancelling { await self.poll(source) }
            self.change { $0.end(source) }
            if let task { await process(task) }
            slot.release()
        case .task(let task, let slot):
            await process(task)
            slot.release()
        }
    }

    /// Polls a queue until there is a task.
    ///
    /// - Returns: The task; nil if the worker shuts down, or if there are too many polls.
    private func poll(_ index: Int) async -> Polled? {
        var backoff = PollBackoff()
        while !Task.isCancelled, !self.end.stopping.hasFired {
            do {
                let answer = try await self.sources[index].poll()
                backoff.answered()
                self.change {
                    $0.answered(
                        index,
                        suggestion: answer.suggestion,
                        hasTask: answer.task != nil,
                        at: self.clock.now()
                    )
                }
                if let task = answer.task { return task }
            } catch {
                if (error as? TemporalError)?.code == .resourceExhausted { self.change { $0.exhausted(index) } }
                guard await self.end.goesOn(after: error, &backoff) else { return nil }
            }
            guard self.state.withLockedValue({ $0.schedule.goesOn(index) }) else { return nil }
        }
        return nil
    }
}

// MARK: - Tasks without a poll

extension TaskPoller {
    /// Reserves slots for tasks that the answer to a call may bring.
    ///
    /// Every reservation that is not empty ends with ``handIn(_:of:)``: until then a worker that shuts down goes on.
    ///
    /// - Parameter wanted: How many would be of use.
    /// - Returns: As many slots as are free, up to that; none before the worker runs, and when it shuts down.
    func reserve(upTo wanted: Int) -> [TaskSlot] {
        self.state.withLockedValue { state in
            guard state.takesTasks, !self.end.stopping.hasFired else { return [] }
            var slots: [TaskSlot] = []
            while slots.count < wanted, let slot = self.slots.tryReserve() { slots.append(slot) }
            if !slots.isEmpty { state.reservations += 1 }
            return slots
        }
    }

    /// Ends a reservation: what came is processed, and slots for which nothing came are free again.
    ///
    /// - Parameters:
    ///   - tasks: What came; never more than was asked for.
    ///   - slots: What was reserved.
    /// - Returns: The tasks for which there was no slot: the server has given what it was not asked for.
    @discardableResult
    func handIn(_ tasks: [Polled], of slots: [TaskSlot]) -> ArraySlice<Polled> {
        for (task, slot) in zip(tasks, slots) { self.work.send(.task(task, slot: slot)) }
        for slot in slots.dropFirst(tasks.count) { slot.release() }
        if !slots.isEmpty {
            self.state.withLockedValue { $0.reservations -= 1 }
            self.closeIfDone()
        }
        return tasks.dropFirst(slots.count)
    }

    private func takeNoMore() {
        self.state.withLockedValue { $0.takesTasks = false }
        self.closeIfDone()
    }

    private func closeIfDone() {
        // No reservation is made any more once no tasks are taken.
        if self.state.withLockedValue({ !$0.takesTasks && $0.reservations == 0 }) { self.work.close() }
    }
}
