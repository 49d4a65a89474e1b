//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI

/// The polls for activities: how many are under way, and when one was last answered.
final class ActivityPolls: Sendable {
    private struct State: Sendable {
        var rate: RateLimit?
        var underWay = 0
        var lastAnswer: Google_Protobuf_Timestamp?
    }

    private let service: any ActivityService
    private let request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest
    private let clock: WorkerClock
    private let metrics: WorkerMetrics
    private let state: NIOLockedValueBox<State>

    init(
        service: any ActivityService,
        request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest,
        clock: WorkerClock,
        metrics: WorkerMetrics,
        rate: RateLimit?
    ) {
        self.service = service
        self.request = request
        self.clock = clock
        self.metrics = metrics
        self.state = NIOLockedValueBox(State(rate: rate))
    }

    var underWay: Int { self.state.withLockedValue { $0.underWay } }
    var lastAnswer: Google_Protobuf_Timestamp? { self.state.withLockedValue { $0.lastAnswer } }

    /// Makes one poll, as soon as the worker may start another attempt.
    func poll() async throws -> TaskPoller<ActivityTask>.Answer {
        let now = self.clock.now()
        try await self.clock.sleep(for: self.state.withLockedValue { $0.rate?.take(at: now) ?? .zero })
        self.change { $0.underWay += 1 }
        defer { self.change { $0.underWay -= 1 } }
        let task = try await self.service.poll(self.request)
        self.change { $0.lastAnswer = .now }
        let hasTask = !task.taskToken.isEmpty
        if !hasTask { self.metrics.pollNoTask.increment() }
        return .init(task: hasTask ? task : nil, suggestion: task.suggestion)
    }

    private func change(_ change: (inout State) -> Void) {
        self.state.withLockedValue { state in
            change(&state)
            // Under the lock, so that the value that is recorded last is the one that holds.
            self.metrics.pollers.record(state.underWay)
        }
    }
}

extension ActivityTask {
    /// How many polls more the server would like, or fewer; nil if it says nothing.
    fileprivate var suggestion: Int? {
        self.hasPollerScalingDecision ? Int(self.pollerScalingDecision.pollRequestDeltaSuggestion) : nil
    }
}
