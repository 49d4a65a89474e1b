//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Which parent workflow runs have, if any, for the tasks that no longer say so.
///
/// Event 1 names the parent, and only the first task of a run, or one with a full history, brings event 1. Bounded: when
/// it is full, the runs that were seen longest ago are forgotten, and whoever needs to know asks the server.
final class ParentLedger: Sendable {
    private struct State {
        var parents: [String: TaskContext.Execution?] = [:]
        /// Run ids in the order in which they came.
        var order: [String] = []
        var oldest = 0
    }

    private let capacity: Int
    private let state = NIOLockedValueBox(State())

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// - Parameters:
    ///   - parent: Nil for a run whose result is its own.
    ///   - runID: The run.
    func remember(_ parent: TaskContext.Execution?, ofRun runID: String) {
        self.state.withLockedValue { state in
            guard state.parents.updateValue(parent, forKey: runID) == nil else { return }
            state.order.append(runID)
            guard state.order.count - state.oldest > self.capacity else { return }
            state.parents.removeValue(forKey: state.order[state.oldest])
            state.oldest += 1
            if state.oldest > self.capacity {
                state.order.removeFirst(state.oldest)
                state.oldest = 0
            }
        }
    }

    /// The parent of a run, or `.some(nil)` if it is known to have none; nil if nothing is known.
    func parent(ofRun runID: String) -> TaskContext.Execution?? {
        self.state.withLockedValue { $0.parents[runID] }
    }
}
