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
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `activity`, with the reason as its cause: what the activity failed
    ///   with,
    ///   a timeout, or a cancellation. ``TemporalError/Code/conversionFailed``.
    public func executeActivity<each Input: Sendable, Output: Sendable>(
        _ name: String,
        options: ActivityOptions,
        input: repeat each Input,
        returning type: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        let values = list(repeat each input)
        return try await self.executeActivity(name, options, values, CallPlace(function, file, line))
    }

    /// Runs an activity that is a type, as `@Activity` makes one.
    ///
    /// - Parameters:
    ///   - activity: The activity; its name is called.
    ///   - options: Timeouts, retries, where it runs.
    ///   - input: Its input.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``ActivityError``, with the reason as its cause. ``TemporalError/Code/conversionFailed``.
    public func executeActivity<A: ActivityDefinition>(
        _ activity: A.Type = A.self,
        options: ActivityOptions,
        input: A.Input,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> A.Output {
        let input = WorkflowValues.arguments(input)
        let place = CallPlace(function, file, line)
        return try await typed { try await self.executeActivity(A.name, options, input, place) }
    }

    /// Runs an activity that is a type and takes no input; see
    /// ``executeActivity(_:options:input:function:file:line:)``.
    ///
    /// - Parameters:
    ///   - activity: The activity; its name is called.
    ///   - options: Timeouts, retries, where it runs.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``executeActivity(_:options:input:function:file:line:)``.
    public func executeActivity<A: ActivityDefinition>(
        _ activity: A.Type = A.self,
        options: ActivityOptions,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> A.Output where A.Input == Void {
        try await typed { try await self.executeActivity(A.name, options, [], CallPlace(function, file, line)) }
    }

    /// Runs an activity by its name, in any language.
    ///
    /// As ``executeActivity(_:options:input:returning:function:file:line:)``, with the errors that are types of their
    /// own.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - options: Timeouts, retries, where it runs.
    ///   - input: Its inputs.
    ///   - outputType: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``ActivityError``, with the reason as its cause. ``TemporalError/Code/conversionFailed``.
    public func executeActivity<each Input: Sendable, Output: Sendable>(
        name: String,
        options: ActivityOptions,
        input: repeat each Input,
        outputType: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        let input = list(repeat each input)
        return try await typed { try await self.executeActivity(name, options, input, CallPlace(function, file, line)) }
    }

    private func executeActivity<Output: Sendable>(
        _ name: String,
        _ options: ActivityOptions,
        _ input: [any Sendable],
        _ place: CallPlace
    ) async throws -> Output {
        let call = StartActivityInput(workflow: self.view, activity: name, options: options, input: input)
        return try await place.during {
            try await intercepted(
                call,
                by: self.view.interceptors,
                { try await $0.startActivity($1, next: $2) },
                { try await self.executeActivity($0) }
            )
        }
    }

    private func executeActivity<Output: Sendable>(_ call: StartActivityInput) async throws -> Output {
        self.values.references.note(.activity, call.activity, as: Output.self)
        let summary = try self.summary(call.options.summary)
        let result = try await self.converted {
            try await self.run.executeActivity(
                self.command(for: call),
                cancellation: call.options.cancellationType.engine,
                summary: summary
            )
        }
        return try self.values.decode(result ?? .init(), as: Output.self)
    }

    private func command(for call: StartActivityInput) throws -> API.ScheduleActivity {
        var attributes = try call.options.command(call.activity, input: self.values.encode(values: call.input))
        if !call.headers.isEmpty { attributes.header = try call.headers.message }
        return attributes
    }
}

/// How an activity is run for a workflow.
///
/// One of the first two timeouts has to be there.
public struct ActivityOptions: Hashable, Sendable {
    /// What a cancellation of the workflow's task does to an activity.
    public enum CancellationType: Sendable {
        /// The activity is asked to stop, and the workflow goes on at once with a cancellation.
        case tryCancel
        /// The activity is asked to stop, and the workflow waits for what becomes of it.
        case waitCancellationCompleted
        /// The activity is not told, and the workflow goes on at once with a cancellation.
        case abandon

        var engine: ActivityCancellation {
            switch self {
            case .tryCancel: .tryCancel
            case .waitCancellationCompleted: .waitUntilEnded
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
    public var cancellationType: CancellationType
    /// Whether the activity must not come with the answer to the workflow task; see
    /// ``TemporalWorker/Configuration/disableEagerActivityExecution``.
    public var disableEagerActivityExecution: Bool
    /// Which build of a worker with versions by build id runs it.
    public var versioningIntent: VersioningIntent
    /// In which order tasks are handed out.
    public var priority: Priority?
    /// What the user interface shows.
    public var summary: String?

    /// Creates options with a limit for each attempt.
    ///
    /// - Parameters:
    ///   - startToCloseTimeout: The longest time of one attempt.
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - disableEagerActivityExecution: Whether it must not come with the answer to the workflow task.
    ///   - cancellationType: What a cancellation does to it.
    ///   - heartbeatTimeout: The longest time between two heartbeats.
    ///   - taskQueue: Where it runs.
    ///   - retryPolicy: When it is tried again.
    ///   - versioningIntent: Which build of a worker runs it.
    ///   - priority: In which order tasks are handed out.
    ///   - summary: What the user interface shows.
    public init(
        startToCloseTimeout: Duration,
        scheduleToCloseTimeout: Duration? = nil,
        disableEagerActivityExecution: Bool = false,
        cancellationType: CancellationType = .tryCancel,
        heartbeatTimeout: Duration? = nil,
        taskQueue: String? = nil,
        retryPolicy: RetryPolicy? = nil,
        versioningIntent: VersioningIntent = .unspecified,
        priority: Priority? = nil,
        summary: String? = nil
    ) {
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.disableEagerActivityExecution = disableEagerActivityExecution
        self.cancellationType = cancellationType
        self.heartbeatTimeout = heartbeatTimeout
        self.taskQueue = taskQueue
        self.retryPolicy = retryPolicy
        self.versioningIntent = versioningIntent
        self.priority = priority
        self.summary = summary
    }

    /// Creates options with a limit for all attempts together.
    ///
    /// - Parameters:
    ///   - scheduleToCloseTimeout: The longest time of all attempts together.
    ///   - startToCloseTimeout: The longest time of one attempt.
    ///   - disableEagerActivityExecution: Whether it must not come with the answer to the workflow task.
    ///   - cancellationType: What a cancellation does to it.
    ///   - heartbeatTimeout: The longest time between two heartbeats.
    ///   - taskQueue: Where it runs.
    ///   - retryPolicy: When it is tried again.
    ///   - versioningIntent: Which build of a worker runs it.
    ///   - priority: In which order tasks are handed out.
    ///   - summary: What the user interface shows.
    public init(
        scheduleToCloseTimeout: Duration,
        startToCloseTimeout: Duration? = nil,
        disableEagerActivityExecution: Bool = false,
        cancellationType: CancellationType = .tryCancel,
        heartbeatTimeout: Duration? = nil,
        taskQueue: String? = nil,
        retryPolicy: RetryPolicy? = nil,
        versioningIntent: VersioningIntent = .unspecified,
        priority: Priority? = nil,
        summary: String? = nil
    ) {
        self.startToCloseTimeout = startToCloseTimeout
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.disableEagerActivityExecution = disableEagerActivityExecution
        self.cancellationType = cancellationType
        self.heartbeatTimeout = heartbeatTimeout
        self.taskQueue = taskQueue
        self.retryPolicy = retryPolicy
        self.versioningIntent = versioningIntent
        self.priority = priority
        self.summary = summary
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
            command.useWorkflowBuildID = self.versioningIntent == .compatible
            // The worker takes it back where it has no room.
            command.requestEagerExecution = !self.disableEagerActivityExecution
        }
    }
}

/// Which build of a worker runs what a workflow starts, where workers have versions by build id.
public enum VersioningIntent: Hashable, Sendable {
    /// As the server decides: on the workflow's own build if it is on the same task queue.
    case unspecified
    /// One that is compatible with that of the workflow.
    case compatible
    /// The current default of the task queue.
    case currentDefault
}
