//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

extension WorkflowContext {
    /// Runs an activity, here or anywhere, in any language.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Timeouts, retries, where it runs.
    ///   - input: Its inputs.
    ///   - type: The type of its result.
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `activity`, with the reason as its cause: what the activity failed with,
    ///   a timeout, or a cancellation. ``TemporalError/Code/conversionFailed``.
    public func executeActivity<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: ActivityOptions,
        input: repeat each Input,
        returning type: Output.Type = Output.self
    ) async throws -> Output {
        var values: [any Sendable] = []
        for value in repeat each input { values.append(value) }
        let call = StartActivityInput(workflow: self.view, activity: name, options: options, input: values)
        return try await intercepted(
            call,
            by: self.view.interceptors[...],
            { try await $0.startActivity($1, next: $2) },
            { try await self.executeActivity($0) }
        )
    }

    private func executeActivity<Output: Sendable>(_ call: StartActivityInput) async throws -> Output {
        self.values.references.note(.activity, call.activity, as: Output.self)
        var attributes = try call.options.command(call.activity, input: self.values.encode(values: call.input))
        if !call.headers.isEmpty { attributes.header = try call.headers.message }
        let summary = try self.summary(call.options.summary)
        let result = try await self.converted {
            try await self.run.executeActivity(
                attributes,
                cancellation: call.options.cancellation.engine,
                summary: summary
            )
        }
        return try self.values.decode(result ?? .init(), as: Output.self)
    }
}

/// How an activity is run for a workflow.
///
/// One of the first two timeouts has to be there.
public struct ActivityOptions: Sendable {
    /// What a cancellation of the workflow's task does to an activity.
    public enum Cancellation: Sendable {
        /// The activity is asked to stop, and the workflow goes on at once with a cancellation.
        case tryCancel
        /// The activity is asked to stop, and the workflow waits for what becomes of it.
        case waitUntilEnded
        /// The activity is not told, and the workflow goes on at once with a cancellation.
        case abandon

        var engine: ActivityCancellation {
            switch self {
            case .tryCancel: .tryCancel
            case .waitUntilEnded: .waitUntilEnded
            case .abandon: .abandon
            }
        }
    }

    /// The longest time of one attempt.
    public var startToCloseTimeout: Duration?
    /// The longest time of all attempts together.
    public var scheduleToCloseTimeout: Duration?
    /// The longest time until a worker takes an attempt.
    public var scheduleToStartTimeout: Duration?
    /// The longest time between two heartbeats.
    public var heartbeatTimeout: Duration?
    /// When it is tried again; the server's default if nil.
    public var retryPolicy: RetryPolicy?
    /// Where it runs; on the workflow's task queue if nil.
    public var taskQueue: String?
    /// Its id, unique in the run; a number if nil.
    public var activityID: String?
    /// What a cancellation does to it.
    public var cancellation: Cancellation
    /// In which order tasks are handed out.
    public var priority: Priority?
    /// What the user interface shows.
    public var summary: String?

    /// Creates options.
    ///
    /// - Parameters:
    ///   - startToCloseTimeout: The longest time of one attempt.
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - heartbeatTimeout: The longest time between two heartbeats.
    ///   - retryPolicy: When it is tried again.
    ///   - taskQueue: Where it runs.
    ///   - cancellation: What a cancellation does to it.
    ///   - summary: What the user interface shows.
    public init(
        startToCloseTimeout: Duration,
        scheduleToCloseTimeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        retryPolicy: RetryPolicy? = nil,
        taskQueue: String? = nil,
        cancellation: Cancellation = .tryCancel,
        summary: String? = nil
    ) {
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.heartbeatTimeout = heartbeatTimeout
        self.retryPolicy = retryPolicy
        self.taskQueue = taskQueue
        self.cancellation = cancellation
        self.summary = summary
    }

    /// Creates options with a limit for all attempts together.
    ///
    /// - Parameters:
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - retryPolicy: When it is tried again.
    ///   - taskQueue: Where it runs.
    ///   - cancellation: What a cancellation does to it.
    public init(
        scheduleToCloseTimeout: Duration,
        retryPolicy: RetryPolicy? = nil,
        taskQueue: String? = nil,
        cancellation: Cancellation = .tryCancel
    ) {
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.retryPolicy = retryPolicy
        self.taskQueue = taskQueue
        self.cancellation = cancellation
    }

    func command(_ name: String, input: ProtoPayloads) -> API.ScheduleActivity {
        .with { command in
            command.activityType = .with { $0.name = name }
            command.activityID = self.activityID ?? ""
            if let taskQueue { command.taskQueue = .with { $0.name = taskQueue } }
            if !input.payloads.isEmpty { command.input = input }
            if let startToCloseTimeout { command.startToCloseTimeout = startToCloseTimeout.message }
            if let scheduleToCloseTimeout { command.scheduleToCloseTimeout = scheduleToCloseTimeout.message }
            if let scheduleToStartTimeout { command.scheduleToStartTimeout = scheduleToStartTimeout.message }
            if let heartbeatTimeout { command.heartbeatTimeout = heartbeatTimeout.message }
            if let retryPolicy { command.retryPolicy = retryPolicy.message }
            if let priority { command.priority = priority.message }
        }
    }
}
