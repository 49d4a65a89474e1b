//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// The calls under way, and what a shutdown means for each of them.
///
/// A shutdown has two steps. With ``beginDrain()`` long polls end, and all other calls go on; with ``expire()`` those
/// end as well.
final class CallLedger: Sendable {
    /// One call under way.
    struct Call: Sendable {
        fileprivate let id: Int
    }

    private enum Phase {
        case open
        case draining
        case expired
    }

    private struct Entry {
        var cancel: @Sendable () -> Void
        var isLongPoll: Bool
        var hasAnswer = false
        var isInterrupted = false
    }

    private struct State {
        var phase = Phase.open
        var entries: [Int: Entry] = [:]
        var nextID = 0

        /// Marks the calls that end now.
        mutating func interrupt(where ends: (Entry) -> Bool) -> [@Sendable () -> Void] {
            var ending: [@Sendable () -> Void] = []
            for (id, entry) in self.entries where ends(entry) {
                self.entries[id]?.isInterrupted = true
                ending.append(entry.cancel)
            }
            return ending
        }
    }

    private let state = NIOLockedValueBox(State())

    /// How many calls are under way.
    var count: Int { self.state.withLockedValue { $0.entries.count } }

    /// A call begins; every call ends with ``end(_:)``.
    ///
    /// - Parameters:
    ///   - isLongPoll: Whether it may wait for long, and can be ended without loss.
    ///   - cancel: Ends it. May be called at once, and at any time until the call has ended.
    /// - Returns: The call in this ledger.
    func begin(isLongPoll: Bool, cancel: @escaping @Sendable () -> Void) -> Call {
        let (call, isOver) = self.state.withLockedValue { state in
            let id = state.nextID
            state.nextID += 1
            let isOver = state.phase == .expired || (state.phase == .draining && isLongPoll)
            state.entries[id] = Entry(cancel: cancel, isLongPoll: isLongPoll, isInterrupted: isOver)
            return (Call(id: id), isOver)
        }
        if isOver { cancel() }
        return call
    }

    /// The server has begun to answer, so the call is no longer waiting: to end it now would lose the answer, a task
    /// perhaps.
    func answers(_ call: Call) {
        self.state.withLockedValue { $0.entries[call.id]?.hasAnswer = true }
    }

    /// Whether the call was ended by the shutdown.
    func isInterrupted(_ call: Call) -> Bool {
        self.state.withLockedValue { $0.entries[call.id]?.isInterrupted ?? false }
    }

    /// The call has ended.
    func end(_ call: Call) {
        self.state.withLockedValue { _ = $0.entries.removeValue(forKey: call.id) }
    }

    /// Ends long polls that have no answer yet, those to come included.
    func beginDrain() {
        let ending = self.state.withLockedValue { state -> [@Sendable () -> Void] in
            guard state.phase == .open else { return [] }
            state.phase = .draining
            return state.interrupt { $0.isLongPoll && !$0.hasAnswer }
        }
        for cancel in ending { cancel() }
    }

    /// Ends all calls, those to come included.
    func expire() {
        let ending = self.state.withLockedValue { state in
            state.phase = .expired
            return state.interrupt { _ in true }
        }
        for cancel in ending { cancel() }
    }
}
