//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization

/// The calls under way, and what a shutdown means for each of them.
///
/// A shutdown has two steps. With ``beginDrain()`` long polls end, and all other calls go on; with ``expire()`` those
/// end as well.
final class CallLedger: Sendable {
    /// Why a call ends before it has an answer.
    enum Interruption: Sendable {
        /// The client gave up, or is gone.
        case clientCancelled
        /// The proxy is shutting down.
        case shutdown
    }

    /// One call under way.
    struct Call: Sendable {
        fileprivate let id: Int
        /// Yields at most what ends the call.
        let interruptions: AsyncStream<Interruption>
    }

    private enum Phase {
        case open
        case draining
        case expired
    }

    private struct Entry {
        var continuation: AsyncStream<Interruption>.Continuation
        var isLongPoll: Bool
        var hasAnswer = false
    }

    private struct State {
        var phase = Phase.open
        var entries: [Int: Entry] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// How many calls are under way.
    var count: Int { self.state.withLock { $0.entries.count } }

    /// A call begins; every call ends with ``end(_:)``.
    func begin(isLongPoll: Bool) -> Call {
        let (interruptions, continuation) = AsyncStream<Interruption>.makeStream(bufferingPolicy: .bufferingOldest(1))
        return self.state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            state.entries[id] = Entry(continuation: continuation, isLongPoll: isLongPoll)
            if state.phase == .expired || (state.phase == .draining && isLongPoll) { continuation.yield(.shutdown) }
            return Call(id: id, interruptions: interruptions)
        }
    }

    /// The server has begun to answer, so the call is no longer waiting: to end it now would lose the answer, a task
    /// perhaps.
    func answers(_ call: Call) {
        self.state.withLock { $0.entries[call.id]?.hasAnswer = true }
    }

    /// The transport says that the call is cancelled.
    ///
    /// It says so of every call when it starts to shut down. Until then it means the client; from then on nothing can
    /// be told from it.
    func cancelled(_ call: Call) {
        self.state.withLock { state in
            guard state.phase == .open else { return }
            _ = state.entries[call.id]?.continuation.yield(.clientCancelled)
        }
    }

    /// The call has ended.
    func end(_ call: Call) {
        self.state.withLock { $0.entries.removeValue(forKey: call.id)?.continuation.finish() }
    }

    /// Ends long polls that have no answer yet, those to come included.
    func beginDrain() {
        self.state.withLock { state in
            guard state.phase == .open else { return }
            state.phase = .draining
            for entry in state.entries.values where entry.isLongPoll && !entry.hasAnswer {
                entry.continuation.yield(.shutdown)
            }
        }
    }

    /// Ends all calls, those to come included.
    func expire() {
        self.state.withLock { state in
            state.phase = .expired
            for entry in state.entries.values { entry.continuation.yield(.shutdown) }
        }
    }
}
