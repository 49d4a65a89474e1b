//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

/// A failure of a workflow, an activity or a child workflow as an error of a type of its own.
///
/// What ``WorkflowContext`` throws where it is given types, and where the name of an activity or a workflow has the label
/// `name`. It stands for a ``TemporalFailure``, which the other functions throw: an error that was caught and is thrown on
/// is sent as it came. Errors of your own that conform to it fail a workflow, with the name of their type.
///
/// ```swift
/// do {
///     return try await charge()
/// } catch let error as ActivityError {
///     guard let reason = error.cause as? ApplicationError, reason.type == "Declined" else { throw error }
///     return "declined: \(reason.message)"
/// }
/// ```
public protocol TemporalFailureError: Error {
    /// What happened.
    var message: String { get }
    /// The error underneath.
    var cause: (any Error)? { get }
    /// Where it happened, if the SDK says so.
    var stackTrace: String { get }
}

/// One that was made of a failure, and is sent as that.
protocol TypedFailure {
    var failure: TemporalFailure { get }
}

/// An activity failed, timed out or was cancelled; the cause says why.
public struct ActivityError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// The id of the activity within its workflow.
    public let activityID: String
    /// The name of the activity.
    public let activityType: String
    /// The worker that ran it.
    public let identity: String
    /// Why it was not retried.
    public let retryState: RetryState
    /// The event with which it was scheduled.
    public let scheduledEventID: Int
    /// The event with which it was started, or 0.
    public let startedEventID: Int
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.activityID = failure.activity?.id ?? ""
        self.activityType = failure.activity?.type ?? ""
        self.identity = failure.activity?.identity ?? ""
        self.retryState = failure.activity?.retryState ?? .unspecified
        self.scheduledEventID = Int(failure.activity?.scheduledEventID ?? 0)
        self.startedEventID = Int(failure.activity?.startedEventID ?? 0)
        self.failure = failure
    }
}

/// A child workflow failed, timed out, was cancelled or terminated; the cause says why.
public struct ChildWorkflowError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// The child's namespace.
    public let namespace: String
    /// The child's id.
    public let workflowID: String
    /// The child's run.
    public let runID: String
    /// The name of the child's workflow.
    public let workflowName: String
    /// Why it was not retried.
    public let retryState: RetryState
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.namespace = failure.childWorkflow?.namespace ?? ""
        self.workflowID = failure.childWorkflow?.workflowID ?? ""
        self.runID = failure.childWorkflow?.runID ?? ""
        self.workflowName = failure.childWorkflow?.type ?? ""
        self.retryState = failure.childWorkflow?.retryState ?? .unspecified
        self.failure = failure
    }
}

/// A child workflow was not started, because there is a workflow with its id.
public struct WorkflowAlreadyStartedError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// The id.
    public let workflowID: String
    /// The name of the child that was not started.
    public let workflowType: String
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.workflowID = failure.childWorkflow?.workflowID ?? ""
        self.workflowType = failure.childWorkflow?.type ?? ""
        self.failure = failure
    }
}

/// A timeout passed.
public struct TimeoutError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// Which one.
    public let type: TimeoutType
    /// What the activity said last; references resolved and codecs undone.
    public let lastHeartbeatDetails: [Payload]
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.type = failure.timeout ?? .unspecified
        self.lastHeartbeatDetails = failure.payloads
        self.failure = failure
    }
}

/// A workflow was terminated.
public struct TerminatedError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.failure = failure
    }
}

/// The server failed.
public struct ServerError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// Whether no retry policy may retry it.
    public let isNonRetryable: Bool
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.isNonRetryable = failure.isNonRetryableServerFailure ?? false
        self.failure = failure
    }
}

/// A failure of a kind that has no type of its own.
public struct BasicTemporalFailureError: TemporalFailureError, TypedFailure {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    let failure: TemporalFailure

    init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.failure = failure
    }
}

/// A failure of user code: what an activity or a workflow throws, and what is found as the cause of an ``ActivityError``.
///
/// The same as ``ApplicationFailure``, with details that are payloads already.
public struct ApplicationError: TemporalFailureError {
    /// What happened; stands in history, so put nothing secret here.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened; is not sent.
    public let stackTrace: String
    /// Values that go with it.
    public let details: [Payload]
    /// What retry policies and callers tell failures apart by.
    public let type: String?
    /// Whether no retry policy may retry it.
    public let isNonRetryable: Bool
    /// How long to wait before the next attempt, in place of what the retry policy says.
    public let nextRetryDelay: Duration?
    /// How much attention it deserves.
    public let category: ApplicationFailure.Category
    fileprivate let failure: TemporalFailure?

    /// Creates a failure.
    ///
    /// - Parameters:
    ///   - message: What happened; nothing secret.
    ///   - cause: The error underneath.
    ///   - stackTrace: Where it happened.
    ///   - details: Values that go with it.
    ///   - type: What retry policies and callers tell failures apart by; `ApplicationError` if nil.
    ///   - isNonRetryable: Whether no retry policy may retry it.
    ///   - nextRetryDelay: How long to wait before the next attempt.
    ///   - category: How much attention it deserves.
    public init(
        message: String,
        cause: (any Error)? = nil,
        stackTrace: String = "",
        details: [Payload] = [],
        type: String? = nil,
        isNonRetryable: Bool = false,
        nextRetryDelay: Duration? = nil,
        category: ApplicationFailure.Category = .unspecified
    ) {
        self.message = message
        self.cause = cause
        self.stackTrace = stackTrace
        self.details = details
        self.type = type
        self.isNonRetryable = isNonRetryable
        self.nextRetryDelay = nextRetryDelay
        self.category = category
        self.failure = nil
    }

    fileprivate init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.details = failure.payloads
        self.type = failure.application?.type
        self.isNonRetryable = failure.application?.isNonRetryable ?? false
        self.nextRetryDelay = failure.application?.nextRetryDelay
        self.category = failure.application?.category ?? .unspecified
        self.failure = failure
    }

    fileprivate var untypedFailure: any Error {
        if let failure { return failure }
        return ApplicationFailure(
            self.message,
            type: self.type ?? "ApplicationError",
            isNonRetryable: self.isNonRetryable,
            details: self.details,
            nextRetryDelay: self.nextRetryDelay,
            category: self.category,
            cause: self.cause
        )
    }
}

/// A cancellation, as it stands in history: the cause of an ``ActivityError`` or a ``ChildWorkflowError``.
///
/// What waits in a workflow itself throws `CancellationError`; ``Swift/Error/isTemporalCancellation`` knows all of them.
public struct CanceledError: TemporalFailureError {
    /// What happened.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// Values that go with it.
    public let details: [Payload]
    fileprivate let failure: TemporalFailure?

    /// Creates a cancellation.
    ///
    /// - Parameters:
    ///   - message: What happened.
    ///   - details: Values that go with it.
    public init(message: String, details: [Payload] = []) {
        self.message = message
        self.cause = nil
        self.stackTrace = ""
        self.details = details
        self.failure = nil
    }

    fileprivate init(_ failure: TemporalFailure) {
        self.message = failure.message
        self.cause = failure.cause?.typed
        self.stackTrace = failure.stackTrace
        self.details = failure.payloads
        self.failure = failure
    }

    fileprivate var untypedFailure: any Error {
        if let failure { return failure }
        do {
            let details = try ProtoPayloads(self.details)
            return TemporalFailure(
                original: .with { failure in
                    failure.message = self.message
                    failure.source = failureSource
                    failure.canceledFailureInfo = .with { if !details.payloads.isEmpty { $0.details = details } }
                },
                message: self.message,
                stackTrace: "",
                payloads: self.details,
                cause: nil,
                converter: DataConverter()
            )
        } catch {
            return error
        }
    }
}

/// A call that can have no sense, such as a sleep for a negative time.
///
/// It fails the workflow task and not the workflow, so that a correction of the code lets the workflow go on.
public struct ArgumentError: Error, CustomStringConvertible {
    /// What is wrong.
    public let message: String

    /// Creates an error.
    ///
    /// - Parameter message: What is wrong.
    public init(message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { self.message }
}

// MARK: - There and back

extension TemporalFailure {
    /// The error of a type of its own that stands for it.
    var typed: any TemporalFailureError {
        switch self.kind {
        case .application: ApplicationError(self)
        case .canceled: CanceledError(self)
        case .timeout: TimeoutError(self)
        case .terminated: TerminatedError(self)
        case .server: ServerError(self)
        case .activity: ActivityError(self)
        case .childWorkflow where self.isChildThatWasThere: WorkflowAlreadyStartedError(self)
        case .childWorkflow: ChildWorkflowError(self)
        default: BasicTemporalFailureError(self)
        }
    }

    /// Whether a child was not started because of its id, and not one that failed with that.
    private var isChildThatWasThere: Bool {
        self.original.childWorkflowExecutionFailureInfo.startedEventID == 0
            && self.cause?.application?.type == "WorkflowAlreadyStarted"
    }
}

extension Error {
    /// The error without a type of its own that stands for it: what is sent.
    var untyped: any Error {
        switch self {
        case let error as any TypedFailure: error.failure
        case let error as ApplicationError: error.untypedFailure
        case let error as CanceledError: error.untypedFailure
        case let error as any TemporalFailureError:
            ApplicationFailure(error.message, type: "\(type(of: error))", cause: error.cause)
        default: self
        }
    }

    /// Whether it is a cancellation, or was caused by one: of the task, of an activity, of a child workflow, or of a
    /// Nexus operation.
    public var isTemporalCancellation: Bool {
        let error = self.untyped
        if error is CancellationError { return true }
        guard let failure = error as? TemporalFailure else { return false }
        switch failure.kind {
        case .canceled: return true
        case .activity, .childWorkflow, .nexusOperation: return failure.cause?.kind == .canceled
        default: return false
        }
    }
}

/// Does something, and gives its failures as errors of types of their own.
func typed<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let failure as TemporalFailure {
        throw failure.typed
    }
}
