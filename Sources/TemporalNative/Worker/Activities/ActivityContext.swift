//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import Groundwork
public import Logging

/// The attempt of an activity that the current task runs in.
///
/// ```swift
/// Activity("import") { (rows: [Order]) in
///     guard let context = ActivityContext.current else { return }
///     let done = try await context.heartbeatDetails(as: Int?.self) ?? 0
///     for index in done..<rows.count {
///         try await database.insert(rows[index])
///         context.heartbeat(index + 1)
///     }
/// }
/// ```
///
/// It is there in the task of the activity and in its child tasks.
public struct ActivityContext: Sendable {
    /// The context of the current task; nil outside of an activity.
    public static var current: ActivityContext? { self.bound }

    @TaskLocal static var bound: ActivityContext?

    /// What the attempt is about.
    public let info: ActivityInfo

    /// The worker's logger, with the ids of the attempt.
    public var logger: Logger { self.attemptLogger.logger }

    /// The headers that the caller sent along; references resolved, codecs not undone.
    public let headers: [String: Payload]

    /// What the values of this attempt are encoded and decoded with.
    public let payloads: PayloadContext

    let attemptLogger: AttemptLogger
    let previousDetails: [Payload]
    let execution: ActivityExecution
    let interceptors: [any WorkerInterceptor]
    let workerShutdown: OneShot
    let clientOrNone: TemporalClient?

    /// The client of the worker, for what the activity wants to ask of Temporal.
    public var client: TemporalClient {
        guard let client = self.clientOrNone else { preconditionFailure("every worker has a client") }
        return client
    }
}

// MARK: - Heartbeats

extension ActivityContext {
    /// Tells the server that the attempt is alive, and how far it is.
    ///
    /// Returns at once. The first heartbeat is sent right away; further ones are sent at most every 80 % of the heartbeat
    /// timeout, the newest only. The details are encoded, and stored if they are large, only when they are sent. If they
    /// cannot be encoded, the activity is cancelled and the attempt fails.
    ///
    /// An activity is told of its cancellation in answer to a heartbeat: one that makes none is not cancelled.
    ///
    /// - Parameter details: What the next attempt gets as ``heartbeatDetails(as:)`` if this one fails.
    public func heartbeat<each Details: Sendable>(_ details: repeat each Details) {
        let values = list(repeat each details)
        self.heartbeat(HeartbeatInput(info: self.info, details: values), through: self.interceptors.active)
    }

    /// Tells the server that the attempt is alive, and how far it is; see ``heartbeat(_:)``.
    ///
    /// - Parameters:
    ///   - details: What the next attempt gets as ``heartbeatDetails(as:)`` if this one fails.
    ///   - more: What it gets beside that.
    public func heartbeat<Details: Sendable, each More: Sendable>(details: Details, _ more: repeat each More) {
        self.heartbeat(details, repeat each more)
    }

    private func heartbeat(_ input: HeartbeatInput, through interceptors: ArraySlice<any WorkerInterceptor>) {
        guard let first = interceptors.first else {
            return self.execution.heartbeat { [payloads] in try await payloads.encode(values: input.details) }
        }
        first.heartbeat(input) { self.heartbeat($0, through: interceptors.dropFirst()) }
    }

    /// What the last attempt said in its last heartbeat.
    ///
    /// - Parameter type: The type of the details. An optional is nil if there are none.
    /// - Returns: The details.
    /// - Throws: ``TemporalError``: `conversionFailed`, also if there are none; `codecFailed`.
    public func heartbeatDetails<Details: Sendable>(as type: Details.Type) async throws -> Details {
        try await self.payloads.decode(self.previousDetails, as: type)
    }

    /// What the last attempt said in its last heartbeat, if it said several things.
    ///
    /// - Parameter type: The types of the details, in order. An optional is nil if there are no details.
    /// - Returns: The details.
    /// - Throws: ``TemporalError``: `conversionFailed`, also if there are fewer details than types; `codecFailed`.
    public func heartbeatDetails<each Details: Sendable>(
        as type: repeat (each Details).Type
    ) async throws -> (repeat each Details) {
        try await self.payloads.decode(self.previousDetails, as: repeat each type)
    }

    /// Whether the last attempt left details.
    public var hasHeartbeatDetails: Bool { !self.previousDetails.isEmpty }
}

// MARK: - Cancellation

extension ActivityContext {
    /// Why the activity is cancelled; nil as long as it is not.
    ///
    /// The task is cancelled too, so most code need not ask. An activity may clean up, and may return a result all the
    /// same, which is then its result.
    public var cancellationReason: ActivityCancellationReason? { self.execution.cancellationReason }

    /// Whether the worker is shutting down.
    ///
    /// The activity is cancelled when the worker's grace period is over, not before: it can use the time to come to an
    /// end, or to a heartbeat with which the next attempt goes on.
    public var isWorkerShuttingDown: Bool { self.workerShutdown.hasFired }

    /// Returns when the worker begins to shut down, or when the task is cancelled.
    public func workerShutdownBegan() async {
        await self.workerShutdown.wait()
    }
}

// MARK: - Running it

extension ActivityContext {
    /// Calls an activity, through the interceptors, with this as the current context.
    func run(_ activity: Activity, _ input: [Payload]) async throws -> [Payload] {
        try await Self.$bound.withValue(self) {
            try await intercepted(
                ExecuteActivityInput(info: self.info, input: input, headers: self.headers),
                by: self.interceptors.active,
                { try await $0.executeActivity($1, next: $2) },
                { [payloads] in try await activity.run($0.input, payloads) }
            )
        }
    }
}

/// ``ActivityContext``, as other SDKs call it.
public typealias ActivityExecutionContext = ActivityContext
