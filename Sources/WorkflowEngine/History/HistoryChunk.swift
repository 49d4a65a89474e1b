//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

/// The events that one activation of a workflow's code answers.
struct HistoryChunk: Sendable {
    /// What the events after the chunk say about it: the commands that the code made in answer.
    struct LookAhead: Sendable {
        /// Ids of patches whose markers follow.
        var patches: [String] = []
        /// Values of side effects that follow, by id.
        var sideEffects: [Int64: API.Payloads] = [:]
        /// Local activities that ended, in the order of history.
        var localActivities: [LocalActivityMarker] = []
        /// Updates that were accepted.
        var updates: [AcceptedUpdate] = []
        /// Flags that the task used.
        var coreFlags: Set<UInt32> = []
        /// Flags of the language's SDK that the task used.
        var langFlags: Set<UInt32> = []
        /// The version of the worker that answered the task, if it has one.
        var deployment: WorkflowRun.Deployment?
        /// Who used them, where the task says so.
        var sdkName = ""
    }

    struct AcceptedUpdate: Sendable {
        var eventID: Int64
        var instanceID: String
        var messageID: String
        var sequencingID: Int64
        /// Missing if the request stands in an event of its own, after a reset.
        var request: API.UpdateRequest?
    }

    var events: [API.Event]
    var lookAhead = LookAhead()
}

extension HistoryChunk {
    /// Divides a history into what was, or is to be, processed at a time.
    ///
    /// A chunk ends at each `WORKFLOW_TASK_STARTED` whose next event is `WORKFLOW_TASK_COMPLETED`, or which is the last
    /// event. So tasks that failed or timed out vanish: their events flow into the chunk that was answered.
    ///
    /// - Parameter events: The events, in order, as ``current(_:startedEventID:)`` leaves them.
    /// - Returns: The chunks; events that no task has answered are the last.
    static func divide(_ events: [API.Event]) -> [Self] {
        var chunks: [Self] = []
        var current: [API.Event] = []
        for (index, event) in events.enumerated() {
            current.append(event)
            guard event.eventType == .workflowTaskStarted else { continue }
            let isAnswered = index + 1 == events.count || events[index + 1].eventType == .workflowTaskCompleted
            guard isAnswered else { continue }
            chunks.append(Self(events: current, lookAhead: LookAhead(after: index, in: events)))
            current = []
        }
        if !current.isEmpty { chunks.append(Self(events: current)) }
        return chunks
    }

    /// The events that a task may be processed with.
    ///
    /// - Parameters:
    ///   - events: The events of the task, in order.
    ///   - startedEventID: The event that began the task; 0 if the task is a query and nothing else.
    /// - Returns: The events up to that one. For a query, those up to what the last task made: signals and timers that
    ///   came after it, and a task that another worker has been given, are not to wake the code, or it would be woken
    ///   with other events at a time than in the task that takes them.
    static func current(_ events: [API.Event], startedEventID: Int64) -> [API.Event] {
        guard startedEventID == 0 else { return Array(events.prefix { $0.eventID <= startedEventID }) }
        guard let completed = events.lastIndex(where: { $0.eventType == .workflowTaskCompleted }) else { return [] }
        let end = events[(completed + 1)...].firstIndex { !$0.answersCommand } ?? events.endIndex
        return Array(events[..<end])
    }
}

extension HistoryChunk.LookAhead {
    /// Reads the events that follow the start of a task: its completion, and what stands for its commands.
    fileprivate init(after started: Int, in events: [API.Event]) {
        self.init()
        guard started + 1 < events.count else { return }
        let completed = events[started + 1].workflowTaskCompletedEventAttributes
        if completed.hasDeploymentVersion {
            let version = completed.deploymentVersion
            self.deployment = .init(name: version.deploymentName, buildID: version.buildID)
        }
        let metadata = completed.sdkMetadata
        self.coreFlags = Set(metadata.coreUsedFlags)
        self.langFlags = Set(metadata.langUsedFlags)
        self.sdkName = metadata.sdkName
        for event in events[(started + 2)...] {
            guard event.answersCommand else { break }
            switch event.attributes {
            case .markerRecordedEventAttributes(let marker):
                if let patch = PatchMarker(marker) { self.patches.append(patch.id) }
                if let effect = SideEffectMarker(marker) { self.sideEffects[effect.id] = effect.value }
                if var local = LocalActivityMarker(marker) {
                    local.eventID = event.eventID
                    self.localActivities.append(local)
                }
            case .workflowExecutionUpdateAcceptedEventAttributes(let accepted):
                self.updates.append(
                    .init(
                        eventID: event.eventID,
                        instanceID: accepted.protocolInstanceID,
                        messageID: accepted.acceptedRequestMessageID,
                        sequencingID: accepted.acceptedRequestSequencingEventID,
                        request: accepted.hasAcceptedRequest ? accepted.acceptedRequest : nil
                    )
                )
            default: break
            }
        }
    }
}

extension API.Event {
    /// Whether the event stands for a command that the code of the workflow made.
    package var answersCommand: Bool {
        switch self.eventType {
        case .activityTaskScheduled, .activityTaskCancelRequested, .timerStarted, .timerCanceled, .markerRecorded,
            .startChildWorkflowExecutionInitiated, .signalExternalWorkflowExecutionInitiated,
            .requestCancelExternalWorkflowExecutionInitiated, .upsertWorkflowSearchAttributes,
            .workflowPropertiesModified, .nexusOperationScheduled, .nexusOperationCancelRequested,
            .workflowExecutionCompleted, .workflowExecutionFailed, .workflowExecutionCanceled,
            .workflowExecutionContinuedAsNew, .workflowExecutionUpdateAccepted, .workflowExecutionUpdateRejected,
            .workflowExecutionUpdateCompleted:
            true
        default: false
        }
    }
}
