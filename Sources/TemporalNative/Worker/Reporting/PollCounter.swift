//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics
import NIOConcurrencyHelpers
import SwiftProtobuf

/// Counts the polls of one queue: how many are under way, and when one was last answered.
final class PollCounter: Sendable {
    private struct State: Sendable {
        var underWay = 0
        var lastAnswer: Google_Protobuf_Timestamp?
    }

    private let gauge: Gauge
    private let state = NIOLockedValueBox(State())

    init(_ gauge: Gauge) {
        self.gauge = gauge
    }

    var underWay: Int { self.state.withLockedValue { $0.underWay } }
    var lastAnswer: Google_Protobuf_Timestamp? { self.state.withLockedValue { $0.lastAnswer } }

    /// Counts one poll.
    func counting<Answer>(_ poll: () async throws -> Answer) async throws -> Answer {
        self.change { $0.underWay += 1 }
        defer { self.change { $0.underWay -= 1 } }
        let answer = try await poll()
        self.change { $0.lastAnswer = .now }
        return answer
    }

    private func change(_ change: (inout State) -> Void) {
        self.state.withLockedValue { state in
            change(&state)
            // Under the lock, so that the value that is recorded last is the one that holds.
            self.gauge.record(state.underWay)
        }
    }
}
