//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Runs that wait in memory for their next task, so that history need not be gone through again; the least recently used
/// goes first.
final class RunCache: Sendable {
    private struct Entry: Sendable {
        var run: KeptRun?
        var isBusy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var lastUse = 0
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        var uses = 0
        var hits = 0
        var misses = 0
    }

    private let capacity: Int
    private let state = NIOLockedValueBox(State())

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many runs wait here.
    var count: Int { self.state.withLockedValue { $0.entries.values.count { $0.run != nil } } }

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
        return self.state.withLockedValue { state in
            let run = state.entries[id]?.run
            if run == nil { state.misses += 1 } else { state.hits += 1 }
            return run
        }
    }

    /// Gives a run back.
    ///
    /// - Parameters:
    ///   - id: The run's id.
    ///   - run: The run to keep; nil if it is of no use any more.
    /// - Returns: Runs that had to make room.
    func giveBack(_ id: String, keeping run: KeptRun?) -> [KeptRun] {
        let (next, evicted) = self.state.withLockedValue { state in
            state.uses += 1
            state.entries[id]?.run = run
            state.entries[id]?.lastUse = state.uses
            var next: CheckedContinuation<Void, Never>?
            if let waiting = state.entries[id]?.waiting, !waiting.isEmpty {
                next = state.entries[id]?.waiting.removeFirst()
            } else {
                state.entries[id]?.isBusy = false
                if run == nil { state.entries[id] = nil }
            }
            return (next, self.makeRoom(&state))
        }
        next?.resume()
        return evicted
    }

    private func makeRoom(_ state: inout State) -> [KeptRun] {
        var evicted: [KeptRun] = []
        while state.entries.count > self.capacity {
            let oldest = state.entries.filter { !$0.value.isBusy }.min { $0.value.lastUse < $1.value.lastUse }
            guard let oldest else { break }
            if let run = oldest.value.run { evicted.append(run) }
            state.entries[oldest.key] = nil
        }
        return evicted
    }

    /// Takes out all runs that nobody has.
    func removeAll() -> [KeptRun] {
        self.state.withLockedValue { state in
            let idle = state.entries.filter { !$0.value.isBusy }
            for key in idle.keys { state.entries[key] = nil }
            return idle.values.compactMap(\.run)
        }
    }
}
