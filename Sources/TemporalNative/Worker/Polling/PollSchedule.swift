//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Which of a worker's queues is polled next.
///
/// Pure. Polls share the slots of the worker: a queue that nobody polls comes before one that has a poll already, so that
/// with few slots none is forgotten for the minute that a poll may take.
struct PollSchedule: Sendable {
    private struct Source: Sendable {
        var scaling: PollScaling
        var open = 0
    }

    private var sources: [Source]
    /// Where the last poll began: sources take turns.
    private var last: Int

    init(_ behaviors: [PollerBehavior], isServerScaling: Bool = false) {
        self.sources = behaviors.map { Source(scaling: PollScaling($0, isServerScaling: isServerScaling)) }
        self.last = behaviors.count - 1
    }

    /// How many polls of a source are under way.
    func open(_ source: Int) -> Int { self.sources[source].open }

    /// How many polls of a source there are to be.
    func target(_ source: Int) -> Int { self.sources[source].scaling.target }

    /// The source that is to be polled next; nil if all have as many polls as they should.
    var next: Int? {
        let order = (1...self.sources.count).map { (self.last + $0) % self.sources.count }
        let wanted = order.filter { self.sources[$0].open < self.sources[$0].scaling.target }
        return wanted.first { self.sources[$0].open == 0 } ?? wanted.first
    }

    /// A poll of the next source begins.
    ///
    /// - Returns: Which; nil if there is to be none.
    mutating func begin() -> Int? {
        guard let source = self.next else { return nil }
        self.sources[source].open += 1
        self.last = source
        return source
    }

    /// Whether a poll that brought nothing is made again: not if there are too many by now.
    func goesOn(_ source: Int) -> Bool { self.sources[source].open <= self.sources[source].scaling.target }

    /// A poll has ended for good.
    mutating func end(_ source: Int) { self.sources[source].open -= 1 }

    /// The server answered a poll, see ``PollScaling/answered(suggestion:hasTask:at:)``.
    mutating func answered(_ source: Int, suggestion: Int?, hasTask: Bool, at now: ContinuousClock.Instant) {
        self.sources[source].scaling.answered(suggestion: suggestion, hasTask: hasTask, at: now)
    }

    /// The server has refused a poll because there are too many calls.
    mutating func exhausted(_ source: Int) { self.sources[source].scaling.exhausted() }
}
