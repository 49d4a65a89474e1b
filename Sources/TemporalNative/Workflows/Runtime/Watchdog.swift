//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import NIOCore

/// Says when something takes too long, of the time in which the process ran.
///
/// A limit is waited for in parts, each from when the one before was seen to be over: of a time in which the whole process
/// stood still (a signal, a debugger, a machine that slept), one part counts.
///
/// Almost nothing takes too long, so there is no timer for each: one is set for the first that is watched, and when it goes
/// off, for the earliest part of those that are watched then.
final class Watchdog: Sendable {
    private static let parts = 8

    private struct Watched: Sendable {
        let part: TimeAmount
        var left = Watchdog.parts
        /// When this part is over.
        var deadline: NIODeadline
        let late: @Sendable () -> Void
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
        let part = TimeAmount.nanoseconds(limit.nanoseconds / Int64(Self.parts))
        let deadline = NIODeadline.now() + part
        let (id, isEarliest) = self.state.withLockedValue { state in
            state.lastID += 1
            state.watched[state.lastID] = Watched(part: part, deadline: deadline, late: late)
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
            var late: [Watched] = []
            for (id, var watched) in state.watched where watched.deadline <= now {
                watched.left -= 1
                if watched.left == 0 {
                    late.append(watched)
                    state.watched[id] = nil
                } else {
                    watched.deadline = now + watched.part
                    state.watched[id] = watched
                }
            }
            // One that was set for an earlier time has taken over.
            guard state.alarm == deadline else { return (late, NIODeadline?.none) }
            state.alarm = state.watched.values.map(\.deadline).min()
            return (late, state.alarm)
        }
        for watched in late.sorted(by: { $0.deadline < $1.deadline }) { watched.late() }
        if let next { self.setAlarm(next) }
    }
}
