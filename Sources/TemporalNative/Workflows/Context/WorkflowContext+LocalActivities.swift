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
    /// worker that is lost, or a workflow task that fails, before that end was written has it run again, so it has to
    /// bear
    /// that. If it takes longer than a workflow task may, the server is told that the worker is alive.
    ///
    /// - Parameters:
    ///   - name: Its name; the worker that runs the workflow has to have it.
    ///   - options: Timeouts, retries.
    ///   - input: Its inputs.
    ///   - type: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `activity`, with the reason as its cause, as
    ///   ``executeActivity(_:options:input:returning:function:file:line:)``. ``TemporalError/Code/conversionFailed``.
    public func executeLocalActivity<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: LocalActivityOptions,
        input: repeat each Input,
        returning type: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        let values = list(repeat each input)
        return try await self.executeLocalActivity(name, options, values, CallPlace(function, file, line))
    }

    /// Runs an activity that is a type within the workflow task; see
    /// ``executeLocalActivity(_:options:input:returning:function:file:line:)``.
    ///
    /// - Parameters:
    ///   - activity: The activity; the worker that runs the workflow has to have it.
    ///   - options: Timeouts, retries.
    ///   - input: Its input.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``ActivityError``, with the reason as its cause. ``TemporalError/Code/conversionFailed``.
    public func executeLocalActivity<A: ActivityDefinition>(
        _ activity: A.Type = A.self,
        options: LocalActivityOptions,
        input: A.Input,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> A.Output {
        let input = WorkflowValues.arguments(input)
        let place = CallPlace(function, file, line)
        return try await typed { try await self.executeLocalActivity(A.name, options, input, place) }
    }

    /// Runs an activity that is a type and takes no input within the workflow task; see
    /// ``executeLocalActivity(_:options:input:function:file:line:)``.
    ///
    /// - Parameters:
    ///   - activity: The activity; the worker that runs the workflow has to have it.
    ///   - options: Timeouts, retries.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``executeLocalActivity(_:options:input:function:file:line:)``.
    public func executeLocalActivity<A: ActivityDefinition>(
        _ activity: A.Type = A.self,
        options: LocalActivityOptions,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> A.Output where A.Input == Void {
        try await typed { try await self.executeLocalActivity(A.name, options, [], CallPlace(function, file, line)) }
    }

    /// Runs an activity by its name within the workflow task.
    ///
    /// As ``executeLocalActivity(_:options:input:returning:function:file:line:)``, with the errors that are types of
    /// their own.
    ///
    /// - Parameters:
    ///   - name: Its name; the worker that runs the workflow has to have it.
    ///   - options: Timeouts, retries.
    ///   - input: Its inputs.
    ///   - outputType: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``ActivityError``, with the reason as its cause. ``TemporalError/Code/conversionFailed``.
    public func executeLocalActivity<each Input: Sendable, Output: Sendable>(
        name: String,
        options: LocalActivityOptions,
        input: repeat each Input,
        outputType: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        let input = list(repeat each input)
        let place = CallPlace(function, file, line)
        return try await typed { try await self.executeLocalActivity(name, options, input, place) }
    }

    private func executeLocalActivity<Output: Sendable>(
        _ name: String,
        _ options: LocalActivityOptions,
        _ input: [any Sendable],
        _ place: CallPlace
    ) async throws -> Output {
        let call = StartLocalActivityInput(workflow: self.view, activity: name, options: options, input: input)
        return try await place.during {
            try await intercepted(
                call,
                by: self.view.interceptors,
                { try await $0.startLocalActivity($1, next: $2) },
                { try await self.executeLocalActivity($0) }
            )
        }
    }

    private func executeLocalActivity<Output: Sendable>(_ call: StartLocalActivityInput) async throws -> Output {
        var activity = try call.options.activity(call.activity, input: self.values.encode(values: call.input))
        activity.headers = try call.headers.message.fields
        let (scheduled, summary) = (activity, try self.summary(call.options.summary))
        let result = try await self.converted {
            try await self.run.executeLocalActivity(
                scheduled,
                cancellation: call.options.cancellationType.engine,
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
    public var localRetryThreshold: Duration
    /// Its id, unique in the run; a number if nil.
    public var activityID: String?
    /// What a cancellation does to it.
    public var cancellationType: ActivityOptions.CancellationType
    /// What the activity is told of its priority; there is no queue in which it would wait.
    public var priority: Priority?
    /// What the user interface shows.
    public var summary: String?

    /// Creates options with a limit for each attempt.
    ///
    /// - Parameters:
    ///   - startToCloseTimeout: The longest time of one attempt.
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - cancellationType: What a cancellation does to it.
    ///   - retryPolicy: When it is tried again.
    ///   - localRetryThreshold: Longer delays between attempts are timers of the server.
    ///   - priority: What the activity is told of its priority.
    ///   - summary: What the user interface shows.
    public init(
        startToCloseTimeout: Duration,
        scheduleToCloseTimeout: Duration? = nil,
        cancellationType: ActivityOptions.CancellationType = .tryCancel,
        retryPolicy: RetryPolicy? = nil,
        localRetryThreshold: Duration = .seconds(60),
        priority: Priority? = nil,
        summary: String? = nil
    ) {
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.cancellationType = cancellationType
        self.retryPolicy = retryPolicy
        self.localRetryThreshold = localRetryThreshold
        self.priority = priority
        self.summary = summary
    }

    /// Creates options with a limit for all attempts together.
    ///
    /// - Parameters:
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - startToCloseTimeout: The longest time of one attempt.
    ///   - cancellationType: What a cancellation does to it.
    ///   - retryPolicy: When it is tried again.
    ///   - localRetryThreshold: Longer delays between attempts are timers of the server.
    ///   - priority: What the activity is told of its priority.
    ///   - summary: What the user interface shows.
    public init(
        scheduleToCloseTimeout: Duration,
        startToCloseTimeout: Duration? = nil,
        cancellationType: ActivityOptions.CancellationType = .tryCancel,
        retryPolicy: RetryPolicy? = nil,
        localRetryThreshold: Duration = .seconds(60),
        priority: Priority? = nil,
        summary: String? = nil
    ) {
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.cancellationType = cancellationType
        self.retryPolicy = retryPolicy
        self.localRetryThreshold = localRetryThreshold
        self.priority = priority
        self.summary = summary
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
        activity.priorityKey = self.priority?.key ?? 0
        return activity
    }
}
