//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// A command that was made, and is to be found in history as an event.
///
/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class PendingCommand: @unchecked Sendable {
    enum Kind: Hashable {
        case ordinary
        case patch(id: String, deprecated: Bool)
        case updateAccepted(instanceID: String)
        case updateCompleted(instanceID: String)
    }

    let kind: Kind
    let type: API.CommandType
    /// Nil once it has been handed out: its values are not kept while the workflow waits for what becomes of it.
    private var command: API.Command?
    private let essence: Essence?
    /// Takes note of the event.
    let confirm: (API.Event) -> Void

    init(_ command: API.Command, kind: Kind = .ordinary, confirm: @escaping (API.Event) -> Void = { _ in }) {
        self.kind = kind
        self.type = command.commandType
        self.essence =
            switch kind {
            case .updateAccepted(let id): Essence("WorkflowExecutionUpdateAccepted", [("update", id)])
            case .updateCompleted(let id): Essence("WorkflowExecutionUpdateCompleted", [("update", id)])
            case .ordinary, .patch: Essence(command)
            }
        self.command = command
        self.confirm = confirm
    }

    /// The command, which is handed out once.
    func handOut() -> API.Command? {
        defer { self.command = nil }
        return self.command
    }

    var isTerminal: Bool {
        switch self.type {
        case .completeWorkflowExecution, .failWorkflowExecution, .cancelWorkflowExecution,
            .continueAsNewWorkflowExecution:
            true
        default: false
        }
    }

    var isDeprecatedPatch: Bool {
        if case .patch(_, deprecated: true) = self.kind { true } else { false }
    }

    /// Whether an event stands for this command: the type, and what tells commands of a type apart.
    func matches(_ event: API.Event) -> Bool {
        self.essence == Essence(event)
    }

    /// What the command is, in words.
    var description: String { self.essence?.description ?? "a command \(self.type)" }
}

/// What a command and the event that stands for it have in common: the name of the event, and values that tell one from
/// another.
struct Essence: Hashable, CustomStringConvertible {
    private var name: String
    private var keys: [String]
    private var values: [String]

    init(_ name: String, _ fields: [(String, String)] = []) {
        self.name = name
        self.keys = fields.map(\.0)
        self.values = fields.map(\.1)
    }

    var description: String {
        guard !self.keys.isEmpty else { return self.name }
        return "\(self.name)(" + zip(self.keys, self.values).map { "\($0): \($1)" }.joined(separator: ", ") + ")"
    }

    /// SDKs may write the package of a type before its name.
    private static func type(_ name: String) -> (String, String) {
        ("type", String(name.split(separator: ".").last ?? ""))
    }

    private static func operation(_ endpoint: String, _ service: String, _ name: String) -> [(String, String)] {
        [("endpoint", endpoint), ("service", service), ("operation", name)]
    }

    init?(_ command: API.Command) {
        switch command.attributes {
        case .scheduleActivityTaskCommandAttributes(let activity):
            self.init("ActivityTaskScheduled", [Self.type(activity.activityType.name), ("id", activity.activityID)])
        case .requestCancelActivityTaskCommandAttributes(let cancel):
            self.init("ActivityTaskCancelRequested", [("scheduled", "\(cancel.scheduledEventID)")])
        case .startTimerCommandAttributes(let timer): self.init("TimerStarted", [("id", timer.timerID)])
        case .cancelTimerCommandAttributes(let timer): self.init("TimerCanceled", [("id", timer.timerID)])
        case .recordMarkerCommandAttributes(let marker):
            self.init("MarkerRecorded", Self.fields(marker.markerName, marker.details))
        case .startChildWorkflowExecutionCommandAttributes(let child):
            self.init(
                "StartChildWorkflowExecutionInitiated",
                [Self.type(child.workflowType.name), ("id", child.workflowID)]
            )
        case .signalExternalWorkflowExecutionCommandAttributes(let signal):
            self.init(
                "SignalExternalWorkflowExecutionInitiated",
                [("signal", signal.signalName), ("workflow", signal.execution.workflowID)]
            )
        case .requestCancelExternalWorkflowExecutionCommandAttributes(let cancel):
            self.init("RequestCancelExternalWorkflowExecutionInitiated", [("workflow", cancel.workflowID)])
        case .upsertWorkflowSearchAttributesCommandAttributes: self.init("UpsertWorkflowSearchAttributes")
        case .modifyWorkflowPropertiesCommandAttributes: self.init("WorkflowPropertiesModified")
        case .completeWorkflowExecutionCommandAttributes: self.init("WorkflowExecutionCompleted")
        case .failWorkflowExecutionCommandAttributes: self.init("WorkflowExecutionFailed")
        case .cancelWorkflowExecutionCommandAttributes: self.init("WorkflowExecutionCanceled")
        case .scheduleNexusOperationCommandAttributes(let nexus):
            self.init("NexusOperationScheduled", Self.operation(nexus.endpoint, nexus.service, nexus.operation))
        case .requestCancelNexusOperationCommandAttributes(let cancel):
            self.init("NexusOperationCancelRequested", [("scheduled", "\(cancel.scheduledEventID)")])
        case .continueAsNewWorkflowExecutionCommandAttributes(let next):
            self.init("WorkflowExecutionContinuedAsNew", [Self.type(next.workflowType.name)])
        default: return nil
        }
    }

    init(_ event: API.Event) {
        switch event.attributes {
        case .activityTaskScheduledEventAttributes(let activity):
            self.init("ActivityTaskScheduled", [Self.type(activity.activityType.name), ("id", activity.activityID)])
        case .activityTaskCancelRequestedEventAttributes(let cancel):
            self.init("ActivityTaskCancelRequested", [("scheduled", "\(cancel.scheduledEventID)")])
        case .timerStartedEventAttributes(let timer): self.init("TimerStarted", [("id", timer.timerID)])
        case .timerCanceledEventAttributes(let timer): self.init("TimerCanceled", [("id", timer.timerID)])
        case .markerRecordedEventAttributes(let marker):
            self.init("MarkerRecorded", Self.fields(marker.markerName, marker.details))
        case .startChildWorkflowExecutionInitiatedEventAttributes(let child):
            self.init(
                "StartChildWorkflowExecutionInitiated",
                [Self.type(child.workflowType.name), ("id", child.workflowID)]
            )
        case .signalExternalWorkflowExecutionInitiatedEventAttributes(let signal):
            self.init(
                "SignalExternalWorkflowExecutionInitiated",
                [("signal", signal.signalName), ("workflow", signal.workflowExecution.workflowID)]
            )
        case .requestCancelExternalWorkflowExecutionInitiatedEventAttributes(let cancel):
            self.init(
                "RequestCancelExternalWorkflowExecutionInitiated",
                [("workflow", cancel.workflowExecution.workflowID)]
            )
        case .nexusOperationScheduledEventAttributes(let nexus):
            self.init("NexusOperationScheduled", Self.operation(nexus.endpoint, nexus.service, nexus.operation))
        case .nexusOperationCancelRequestedEventAttributes(let cancel):
            self.init("NexusOperationCancelRequested", [("scheduled", "\(cancel.scheduledEventID)")])
        case .workflowExecutionContinuedAsNewEventAttributes(let next):
            self.init("WorkflowExecutionContinuedAsNew", [Self.type(next.workflowType.name)])
        case .workflowExecutionUpdateAcceptedEventAttributes(let update):
            self.init("WorkflowExecutionUpdateAccepted", [("update", update.protocolInstanceID)])
        case .workflowExecutionUpdateCompletedEventAttributes(let update):
            self.init("WorkflowExecutionUpdateCompleted", [("update", update.meta.updateID)])
        default:
            let name = "\(event.eventType)"
            self.init(name.prefix(1).uppercased() + name.dropFirst())
        }
    }

    private static func fields(
        _ name: String,
        _ details: [String: API.Payloads]
    ) -> [(String, String)] {
        let marker = MarkerEvent.with {
            $0.markerName = name
            $0.details = details
        }
        if let patch = PatchMarker(marker) { return [("marker", name), ("patch", patch.id)] }
        if let effect = SideEffectMarker(marker) { return [("marker", name), ("id", "\(effect.id)")] }
        if let local = LocalActivityMarker(marker)?.data {
            return [("marker", name), ("number", "\(local.sequence)"), ("type", local.activityType)]
        }
        return [("marker", name)]
    }
}
