//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

extension TemporalFailure {
    /// What an application failure says.
    public struct Application: Hashable, Sendable {
        /// What failures are told apart by.
        public var type: String
        /// Whether no retry policy may retry it.
        public var isNonRetryable: Bool
        /// How long to wait before the next attempt.
        public var nextRetryDelay: Duration?
        /// How much attention it deserves.
        public var category: ApplicationFailure.Category
    }

    /// What an activity's failure says about the activity.
    public struct Activity: Hashable, Sendable {
        /// The id of the activity within its workflow.
        public var id: String
        /// The name of the activity.
        public var type: String
        /// The worker that ran it.
        public var identity: String
        /// Why it was not retried.
        public var retryState: RetryState
        /// The event with which it was scheduled.
        public var scheduledEventID: Int64
        /// The event with which it was started, or 0.
        public var startedEventID: Int64
    }

    /// What a child workflow's failure says about the child.
    public struct ChildWorkflow: Hashable, Sendable {
        /// The child's namespace.
        public var namespace: String
        /// The child's id.
        public var workflowID: String
        /// The child's run.
        public var runID: String
        /// The name of the child's workflow.
        public var type: String
        /// Why it was not retried.
        public var retryState: RetryState
    }

    /// What a Nexus operation's failure says about the operation.
    public struct NexusOperation: Hashable, Sendable {
        /// The endpoint.
        public var endpoint: String
        /// The service.
        public var service: String
        /// The operation.
        public var operation: String
        /// The token of a started operation, or empty.
        public var token: String
    }

    /// What a Nexus handler's failure says.
    public struct NexusHandler: Hashable, Sendable {
        /// The type of Nexus' own errors, such as `NOT_FOUND`.
        public var type: String
        /// Whether it may be retried, if the handler said so.
        public var isRetryable: Bool?
    }

    /// For a failure of the kind `application`.
    public var application: Application? {
        guard case .applicationFailureInfo(let info)? = self.original.failureInfo else { return nil }
        return Application(
            type: info.type,
            isNonRetryable: info.nonRetryable,
            nextRetryDelay: info.hasNextRetryDelay ? Duration(info.nextRetryDelay) : nil,
            category: .init(rawValue: info.category.rawValue)
        )
    }

    /// For a failure of the kind `timeout`: which timeout passed.
    public var timeout: TimeoutType? {
        guard case .timeoutFailureInfo(let info)? = self.original.failureInfo else { return nil }
        return TimeoutType(rawValue: info.timeoutType.rawValue)
    }

    /// For a failure of the kind `server`: whether no retry policy may retry it.
    public var isNonRetryableServerFailure: Bool? {
        guard case .serverFailureInfo(let info)? = self.original.failureInfo else { return nil }
        return info.nonRetryable
    }

    /// For a failure of the kind `activity`.
    public var activity: Activity? {
        guard case .activityFailureInfo(let info)? = self.original.failureInfo else { return nil }
        return Activity(
            id: info.activityID,
            type: info.activityType.name,
            identity: info.identity,
            retryState: RetryState(rawValue: info.retryState.rawValue),
            scheduledEventID: info.scheduledEventID,
            startedEventID: info.startedEventID
        )
    }

    /// For a failure of the kind `childWorkflow`.
    public var childWorkflow: ChildWorkflow? {
        guard case .childWorkflowExecutionFailureInfo(let info)? = self.original.failureInfo else { return nil }
        return ChildWorkflow(
            namespace: info.namespace,
            workflowID: info.workflowExecution.workflowID,
            runID: info.workflowExecution.runID,
            type: info.workflowType.name,
            retryState: RetryState(rawValue: info.retryState.rawValue)
        )
    }

    /// For a failure of the kind `nexusOperation`.
    public var nexusOperation: NexusOperation? {
        guard case .nexusOperationExecutionFailureInfo(let info)? = self.original.failureInfo else { return nil }
        return NexusOperation(
            endpoint: info.endpoint,
            service: info.service,
            operation: info.operation,
            token: info.operationToken
        )
    }

    /// For a failure of the kind `nexusHandler`.
    public var nexusHandler: NexusHandler? {
        guard case .nexusHandlerFailureInfo(let info)? = self.original.failureInfo else { return nil }
        let isRetryable: Bool? =
            switch info.retryBehavior {
            case .retryable: true
            case .nonRetryable: false
            default: nil
            }
        return NexusHandler(type: info.type, isRetryable: isRetryable)
    }
}
