//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension WorkflowRun {
    /// Takes an event that is not the answer to a command: it becomes a job, changes what is known, or means nothing.
    func route(_ event: API.Event, into jobs: inout Jobs) throws(WorkflowTaskFailure) {
        switch event.eventType {
        // What its attributes are is not known either, whatever they look like.
        case .unspecified, .UNRECOGNIZED:
            if !event.workerMayIgnore { throw .unknown(event) }
            return
        default: break
        }
        switch event.attributes {
        case .workflowExecutionStartedEventAttributes(let started):
            self.begin(started, event)
            jobs.starts = true
        case .workflowTaskStartedEventAttributes(let task):
            self.now = max(self.now, event.eventTime.date)
            self.task = TaskFacts(
                historySize: task.historySizeBytes,
                suggestsContinueAsNew: task.suggestContinueAsNew,
                isTargetDeploymentVersionChanged: task.targetWorkerDeploymentVersionChanged,
                suggestContinueAsNewReasons: task.suggestContinueAsNewReasons
            )
        case .workflowTaskFailedEventAttributes(let failed):
            if failed.cause == .resetWorkflow { jobs.seed = failed.newRunID }
        case .workflowExecutionSignaledEventAttributes(let signal):
            jobs.add(.signal(signal), at: event.eventID)
        case .workflowExecutionCancelRequestedEventAttributes(let request):
            jobs.others.append { self.cancelMain(because: request.cause) }
        case .workflowExecutionUpdateAdmittedEventAttributes(let admitted):
            self.admittedUpdates.append((event.eventID, admitted.request))
        case .timerFiredEventAttributes, .activityTaskStartedEventAttributes, .activityTaskCompletedEventAttributes,
            .activityTaskFailedEventAttributes, .activityTaskTimedOutEventAttributes,
            .activityTaskCanceledEventAttributes, .startChildWorkflowExecutionFailedEventAttributes,
            .childWorkflowExecutionStartedEventAttributes, .childWorkflowExecutionCompletedEventAttributes,
            .childWorkflowExecutionFailedEventAttributes, .childWorkflowExecutionCanceledEventAttributes,
            .childWorkflowExecutionTimedOutEventAttributes, .childWorkflowExecutionTerminatedEventAttributes,
            .requestCancelExternalWorkflowExecutionFailedEventAttributes,
            .externalWorkflowExecutionCancelRequestedEventAttributes,
            .signalExternalWorkflowExecutionFailedEventAttributes, .externalWorkflowExecutionSignaledEventAttributes:
            if let job = try self.resolution(by: event) { jobs.others.append(job) }
        case .nexusOperationStartedEventAttributes, .nexusOperationCompletedEventAttributes,
            .nexusOperationFailedEventAttributes, .nexusOperationCanceledEventAttributes,
            .nexusOperationTimedOutEventAttributes, .nexusOperationCancelRequestCompletedEventAttributes,
            .nexusOperationCancelRequestFailedEventAttributes:
            if let job = try self.nexusResolution(by: event) { jobs.others.append(job) }
        case .workflowTaskScheduledEventAttributes, .workflowTaskCompletedEventAttributes,
            .workflowTaskTimedOutEventAttributes, .workflowExecutionTerminatedEventAttributes,
            .workflowExecutionTimedOutEventAttributes, .workflowExecutionOptionsUpdatedEventAttributes,
            .workflowExecutionPausedEventAttributes, .workflowExecutionUnpausedEventAttributes,
            .workflowExecutionTimeSkippingTransitionedEventAttributes,
            .workflowPropertiesModifiedExternallyEventAttributes, .activityPropertiesModifiedExternallyEventAttributes:
            break
        default:
            if !event.workerMayIgnore { throw .unknown(event) }
        }
    }

    private func begin(_ started: API.Started, _ event: API.Event) {
        self.started = started
        self.start = StartFacts(started)
        self.startTime = event.eventTime.date
        self.now = self.startTime
        self.memo = started.memo.fields
        self.searchAttributes = started.searchAttributes.indexedFields
        self.generator = SeededGenerator(
            seed: started.originalExecutionRunID.isEmpty ? self.runID : started.originalExecutionRunID
        )
    }

    private func cancelMain(because reason: String) {
        self.isCancelRequested = true
        self.cancellationReason = reason
        self.mainTask?.cancel()
    }

    /// The operation that an event is about.
    func known<Operation>(
        _ operation: Operation?,
        _ id: Int64,
        _ event: API.Event
    ) throws(WorkflowTaskFailure) -> Operation {
        if let operation { return operation }
        throw .nondeterminism(
            at: event.eventID,
            expected: "\(Essence(event)) for event \(id)",
            found: "nothing that this could be about"
        )
    }

    /// What an event does to the operation that it is about.
    ///
    /// - Returns: Nothing if the code need not know.
    private func resolution(by event: API.Event) throws(WorkflowTaskFailure) -> (() -> Void)? {
        func known<Operation>(_ operation: Operation?, _ id: Int64) throws(WorkflowTaskFailure) -> Operation {
            try self.known(operation, id, event)
        }
        switch event.attributes {
        case .timerFiredEventAttributes(let fired):
            let timer = try known(self.timers.removeValue(forKey: fired.startedEventID), fired.startedEventID)
            timer.hasEnded = true
            guard !timer.future.isResolved else { return nil }
            return { timer.future.resolve(.success(())) }
        case .activityTaskStartedEventAttributes(let started):
            let activity = try known(self.activities[started.scheduledEventID], started.scheduledEventID)
            activity.startedEventID = event.eventID
            activity.identity = started.identity
            return nil
        case .activityTaskCompletedEventAttributes(let completed):
            let activity = try known(self.takeActivity(completed.scheduledEventID), completed.scheduledEventID)
            guard !activity.future.isResolved else { return nil }
            return { activity.future.resolve(.success(completed.hasResult ? completed.result : nil)) }
        case .activityTaskFailedEventAttributes(let failed):
            let activity = try known(self.takeActivity(failed.scheduledEventID), failed.scheduledEventID)
            return activity.fail("Activity task failed", because: failed.failure, retryState: failed.retryState)
        case .activityTaskTimedOutEventAttributes(let timeout):
            let activity = try known(self.takeActivity(timeout.scheduledEventID), timeout.scheduledEventID)
            return activity.fail("Activity task timed out", because: timeout.failure, retryState: timeout.retryState)
        case .activityTaskCanceledEventAttributes(let canceled):
            let activity = try known(self.takeActivity(canceled.scheduledEventID), canceled.scheduledEventID)
            return activity.fail(
                "Activity cancelled",
                because: .canceled(canceled.details),
                retryState: .cancelRequested
            )
        case .startChildWorkflowExecutionFailedEventAttributes(let failed):
            let child = try known(self.takeChild(failed.initiatedEventID), failed.initiatedEventID)
            return child.failStart(because: failed.cause)
        case .childWorkflowExecutionStartedEventAttributes(let started):
            let child = try known(self.children[started.initiatedEventID], started.initiatedEventID)
            child.startedEventID = event.eventID
            child.runID = started.workflowExecution.runID
            guard !child.started.isResolved else { return nil }
            return { child.started.resolve(.success(started.workflowExecution.runID)) }
        case .childWorkflowExecutionCompletedEventAttributes(let completed):
            let child = try known(self.takeChild(completed.initiatedEventID), completed.initiatedEventID)
            guard !child.result.isResolved else { return nil }
            return { child.result.resolve(.success(completed.hasResult ? completed.result : nil)) }
        case .childWorkflowExecutionFailedEventAttributes(let failed):
            let child = try known(self.takeChild(failed.initiatedEventID), failed.initiatedEventID)
            return child.fail("Child Workflow execution failed", because: failed.failure, retryState: failed.retryState)
        case .childWorkflowExecutionCanceledEventAttributes(let canceled):
            let child = try known(self.takeChild(canceled.initiatedEventID), canceled.initiatedEventID)
            return child.fail("Child Workflow execution cancelled", because: .canceled(canceled.details))
        case .childWorkflowExecutionTimedOutEventAttributes(let timeout):
            let child = try known(self.takeChild(timeout.initiatedEventID), timeout.initiatedEventID)
            let cause = API.Failure.with {
                $0.message = "Timed out"
                $0.timeoutFailureInfo = .with { $0.timeoutType = .startToClose }
            }
            return child.fail("Child Workflow execution timed out", because: cause, retryState: timeout.retryState)
        case .childWorkflowExecutionTerminatedEventAttributes(let terminated):
            let child = try known(self.takeChild(terminated.initiatedEventID), terminated.initiatedEventID)
            let cause = API.Failure.with {
                $0.message = "Terminated"
                $0.terminatedFailureInfo = .init()
            }
            return child.fail("Child Workflow execution terminated", because: cause)
        case .externalWorkflowExecutionSignaledEventAttributes(let signaled):
            let signal = try known(
                self.signals.removeValue(forKey: signaled.initiatedEventID),
                signaled.initiatedEventID
            )
            return { signal.resolve(.success(())) }
        case .signalExternalWorkflowExecutionFailedEventAttributes(let failed):
            let signal = try known(self.signals.removeValue(forKey: failed.initiatedEventID), failed.initiatedEventID)
            let failure = API.Failure.external("signal", failed.workflowExecution.workflowID, "\(failed.cause)")
            return { signal.resolve(.failure(OperationFailure(failure: failure))) }
        case .externalWorkflowExecutionCancelRequestedEventAttributes(let requested):
            let cancel = try known(
                self.cancels.removeValue(forKey: requested.initiatedEventID),
                requested.initiatedEventID
            )
            return { cancel.wasRequested() }
        case .requestCancelExternalWorkflowExecutionFailedEventAttributes(let failed):
            let cancel = try known(self.cancels.removeValue(forKey: failed.initiatedEventID), failed.initiatedEventID)
            let failure = API.Failure.external("cancel", failed.workflowExecution.workflowID, "\(failed.cause)")
            return { cancel.future.resolve(.failure(OperationFailure(failure: failure))) }
        default: return nil
        }
    }

    private func takeActivity(_ id: Int64) -> ActivityOperation? {
        let activity = self.activities.removeValue(forKey: id)
        activity?.hasEnded = true
        return activity
    }

    private func takeChild(_ id: Int64) -> ChildOperation? {
        let child = self.children.removeValue(forKey: id)
        child?.hasEnded = true
        return child
    }
}

extension WorkflowTaskFailure {
    /// History has an event of which nothing is known.
    fileprivate static func unknown(_ event: API.Event) -> Self {
        Self(
            cause: .workflowWorkerUnhandledFailure,
            message: """
                history has an event of the type \(event.eventType) as event \(event.eventID), which workflows in Swift do \
                not know; a worker that does has to go on with this run
                """
        )
    }
}

extension API.Failure {
    static func canceled(_ details: API.Payloads = .init()) -> Self {
        .with { failure in
            failure.message = "Canceled"
            failure.canceledFailureInfo = .with { if !details.payloads.isEmpty { $0.details = details } }
        }
    }

    fileprivate static func external(_ verb: String, _ workflowID: String, _ cause: String) -> Self {
        .with { failure in
            failure.message = "Unable to \(verb) external workflow \(workflowID): \(cause)"
            failure.applicationFailureInfo = .with { $0.type = cause.prefix(1).uppercased() + cause.dropFirst() }
        }
    }
}
