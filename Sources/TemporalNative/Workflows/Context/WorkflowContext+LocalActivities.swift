//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

extension WorkflowContext {
    /// Runs an activity of this worker within the workflow task, without the server scheduling it.
    ///
    /// For what is quick: there is no task of its own, no queue and no heartbeat, and only its end stands in history. A
    /// worker that is lost, or a workflow task that fails, before that end was written has it run again, so it has to bear
    /// that. If it takes longer than a workflow task may, the server is told that the worker is alive.
    ///
    /// - Parameters:
    ///   - name: Its name; the worker that runs the workflow has to have it.
    ///   - options: Timeouts, retries.
    ///   - input: Its inputs.
    ///   - type: The type of its result.
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `activity`, with the reason as its cause, as
    ///   ``executeActivity(_:options:input:returning:)``. ``TemporalError/Code/conversionFailed``.
    public func executeLocalActivity<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: LocalActivityOptions,
        input: repeat each Input,
        returning type: Output.Type = Output.self
    ) async throws -> Output {
        var values: [any Sendable] = []
        for value in repeat each input { values.append(value) }
        let call = StartLocalActivityInput(workflow: self.view, activity: name, options: options, input: values)
        return try await intercepted(
            call,
            by: self.view.interceptors[...],
            { try await $0.startLocalActivity($1, next: $2) },
            { try await self.executeLocalActivity($0) }
        )
    }

    private func executeLocalActivity<Output: Sendable>(_ call: StartLocalActivityInput) async throws -> Output {
        var activity = try call.options.activity(call.activity, input: self.values.encode(values: call.input))
        activity.headers = try call.headers.message.fields
        let (scheduled, summary) = (activity, try self.summary(call.options.summary))
        let result = try await self.converted {
            try await self.run.executeLocalActivity(
                scheduled,
                cancellation: call.options.cancellation.engine,
                summary: summary
            )
        }
        return try self.values.decode(result ?? .init(), as: Output.self)
    }
}

/// Options of local activities.
public struct LocalActivityOptions: Sendable {
    /// The longest time of one attempt.
    ///
    /// The attempt is cancelled then; the next one begins when it has ended.
    public var startToCloseTimeout: Duration?
    /// The longest time of all attempts together, with the delays between them.
    public var scheduleToCloseTimeout: Duration?
    /// The longest time until the worker has room for the first attempt.
    public var scheduleToStartTimeout: Duration?
    /// When it is tried again; after one second, then twice as long each time, if nil.
    public var retryPolicy: RetryPolicy?
    /// Longer delays between attempts are timers of the server, so that no workflow task has to wait for them.
    ///
    /// 60 seconds.
    public var localRetryThreshold = Duration.seconds(60)
    /// Its id, unique in the run; a number if nil.
    public var activityID: String?
    /// What a cancellation does to it.
    public var cancellation: ActivityOptions.Cancellation
    /// What the user interface shows.
    public var summary: String?

    /// Creates options.
    ///
    /// - Parameters:
    ///   - startToCloseTimeout: The longest time of one attempt.
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - retryPolicy: When it is tried again.
    ///   - cancellation: What a cancellation does to it.
    ///   - summary: What the user interface shows.
    public init(
        startToCloseTimeout: Duration,
        scheduleToCloseTimeout: Duration? = nil,
        retryPolicy: RetryPolicy? = nil,
        cancellation: ActivityOptions.Cancellation = .tryCancel,
        summary: String? = nil
    ) {
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.retryPolicy = retryPolicy
        self.cancellation = cancellation
        self.summary = summary
    }

    /// Creates options with a limit for all attempts together.
    ///
    /// - Parameters:
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - retryPolicy: When it is tried again.
    ///   - cancellation: What a cancellation does to it.
    public init(
        scheduleToCloseTimeout: Duration,
        retryPolicy: RetryPolicy? = nil,
        cancellation: ActivityOptions.Cancellation = .tryCancel
    ) {
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.retryPolicy = retryPolicy
        self.cancellation = cancellation
    }

    func activity(_ name: String, input: ProtoPayloads) -> LocalActivity {
        var activity = LocalActivity()
        activity.type = name
        activity.id = self.activityID ?? ""
        activity.input = input
        activity.startToCloseTimeout = self.startToCloseTimeout
        activity.scheduleToCloseTimeout = self.scheduleToCloseTimeout
        activity.scheduleToStartTimeout = self.scheduleToStartTimeout
        if let retryPolicy { activity.retryPolicy = retryPolicy.message }
        activity.localRetryThreshold = self.localRetryThreshold
        return activity
    }
}
