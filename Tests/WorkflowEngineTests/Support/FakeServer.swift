//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

/// One run as Temporal's server keeps it: events, what is pending, and what arrives while a task is being processed.
///
/// The rules are those that were observed on the real server: events that arrive while a task is under way are written
/// behind the commands of its answer; a workflow cannot end while there are such; a task that only brought updates which
/// were all rejected leaves no events.
///
/// `@unchecked Sendable`: every test has its own, on one thread.
final class FakeServer: @unchecked Sendable {
    let makeProgram: () -> TestProgram
    private(set) var events: [API.Event] = []
    private(set) var isClosed = false
    private(set) var replays = 0
    private(set) var tasks = 0

    var timers: [Int64] = []
    var activities: [Int64] = []
    var activitiesToCancel: Set<Int64> = []
    var children: [Int64] = []
    var childrenToCancel: Set<Int64> = []
    var externals: [(event: Int64, isCancel: Bool, child: Int64?)] = []
    /// Nexus operations that have not ended, those of them that have not been started, and requests to cancel one.
    var nexusOperations: [Int64] = []
    var unstartedNexusOperations: Set<Int64> = []
    var nexusCancellations: [(event: Int64, operation: Int64)] = []
    var updates: [API.ProtocolMessage] = []
    var rejected: [String] = []
    var completedUpdates: [String: String] = [:]

    /// Says what comes next while a task waits for local activities, of those that run.
    var onLocal: ([LocalActivity]) -> LocalStep = { .end($0[0], nil) }
    private(set) var heartbeats = 0
    /// How often a local activity was started.
    private(set) var localStarts = 0
    /// The numbers of local activities that were to be cancelled.
    private(set) var localCancels: [Int64] = []
    private var running: [LocalActivity] = []

    /// The version of the worker.
    var deployment: WorkflowRun.Deployment?
    /// The version of the worker's library.
    var version = "1"
    /// Whether a new run would be on another version.
    var isTargetVersionChanged = false
    /// The most events that a run goes through at a time, as far as its history can be divided.
    var partLimit = HistoryPart.eventLimit
    /// How many parts runs have gone through.
    private(set) var parts = 0

    /// Why the last task failed that did.
    private(set) var lastFailure: WorkflowTaskFailure?

    private var buffered: [(inout API.Event) -> Void] = []
    private var isTaskUnderWay = false
    private var needsTask = true
    private var previousStarted: Int64 = 0
    private var attempt: Int32 = 1
    private(set) var run: WorkflowRun?
    private(set) var program: TestProgram?
    private var time: Int64 = 1_700_000_000

    init(_ makeProgram: @autoclosure @escaping () -> TestProgram) {
        self.makeProgram = makeProgram
        self.add(.workflowExecutionStarted) { event in
            event.workflowExecutionStartedEventAttributes = .with { started in
                started.workflowType = .with { $0.name = "Test" }
                started.taskQueue = .with { $0.name = "queue" }
                started.originalExecutionRunID = "original"
                started.attempt = 1
            }
        }
    }

    enum LocalStep {
        /// One ends; with its number as a result if nil.
        case end(LocalActivity, LocalActivityEnding.Outcome?)
        case heartbeat
    }

    var needsWork: Bool { !self.isClosed && (self.needsTask || !self.updates.isEmpty) }

    // MARK: What happens

    @discardableResult
    func add(_ type: Temporal_Api_Enums_V1_EventType, _ fill: (inout API.Event) -> Void = { _ in }) -> Int64 {
        var event = API.Event()
        event.eventID = Int64(self.events.count + 1)
        event.eventType = type
        self.time += 1
        event.eventTime = .with { $0.seconds = self.time }
        fill(&event)
        self.events.append(event)
        return event.eventID
    }

    /// Something happens that the workflow has to know of.
    func happen(_ type: Temporal_Api_Enums_V1_EventType, _ fill: @escaping (inout API.Event) -> Void) {
        guard !self.isClosed else { return }
        if self.isTaskUnderWay {
            self.buffered.append { event in
                event.eventType = type
                fill(&event)
            }
        } else {
            self.add(type, fill)
            self.needsTask = true
        }
    }

    /// The first task waits for some time, as that of a run that was continued as new too soon.
    func backOff() { self.needsTask = false }

    func signal(_ name: String, _ input: String = "") {
        self.happen(.workflowExecutionSignaled) { event in
            event.workflowExecutionSignaledEventAttributes = .with {
                $0.signalName = name
                $0.input = .text(input)
            }
        }
    }

    func cancel() {
        self.happen(.workflowExecutionCancelRequested) { event in
            event.workflowExecutionCancelRequestedEventAttributes = .with { $0.cause = "test" }
        }
    }

    func update(_ id: String, _ argument: String) {
        let request = API.UpdateRequest.with {
            $0.meta = .with { $0.updateID = id }
            $0.input = .with {
                $0.name = "update"
                $0.args = .text(argument)
            }
        }
        self.updates.append(
            .with { message in
                message.id = "\(id)/request"
                message.protocolInstanceID = id
                message.body = (try? Google_Protobuf_Any(message: request)) ?? .init()
            }
        )
    }

    func fire(_ timer: Int64) {
        self.timers.removeAll { $0 == timer }
        self.happen(.timerFired) { event in
            event.timerFiredEventAttributes = .with { $0.startedEventID = timer }
        }
    }

    /// An activity ends: with a result, a failure, or as cancelled.
    func end(activity: Int64, _ how: Int = 0) {
        self.activities.removeAll { $0 == activity }
        self.happen(.activityTaskStarted) { event in
            event.activityTaskStartedEventAttributes = .with { $0.scheduledEventID = activity }
        }
        switch how {
        case 1:
            self.happen(.activityTaskFailed) { event in
                event.activityTaskFailedEventAttributes = .with {
                    $0.scheduledEventID = activity
                    $0.failure = .with { $0.message = "failed" }
                }
            }
        case 2 where self.activitiesToCancel.contains(activity):
            self.happen(.activityTaskCanceled) { event in
                event.activityTaskCanceledEventAttributes = .with { $0.scheduledEventID = activity }
            }
        default:
            self.happen(.activityTaskCompleted) { event in
                event.activityTaskCompletedEventAttributes = .with {
                    $0.scheduledEventID = activity
                    $0.result = .text("r\(activity)")
                }
            }
        }
    }

    func end(child: Int64) {
        self.children.removeAll { $0 == child }
        self.happen(.childWorkflowExecutionStarted) { event in
            event.childWorkflowExecutionStartedEventAttributes = .with {
                $0.initiatedEventID = child
                $0.workflowExecution.runID = "run-\(child)"
            }
        }
        if self.childrenToCancel.contains(child) {
            self.happen(.childWorkflowExecutionCanceled) { event in
                event.childWorkflowExecutionCanceledEventAttributes = .with { $0.initiatedEventID = child }
            }
        } else {
            self.happen(.childWorkflowExecutionCompleted) { event in
                event.childWorkflowExecutionCompletedEventAttributes = .with {
                    $0.initiatedEventID = child
                    $0.result = .text("c\(child)")
                }
            }
        }
    }

    func endExternal() {
        guard !self.externals.isEmpty else { return }
        let external = self.externals.removeFirst()
        if external.isCancel {
            self.happen(.externalWorkflowExecutionCancelRequested) { event in
                event.externalWorkflowExecutionCancelRequestedEventAttributes = .with {
                    $0.initiatedEventID = external.event
                }
            }
        } else {
            self.happen(.externalWorkflowExecutionSignaled) { event in
                event.externalWorkflowExecutionSignaledEventAttributes = .with {
                    $0.initiatedEventID = external.event
                }
            }
        }
    }

    // MARK: Tasks

    /// The worker forgets the run.
    func evict() {
        self.run?.evict()
        self.run = nil
        self.program = nil
        self.running = []
    }

    /// A run without any history, with the code.
    func newRun() -> (WorkflowRun, TestProgram) { self.newRun(of: self.makeProgram()) }

    /// A run without any history, with other code.
    func newRun(of program: TestProgram) -> (WorkflowRun, TestProgram) {
        let run = WorkflowRun(
            workflowID: "workflow",
            runID: "run",
            namespace: "default",
            identity: SDKIdentity(name: "test", version: self.version),
            deployment: self.deployment,
            program: program,
            runStrays: { executor in Thread.detachNewThread { executor.drainStrays() } }
        )
        return (run, program)
    }

    /// Has a task processed and takes the answer, unless that is lost; other things may happen while the worker has it.
    @discardableResult
    func work(isLost: Bool = false, meanwhile: () -> Void = {}) -> TaskOutcome? {
        guard self.needsWork else { return nil }
        self.tasks += 1
        let isSpeculative = !self.needsTask
        let scheduled = self.add(.workflowTaskScheduled) { $0.workflowTaskScheduledEventAttributes = .init() }
        let started = self.add(.workflowTaskStarted) {
            $0.workflowTaskStartedEventAttributes = .with {
                $0.scheduledEventID = scheduled
                $0.targetWorkerDeploymentVersionChanged = self.isTargetVersionChanged
            }
        }
        let messages = self.updates.map { message in
            var message = message
            message.eventID = scheduled
            return message
        }
        self.isTaskUnderWay = true
        self.needsTask = false
        let outcome = self.settled(
            .with { task in
                task.previousStartedEventID = self.previousStarted
                task.startedEventID = started
                task.attempt = self.attempt
                task.messages = messages
            }
        )
        meanwhile()
        self.isTaskUnderWay = false
        guard case .answered(let activation) = outcome else {
            if case .failed(let failure) = outcome { self.lastFailure = failure }
            self.failTask(scheduled, started)
            return outcome
        }
        if isLost {
            self.failTask(scheduled, started)
            return outcome
        }
        if activation.isFinished, !self.buffered.isEmpty {
            self.failTask(scheduled, started, cause: .unhandledCommand)
            return outcome
        }
        self.updates = []
        self.attempt = 1
        self.take(messages: activation.messages)
        if isSpeculative, activation.commands.isEmpty, self.buffered.isEmpty, !activation.isHeartbeat {
            // Every update was rejected: the task has never been.
            self.events.removeLast(2)
            // It cannot tell of a first one: it names the one before.
            if self.previousStarted > 0 { self.run?.discardLastTask() }
            return outcome
        }
        self.previousStarted = started
        let completed = self.add(.workflowTaskCompleted) { event in
            event.workflowTaskCompletedEventAttributes = .with {
                $0.scheduledEventID = scheduled
                $0.startedEventID = started
                if let metadata = activation.metadata { $0.sdkMetadata = metadata }
                if let deployment = self.deployment {
                    $0.deploymentVersion.deploymentName = deployment.name
                    $0.deploymentVersion.buildID = deployment.buildID
                }
            }
        }
        for command in activation.commands { self.take(command, completed, messages: activation.messages) }
        self.flush()
        if activation.isHeartbeat {
            self.heartbeats += 1
            self.needsTask = true
        }
        if self.isClosed { self.evict() }
        return outcome
    }

    /// Processes a task, and runs the local activities that it waits for.
    private func settled(_ task: API.WorkflowTask) -> TaskOutcome {
        var outcome = self.process(task)
        while let run {
            switch outcome {
            case .waiting(let work): self.take(work)
            case .answered(let activation):
                self.take(activation.localActivities)
                return outcome
            default: return outcome
            }
            switch self.onLocal(self.running) {
            case .heartbeat: outcome = run.heartbeat()
            case .end(let activity, let how):
                self.running.removeAll { $0.sequence == activity.sequence }
                outcome = run.resume(with: [
                    LocalActivityEnding(
                        sequence: activity.sequence,
                        attempt: activity.attempt,
                        runtime: .milliseconds(1_500),
                        outcome: how ?? .completed(.text("l\(activity.sequence)"))
                    )
                ])
            }
        }
        return outcome
    }

    private func take(_ work: LocalActivityWork) {
        self.running += work.starting
        self.localStarts += work.starting.count
        self.localCancels += work.cancelling
    }

    private func failTask(
        _ scheduled: Int64,
        _ started: Int64,
        cause: API.TaskFailedCause = .workflowWorkerUnhandledFailure
    ) {
        self.evict()
        self.attempt += 1
        self.needsTask = true
        self.add(.workflowTaskFailed) { event in
            event.workflowTaskFailedEventAttributes = .with {
                $0.scheduledEventID = scheduled
                $0.startedEventID = started
                $0.cause = cause
            }
        }
        self.flush()
    }

    private func flush() {
        let buffered = self.buffered
        self.buffered = []
        guard !self.isClosed else { return }
        for fill in buffered {
            self.add(.unspecified, fill)
            self.needsTask = true
        }
    }

    private func process(_ task: API.WorkflowTask) -> TaskOutcome {
        var task = task
        if let run = self.run {
            // From the last task on, some of which the run may have seen.
            task.history.events = self.events.filter { $0.eventID > self.previousStarted }
            let outcome = run.process(task)
            guard case .needsHistory = outcome else { return outcome }
        }
        self.evict()
        self.replays += 1
        let (run, program) = self.newRun()
        self.run = run
        self.program = program
        task.history.events = self.events
        return self.process(task, in: run)
    }

    /// Has a run without any history go through that of a task, part by part.
    private func process(_ task: API.WorkflowTask, in run: WorkflowRun) -> TaskOutcome {
        for part in HistoryPart.parts(of: task.history.events, after: 0, eventLimit: self.partLimit) {
            self.parts += 1
            if let outcome = run.replay(part) { return outcome }
        }
        return run.process(task)
    }

    /// Asks a query, of the run in the cache or of one that is made of the history.
    func query() -> String? {
        var task = API.WorkflowTask.with {
            $0.query = .with { $0.queryType = "trace" }
            $0.previousStartedEventID = self.previousStarted
        }
        let outcome: TaskOutcome
        if let run {
            outcome = run.process(task)
        } else {
            let (run, program) = self.newRun()
            self.run = run
            self.program = program
            task.history.events = self.events
            outcome = self.process(task, in: run)
        }
        guard case .answered(let activation) = outcome else {
            self.evict()
            return nil
        }
        return activation.queryAnswer?.answer.text
    }

    private func take(messages: [API.ProtocolMessage]) {
        for message in messages {
            if message.id.hasSuffix("/reject") { self.rejected.append(message.protocolInstanceID) }
            if let response = try? Temporal_Api_Update_V1_Response(unpackingAny: message.body) {
                self.completedUpdates[message.protocolInstanceID] =
                    response.outcome.failure.message + response.outcome.success.text
            }
        }
    }

    private func take(_ command: API.Command, _ completed: Int64, messages: [API.ProtocolMessage]) {
        #expect(!self.isClosed, "a command behind the one that ends the workflow")
        switch command.attributes {
        case .startTimerCommandAttributes(let timer):
            self.timers.append(
                self.add(.timerStarted) { $0.timerStartedEventAttributes = .with { $0.timerID = timer.timerID } }
            )
        case .cancelTimerCommandAttributes(let timer):
            let started = self.events.last { $0.timerStartedEventAttributes.timerID == timer.timerID }
            let hasFired = self.events.contains { event in
                event.eventType == .timerFired
                    && event.timerFiredEventAttributes.startedEventID == started?.eventID
            }
            #expect(!hasFired, "the server refuses to cancel a timer that has fired")
            self.timers.removeAll { $0 == started?.eventID }
            // A timer that fired meanwhile is dropped.
            self.buffered.removeAll { fill in
                var event = API.Event()
                fill(&event)
                return event.eventType == .timerFired
                    && event.timerFiredEventAttributes.startedEventID == started?.eventID
            }
            self.add(.timerCanceled) {
                $0.timerCanceledEventAttributes = .with {
                    $0.timerID = timer.timerID
                    $0.startedEventID = started?.eventID ?? 0
                }
            }
        case .scheduleActivityTaskCommandAttributes(let activity):
            self.activities.append(
                self.add(.activityTaskScheduled) {
                    $0.activityTaskScheduledEventAttributes = .with {
                        $0.activityID = activity.activityID
                        $0.activityType = activity.activityType
                    }
                }
            )
        case .requestCancelActivityTaskCommandAttributes(let cancel):
            let hasEnded = self.events.contains { event in
                event.activityTaskCompletedEventAttributes.scheduledEventID == cancel.scheduledEventID
                    || event.activityTaskFailedEventAttributes.scheduledEventID == cancel.scheduledEventID
                    || event.activityTaskCanceledEventAttributes.scheduledEventID == cancel.scheduledEventID
            }
            #expect(!hasEnded, "the server refuses to cancel an activity that has ended")
            self.activitiesToCancel.insert(cancel.scheduledEventID)
            self.add(.activityTaskCancelRequested) {
                $0.activityTaskCancelRequestedEventAttributes = .with {
                    $0.scheduledEventID = cancel.scheduledEventID
                }
            }
        case .recordMarkerCommandAttributes(let marker):
            self.add(.markerRecorded) {
                $0.markerRecordedEventAttributes = .with {
                    $0.markerName = marker.markerName
                    $0.details = marker.details
                    if marker.hasFailure { $0.failure = marker.failure }
                }
            }
        case .startChildWorkflowExecutionCommandAttributes(let child):
            self.children.append(
                self.add(.startChildWorkflowExecutionInitiated) {
                    $0.startChildWorkflowExecutionInitiatedEventAttributes = .with {
                        $0.workflowID = child.workflowID
                        $0.workflowType = child.workflowType
                    }
                }
            )
        case .requestCancelExternalWorkflowExecutionCommandAttributes(let cancel):
            let child = self.children.last { id in
                self.events[Int(id) - 1].startChildWorkflowExecutionInitiatedEventAttributes.workflowID
                    == cancel.workflowID
            }
            if let child { self.childrenToCancel.insert(child) }
            let event = self.add(.requestCancelExternalWorkflowExecutionInitiated) {
                $0.requestCancelExternalWorkflowExecutionInitiatedEventAttributes = .with {
                    $0.workflowExecution.workflowID = cancel.workflowID
                }
            }
            self.externals.append((event, true, child))
        case .signalExternalWorkflowExecutionCommandAttributes(let signal):
            let event = self.add(.signalExternalWorkflowExecutionInitiated) {
                $0.signalExternalWorkflowExecutionInitiatedEventAttributes = .with {
                    $0.workflowExecution.workflowID = signal.execution.workflowID
                    $0.signalName = signal.signalName
                }
            }
            self.externals.append((event, false, nil))
        case .scheduleNexusOperationCommandAttributes(let nexus):
            let event = self.add(.nexusOperationScheduled) {
                $0.nexusOperationScheduledEventAttributes = .with {
                    $0.endpoint = nexus.endpoint
                    $0.service = nexus.service
                    $0.operation = nexus.operation
                }
            }
            self.nexusOperations.append(event)
            self.unstartedNexusOperations.insert(event)
        case .requestCancelNexusOperationCommandAttributes(let cancel):
            #expect(
                !self.events.contains { self.ends($0, nexus: cancel.scheduledEventID) },
                "the server refuses to cancel an operation that has ended"
            )
            let event = self.add(.nexusOperationCancelRequested) {
                $0.nexusOperationCancelRequestedEventAttributes = .with {
                    $0.scheduledEventID = cancel.scheduledEventID
                }
            }
            self.nexusCancellations.append((event, cancel.scheduledEventID))
        case .upsertWorkflowSearchAttributesCommandAttributes:
            self.add(.upsertWorkflowSearchAttributes) {
                $0.upsertWorkflowSearchAttributesEventAttributes = .init()
            }
        case .modifyWorkflowPropertiesCommandAttributes:
            self.add(.workflowPropertiesModified) {
                $0.workflowPropertiesModifiedEventAttributes = .init()
            }
        case .protocolMessageCommandAttributes(let reference):
            guard let message = messages.first(where: { $0.id == reference.messageID }) else {
                Issue.record("a command for a message that was not sent: \(reference.messageID)")
                return
            }
            if let acceptance = try? Temporal_Api_Update_V1_Acceptance(unpackingAny: message.body) {
                self.add(.workflowExecutionUpdateAccepted) {
                    $0.workflowExecutionUpdateAcceptedEventAttributes = .with {
                        $0.protocolInstanceID = message.protocolInstanceID
                        $0.acceptedRequest = acceptance.acceptedRequest
                        $0.acceptedRequestMessageID = acceptance.acceptedRequestMessageID
                        $0.acceptedRequestSequencingEventID = acceptance.acceptedRequestSequencingEventID
                    }
                }
            } else {
                self.add(.workflowExecutionUpdateCompleted) {
                    $0.workflowExecutionUpdateCompletedEventAttributes = .with {
                        $0.meta.updateID = message.protocolInstanceID
                    }
                }
            }
        case .completeWorkflowExecutionCommandAttributes(let complete):
            self.isClosed = true
            self.add(.workflowExecutionCompleted) {
                $0.workflowExecutionCompletedEventAttributes = .with { $0.result = complete.result }
            }
        case .failWorkflowExecutionCommandAttributes(let fail):
            self.isClosed = true
            self.add(.workflowExecutionFailed) {
                $0.workflowExecutionFailedEventAttributes = .with { $0.failure = fail.failure }
            }
        case .cancelWorkflowExecutionCommandAttributes:
            self.isClosed = true
            self.add(.workflowExecutionCanceled) { $0.workflowExecutionCanceledEventAttributes = .init() }
        case .continueAsNewWorkflowExecutionCommandAttributes(let next):
            self.isClosed = true
            self.add(.workflowExecutionContinuedAsNew) {
                $0.workflowExecutionContinuedAsNewEventAttributes = .with { $0.workflowType = next.workflowType }
            }
        default: Issue.record("the fake server knows no command \(command.commandType)")
        }
    }

    /// Replays the history from its first event with fresh code.
    ///
    /// - Returns: The trace of the replay.
    func replay() throws -> [String] {
        let (run, program) = self.newRun()
        defer { run.evict() }
        let task = API.WorkflowTask.with {
            $0.history.events = self.events
            $0.previousStartedEventID = self.previousStarted
        }
        switch self.process(task, in: run) {
        case .answered: return program.trace
        case .failed(let failure): throw failure
        case .needsHistory: throw TestProgram.Failed(message: "history is missing")
        case .waiting: throw TestProgram.Failed(message: "a replay waits for nothing")
        }
    }
}
