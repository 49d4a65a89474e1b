//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// What a cancellation does to a Nexus operation.
package enum NexusCancellation: Sendable {
    /// It is not told, and the code goes on at once.
    case abandon
    /// Its cancellation is requested, and the code goes on at once.
    case tryCancel
    /// Its cancellation is requested, and the code waits for its end.
    case waitUntilEnded
    /// Its cancellation is requested, and the code waits until the handler has taken the request, or refused it.
    case waitUntilRequested
}

/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class NexusOperation: @unchecked Sendable {
    let endpoint: String
    let service: String
    let name: String
    let cancellation: NexusCancellation
    let started: Future<String>
    let result: Future<API.Payload?>
    /// As long as history has not confirmed it; it knows the operation, so that this must not own it.
    weak var command: PendingCommand?
    var scheduledEventID: Int64 = 0
    /// What the handler calls it; empty if it ended at once.
    var token = ""
    var isCancelRequested = false
    /// The event of the request, as long as nobody has said what became of it.
    var openRequest: Int64?
    /// Whether history has its end, of which the code will hear in this task: then there is nothing to cancel.
    var hasEnded = false

    init(
        attributes: borrowing API.ScheduleNexusOperation,
        cancellation: NexusCancellation,
        started: Future<String>,
        result: Future<API.Payload?>
    ) {
        self.endpoint = attributes.endpoint
        self.service = attributes.service
        self.name = attributes.operation
        self.cancellation = cancellation
        self.started = started
        self.result = result
    }

    /// Whether events may still come that are about it.
    var isOver: Bool { self.hasEnded && self.openRequest == nil }

    /// - Returns: What fails it; nil if it is over for the code.
    func fail(_ failure: API.Failure) -> (() -> Void)? {
        guard !self.result.isResolved else { return nil }
        let error = OperationFailure(failure: failure)
        return {
            self.started.resolve(.failure(error))
            self.result.resolve(.failure(error))
        }
    }

    /// As ``fail(_:)``, where the failure does not stand in an event.
    func fail(_ message: String, because cause: API.Failure) -> (() -> Void)? {
        self.fail(
            .with { failure in
                failure.message = message
                failure.nexusOperationExecutionFailureInfo = .with { info in
                    info.scheduledEventID = self.scheduledEventID
                    info.endpoint = self.endpoint
                    info.service = self.service
                    info.operation = self.name
                    info.operationToken = self.token
                }
                failure.cause = cause
            }
        )
    }
}

/// A Nexus operation that has been started, or has ended at once.
///
/// `@unchecked Sendable`: handed around by code of the workflow, and touched only through its run, which checks that.
package final class StartedNexusOperation: @unchecked Sendable {
    /// What the handler calls it; empty if it ended at once.
    package let token: String
    let operation: NexusOperation

    init(token: String, operation: NexusOperation) {
        self.token = token
        self.operation = operation
    }
}

extension WorkflowRun {
    /// Starts a Nexus operation, and waits until its handler has started it.
    ///
    /// - Parameters:
    ///   - attributes: The command.
    ///   - cancellation: What a cancellation of a task that waits for it does to it.
    ///   - summary: What the user interface shows.
    /// - Returns: The operation.
    /// - Throws: ``OperationFailure``. `CancellationError` if the task has been cancelled before.
    package func startNexusOperation(
        _ attributes: consuming API.ScheduleNexusOperation,
        cancellation: NexusCancellation,
        summary: API.Payload? = nil
    ) async throws -> StartedNexusOperation {
        try await self.enterWaiting()
        try Task.checkCancellation()
        let operation = self.schedule(attributes, cancellation, summary)
        let token = try await self.value(of: operation.started) { self.cancel(operation) }
        return StartedNexusOperation(token: token, operation: operation)
    }

    /// Makes the command, which alone has the input then: nobody who waits does.
    private func schedule(
        _ attributes: consuming API.ScheduleNexusOperation,
        _ cancellation: NexusCancellation,
        _ summary: API.Payload?
    ) -> NexusOperation {
        let operation = NexusOperation(
            attributes: attributes,
            cancellation: cancellation,
            started: self.future(.nexusStart(operation: attributes.operation, service: attributes.service)),
            result: self.future(.nexus(operation: attributes.operation, service: attributes.service))
        )
        var command = API.Command()
        command.commandType = .scheduleNexusOperation
        command.scheduleNexusOperationCommandAttributes = attributes
        if let summary { command.userMetadata = .with { $0.summary = summary } }
        let pending = PendingCommand(command) { [unowned self] event in
            operation.scheduledEventID = event.eventID
            self.nexusOperations[event.eventID] = operation
        }
        operation.command = pending
        self.add(pending)
        return operation
    }

    /// Waits for the result of a Nexus operation; fails with an ``OperationFailure``.
    package func result(of operation: StartedNexusOperation) async throws -> API.Payload? {
        try await self.enterWaiting()
        return try await self.value(of: operation.operation.result) { self.cancel(operation.operation) }
    }

    /// The service and the name of an operation, as one text.
    package static func nexusOperation(_ name: String, of service: String) -> String { "\(service)/\(name)" }

    /// The service and the name of an operation that has not ended, as one text.
    package func nexusOperation(scheduledBy eventID: Int64) -> String? {
        self.executor.owned {
            self.nexusOperations[eventID].map {
                Self.nexusOperation($0.name, of: $0.service)
            }
        }
    }

    private func cancel(_ operation: NexusOperation) {
        guard !operation.result.isResolved, !operation.hasEnded, !operation.isCancelRequested else { return }
        operation.isCancelRequested = true
        if self.takeBack(operation.command) {
            operation.fail("Nexus operation cancelled before scheduled", because: .canceled())?()
            return
        }
        if operation.cancellation != .abandon {
            var cancel = API.Command()
            cancel.commandType = .requestCancelNexusOperation
            cancel.requestCancelNexusOperationCommandAttributes = .with {
                $0.scheduledEventID = operation.scheduledEventID
            }
            self.add(PendingCommand(cancel) { operation.openRequest = $0.eventID })
        }
        if operation.cancellation == .abandon || operation.cancellation == .tryCancel {
            operation.fail("Nexus operation cancelled after starting", because: .canceled())?()
        }
    }
}

// MARK: - Events

extension WorkflowRun {
    /// What an event does to the Nexus operation that it is about.
    ///
    /// - Returns: Nothing if the code need not know.
    func nexusResolution(by event: API.Event) throws(WorkflowTaskFailure) -> (() -> Void)? {
        switch event.attributes {
        case .nexusOperationStartedEventAttributes(let started):
            let operation = try self.nexusOperation(started.scheduledEventID, event)
            operation.token = started.operationToken.isEmpty ? started.operationID : started.operationToken
            let token = operation.token
            guard !operation.started.isResolved else { return nil }
            return { operation.started.resolve(.success(token)) }
        case .nexusOperationCompletedEventAttributes(let completed):
            let operation = try self.endNexusOperation(completed.scheduledEventID, event)
            guard !operation.result.isResolved else { return nil }
            return {
                operation.started.resolve(.success(""))
                operation.result.resolve(.success(completed.hasResult ? completed.result : nil))
            }
        case .nexusOperationFailedEventAttributes(let failed):
            return try self.endNexusOperation(failed.scheduledEventID, event).fail(failed.failure)
        case .nexusOperationCanceledEventAttributes(let canceled):
            return try self.endNexusOperation(canceled.scheduledEventID, event).fail(canceled.failure)
        case .nexusOperationTimedOutEventAttributes(let timeout):
            return try self.endNexusOperation(timeout.scheduledEventID, event).fail(timeout.failure)
        case .nexusOperationCancelRequestCompletedEventAttributes(let completed):
            let operation = try self.answerNexusCancellation(completed.scheduledEventID, event)
            guard operation.cancellation == .waitUntilRequested, !operation.hasEnded else { return nil }
            return operation.fail("Nexus operation cancellation request completed", because: .canceled())
        case .nexusOperationCancelRequestFailedEventAttributes(let failed):
            let operation = try self.answerNexusCancellation(failed.scheduledEventID, event)
            guard operation.cancellation == .waitUntilRequested, !operation.hasEnded else { return nil }
            return operation.fail("Nexus operation cancellation request failed", because: failed.failure)
        default: return nil
        }
    }

    private func nexusOperation(
        _ id: Int64,
        _ event: API.Event
    ) throws(WorkflowTaskFailure) -> NexusOperation {
        try self.known(self.nexusOperations[id], id, event)
    }

    private func endNexusOperation(_ id: Int64, _ event: API.Event) throws(WorkflowTaskFailure) -> NexusOperation {
        let operation = try self.nexusOperation(id, event)
        operation.hasEnded = true
        if operation.isOver { self.nexusOperations[id] = nil }
        return operation
    }

    /// A request to cancel is answered before or after the end of the operation.
    private func answerNexusCancellation(
        _ id: Int64,
        _ event: API.Event
    ) throws(WorkflowTaskFailure) -> NexusOperation {
        let operation = try self.nexusOperation(id, event)
        operation.openRequest = nil
        if operation.isOver { self.nexusOperations[id] = nil }
        return operation
    }
}
