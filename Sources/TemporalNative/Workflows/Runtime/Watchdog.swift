//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import NIOCore

/// Says when something takes too long.
///
/// Almost nothing does, so there is no timer for each: one is set for the first that is watched, and when it goes off, for the
/// earliest of those that are watched then.
final class Watchdog: Sendable {
    private struct Watched: Sendable {
        var deadline: NIODeadline
        var late: @Sendable () -> Void
    }

    private struct State: Sendable {
        var lastID = 0
        var watched: [Int: Watched] = [:]
        /// When the timer goes off; nil if none is set.
        var alarm: NIODeadline?
    }

    private let loop: any EventLoop
    private let state = NIOLockedValueBox(State())

    /// - Parameter loop: Where timers are, and where is said what is late.
    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - limit: How long it may take.
    ///   - late: Is called once, if it takes longer.
    /// - Returns: What ``end(_:)`` takes.
    func begin(_ limit: TimeAmount, late: @escaping @Sendable () -> Void) -> Int {
        let deadline = NIODeadline.now() + limit
        let (id, isEarliest) = self.state.withLockedValue { state in
            state.lastID += 1
            state.watched[state.lastID] = Watched(deadline: deadline, late: late)
            guard state.alarm.map({ deadline < $0 }) ?? true else { return (state.lastID, false) }
            state.alarm = deadline
            return (state.lastID, true)
        }
        if isEarliest { self.setAlarm(deadline) }
        return id
    }

    /// Ends watching; what is late already may be said meanwhile.
    func end(_ id: Int) {
        self.state.withLockedValue { _ = $0.watched.removeValue(forKey: id) }
    }

    private func setAlarm(_ deadline: NIODeadline) {
        self.loop.scheduleTask(deadline: deadline) { self.goOff(deadline) }
    }

    private func goOff(_ deadline: NIODeadline) {
        let now = NIODeadline.now()
        let (late, next) = self.state.withLockedValue { state in
            let late = state.watched.filter { $0.value.deadline <= now }
            for id in late.keys { state.watched[id] = nil }
            // One that was set for an earlier time has taken over.
            guard state.alarm == deadline else { return (late, NIODeadline?.none) }
            state.alarm = state.watched.values.map(\.deadline).min()
            return (late, state.alarm)
        }
        for (_, watched) in late.sorted(by: { $0.value.deadline < $1.value.deadline }) { watched.late() }
        if let next { self.setAlarm(next) }
    }
}
