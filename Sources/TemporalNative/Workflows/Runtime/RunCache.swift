//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import DequeModule
import NIOConcurrencyHelpers

/// The runs that a worker keeps between tasks, as many as it may; those that were not used for the longest go first.
final class RunCache: Sendable {
    private struct Entry: Sendable {
        var run: KeptRun?
        var isBusy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var lastUse = 0
        var bytes = 0
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        /// Runs in the order in which they were used; what was used again stands here twice, and counts where it is newest.
        var order: Deque<(id: String, use: Int)> = []
        var uses = 0
        var bytes = 0
    }

    private let capacity: Int
    private let byteLimit: Int
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - capacity: How many runs are kept.
    ///   - byteLimit: How many bytes they may take, by their own estimate.
    init(capacity: Int, byteLimit: Int) {
        self.capacity = capacity
        self.byteLimit = byteLimit
    }

    /// How many runs wait here.
    var count: Int { self.state.withLockedValue { $0.entries.values.count { $0.run != nil } } }

    /// What they take, by their own estimate.
    var bytes: Int { self.state.withLockedValue { $0.bytes } }

    /// Borrows a run, and waits for whoever has it: one task of a run is processed at a time.
    ///
    /// - Returns: The run; nil if it is not here. To be given back in both cases.
    func borrow(_ id: String) async -> KeptRun? {
        await withCheckedContinuation { continuation in
            let goOn = self.state.withLockedValue { state in
                guard state.entries[id]?.isBusy == true else {
                    state.entries[id, default: Entry()].isBusy = true
                    return true
                }
                state.entries[id]?.waiting.append(continuation)
                return false
            }
            if goOn { continuation.resume() }
        }
        return self.state.withLockedValue { $0.entries[id]?.run }
    }

    /// Gives a run back.
    ///
    /// - Parameters:
    ///   - id: The run's id.
    ///   - run: The run to keep; nil if it is of no use any more.
    /// - Returns: Runs that had to make room, the run itself among them if it is too large for what may be kept.
    func giveBack(_ id: String, keeping run: KeptRun?) -> [KeptRun] {
        let bytes = run?.estimatedBytes ?? 0
        let (next, evicted) = self.state.withLockedValue { state in
            var entry = state.entries[id] ?? Entry()
            state.uses += 1
            state.bytes += bytes - entry.bytes
            (entry.run, entry.bytes, entry.lastUse) = (run, bytes, state.uses)
            var next: CheckedContinuation<Void, Never>?
            if entry.waiting.isEmpty { entry.isBusy = false } else { next = entry.waiting.removeFirst() }
            state.entries[id] = run == nil && !entry.isBusy ? nil : entry
            if run != nil { state.order.append((id, state.uses)) }
            return (next, self.makeRoom(&state))
        }
        next?.resume()
        return evicted
    }

    private func makeRoom(_ state: inout State) -> [KeptRun] {
        var evicted: [KeptRun] = []
        /// Those that somebody has; they go back to where they stood.
        var busy: [(id: String, use: Int)] = []
        while state.entries.count > self.capacity || state.bytes > self.byteLimit, let oldest = state.order.popFirst() {
            guard let entry = state.entries[oldest.id], entry.lastUse == oldest.use, let run = entry.run else {
                continue
            }
            guard !entry.isBusy else {
                busy.append(oldest)
                continue
            }
            evicted.append(run)
            state.bytes -= entry.bytes
            state.entries[oldest.id] = nil
        }
        state.order.prepend(contentsOf: busy)
        // What was used again and again is not to fill the order with what does not count.
        if state.order.count > 2 * state.entries.count + 64 {
            state.order.removeAll { state.entries[$0.id]?.lastUse != $0.use }
        }
        return evicted
    }

    /// Takes out all runs that nobody has.
    func removeAll() -> [KeptRun] {
        self.state.withLockedValue { state in
            let idle = state.entries.filter { !$0.value.isBusy }
            for (id, entry) in idle {
                state.bytes -= entry.bytes
                state.entries[id] = nil
            }
            return idle.values.compactMap(\.run)
        }
    }
}
