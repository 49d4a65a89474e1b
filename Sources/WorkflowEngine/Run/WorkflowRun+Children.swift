//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// What a cancellation does to a child workflow.
package enum ChildCancellation: Sendable {
    /// It is not told, and the code goes on at once.
    case abandon
    /// Its cancellation is requested, and the code goes on at once.
    case tryCancel
    /// Its cancellation is requested, and the code waits for its end.
    case waitUntilEnded
    /// Its cancellation is requested, and the code waits until the request has been delivered.
    case waitUntilRequested
}

/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class ChildOperation: @unchecked Sendable {
    let namespace: String
    let workflowID: String
    let type: API.WorkflowType
    let cancellation: ChildCancellation
    let started: Future<String>
    let result: Future<API.Payloads?>
    /// As long as history has not confirmed it; it knows the operation, so that this must not own it.
    weak var command: PendingCommand?
    var initiatedEventID: Int64 = 0
    var startedEventID: Int64 = 0
    var runID = ""
    var isCancelRequested = false
    /// Whether history has its end, of which the code will hear in this task: then there is nothing to cancel.
    var hasEnded = false

    init(
        attributes: borrowing API.StartChild,
        cancellation: ChildCancellation,
        started: Future<String>,
        result: Future<API.Payloads?>
    ) {
        self.namespace = attributes.namespace
        self.workflowID = attributes.workflowID
        self.type = attributes.workflowType
        self.cancellation = cancellation
        self.started = started
        self.result = result
    }

    /// - Returns: What fails it; nil if it is over for the code.
    func fail(
        _ message: String,
        because cause: API.Failure,
        retryState: Temporal_Api_Enums_V1_RetryState = .nonRetryableFailure
    ) -> (() -> Void)? {
        guard !self.result.isResolved else { return nil }
        let failure = API.Failure.with { failure in
            failure.message = message
            failure.childWorkflowExecutionFailureInfo = .with { info in
                info.namespace = self.namespace
                info.workflowExecution = .with {
                    $0.workflowID = self.workflowID
                    $0.runID = self.runID
                }
                info.workflowType = self.type
                info.initiatedEventID = self.initiatedEventID
                info.startedEventID = self.startedEventID
                info.retryState = retryState
            }
            failure.cause = cause
        }
        let error = OperationFailure(failure: failure)
        return {
            self.started.resolve(.failure(error))
            self.result.resolve(.failure(error))
        }
    }

    func failStart(because cause: Temporal_Api_Enums_V1_StartChildWorkflowExecutionFailedCause) -> (() -> Void)? {
        let (type, message) =
            switch cause {
            case .workflowAlreadyExists:
                ("WorkflowAlreadyStarted", "a workflow with the id \(self.workflowID) exists already")
            case .namespaceNotFound: ("NamespaceNotFound", "there is no namespace \(self.namespace)")
            default: ("StartChildWorkflowFailed", "the child workflow could not be started: \(cause)")
            }
        let failure = API.Failure.with { failure in
            failure.message = message
            failure.applicationFailureInfo = .with {
                $0.type = type
                $0.nonRetryable = true
            }
        }
        return self.fail("Child Workflow execution failed", because: failure)
    }
}

/// A request to cancel another workflow.
final class CancelOperation {
    let future: Future<Void>
    private let child: ChildOperation?

    init(future: Future<Void>, child: ChildOperation? = nil) {
        self.future = future
        self.child = child
    }

    func wasRequested() {
        self.future.resolve(.success(()))
        if let child, child.cancellation == .waitUntilRequested {
            child.fail("Child Workflow execution cancelled", because: .canceled())?()
        }
    }
}

/// A child workflow that has been started.
///
/// `@unchecked Sendable`: handed around by code of the workflow, and touched only through its run, which checks that.
package final class StartedChild: @unchecked Sendable {
    package let workflowID: String
    package let runID: String
    let operation: ChildOperation

    init(workflowID: String, runID: String, operation: ChildOperation) {
        self.workflowID = workflowID
        self.runID = runID
        self.operation = operation
    }
}

extension WorkflowRun {
    /// Starts a child workflow, and waits until it has been started.
    ///
    /// - Parameters:
    ///   - attributes: The command; without an id it gets a UUID, without a task queue the workflow's.
    ///   - cancellation: What a cancellation of a task that waits for it does to it.
    ///   - summary: One line of text that the user interface shows.
    ///   - details: More text that the user interface shows.
    /// - Returns: The child.
    /// - Throws: ``OperationFailure``. `CancellationError` if the task has been cancelled before.
    package func startChild(
        _ attributes: consuming API.StartChild,
        cancellation: ChildCancellation,
        summary: API.Payload? = nil,
        details: API.Payload? = nil
    ) async throws -> StartedChild {
        try await self.enterWaiting()
        try Task.checkCancellation()
        let child = self.initiate(attributes, cancellation, summary, details)
        let runID = try await self.value(of: child.started) { self.cancel(child) }
        return StartedChild(workflowID: child.workflowID, runID: runID, operation: child)
    }

    /// Makes the command, which alone has the input then: nobody who waits does.
    private func initiate(
        _ attributes: consuming API.StartChild,
        _ cancellation: ChildCancellation,
        _ summary: API.Payload?,
        _ details: API.Payload?
    ) -> ChildOperation {
        attributes.namespace = self.namespace
        if attributes.workflowID.isEmpty { attributes.workflowID = self.generator.uuid() }
        if attributes.taskQueue.name.isEmpty { attributes.taskQueue = .with { $0.name = self.start.taskQueue } }
        let child = ChildOperation(
            attributes: attributes,
            cancellation: cancellation,
            started: self.future(.childStart(id: attributes.workflowID, type: attributes.workflowType.name)),
            result: self.future(.child(id: attributes.workflowID, type: attributes.workflowType.name))
        )
        var command = API.Command()
        command.commandType = .startChildWorkflowExecution
        command.startChildWorkflowExecutionCommandAttributes = attributes
        if let summary { command.userMetadata.summary = summary }
        if let details { command.userMetadata.details = details }
        let pending = PendingCommand(command) { [unowned self] event in
            child.initiatedEventID = event.eventID
            self.children[event.eventID] = child
        }
        child.command = pending
        self.add(pending)
        return child
    }

    /// Waits for the result of a child workflow; fails with an ``OperationFailure``.
    package func result(of child: StartedChild) async throws -> API.Payloads? {
        try await self.enterWaiting()
        return try await self.value(of: child.operation.result) { self.cancel(child.operation) }
    }

    private func cancel(_ child: ChildOperation) {
        guard !child.result.isResolved, !child.hasEnded, !child.isCancelRequested else { return }
        child.isCancelRequested = true
        if self.takeBack(child.command) {
            child.fail("Child Workflow execution cancelled before scheduled", because: .canceled())?()
            return
        }
        if child.cancellation != .abandon {
            self.requestCancel(
                .with {
                    $0.namespace = self.namespace
                    $0.workflowID = child.workflowID
                    $0.childWorkflowOnly = true
                    $0.reason = self.cancellationReason
                },
                CancelOperation(future: Future(.cancellation(workflowID: child.workflowID)), child: child)
            )
        }
        if child.cancellation == .abandon || child.cancellation == .tryCancel {
            child.fail("Child Workflow execution cancelled", because: .canceled())?()
        }
    }

    private func requestCancel(_ attributes: API.CancelExternal, _ operation: CancelOperation) {
        var command = API.Command()
        command.commandType = .requestCancelExternalWorkflowExecution
        command.requestCancelExternalWorkflowExecutionCommandAttributes = attributes
        self.add(PendingCommand(command) { [unowned self] event in self.cancels[event.eventID] = operation })
    }

    /// Requests the cancellation of another workflow, and waits until the request has been delivered.
    ///
    /// - Throws: ``OperationFailure``.
    package func cancelExternal(_ attributes: API.CancelExternal) async throws {
        try await self.enterWaiting()
        try Task.checkCancellation()
        let operation = CancelOperation(future: self.future(.cancellation(workflowID: attributes.workflowID)))
        var attributes = attributes
        attributes.namespace = self.namespace
        self.requestCancel(attributes, operation)
        try await self.value(of: operation.future) {}
    }

    /// Signals another workflow, and waits until the signal has been delivered.
    ///
    /// - Parameter attributes: The command.
    /// - Throws: ``OperationFailure``. `CancellationError` if it is cancelled before it has been sent; then nothing is
    ///   sent. Later, a cancellation has no effect.
    package func signalExternal(_ attributes: API.SignalExternal) async throws {
        try await self.enterWaiting()
        try Task.checkCancellation()
        let future = self.future(
            .signal(name: attributes.signalName, workflowID: attributes.execution.workflowID),
            of: Void.self
        )
        var command = API.Command()
        command.commandType = .signalExternalWorkflowExecution
        command.signalExternalWorkflowExecutionCommandAttributes = attributes
        command.signalExternalWorkflowExecutionCommandAttributes.namespace = self.namespace
        let pending = PendingCommand(command) { [unowned self] event in self.signals[event.eventID] = future }
        self.add(pending)
        try await self.value(of: future) {
            if self.takeBack(pending) { future.resolve(.failure(CancellationError())) }
        }
    }
}
