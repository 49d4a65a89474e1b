//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOConcurrencyHelpers
import NIOCore
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// The inputs of a workflow that its code takes without having them loaded.
struct HeldInputs: Sendable {
    /// Whether that is so of what it is started with.
    var start = false
    /// The names of signals.
    var signals: Set<String> = []
    /// The names of updates.
    var updates: Set<String> = []
}

/// Which results workflow code has taken as they are, and which it has looked into.
///
/// Only the code knows of what type the result of an activity is to be, and it says so when it starts the activity: long
/// before the result comes, but in a replay too late, since history has it all. So a worker remembers.
final class ReferenceHabits: Sendable {
    struct Result: Hashable, Sendable {
        enum Kind: Sendable { case activity, child, nexusOperation }

        var kind: Kind
        /// The type of the activity or the child; the service and the name of the operation.
        var name: String
        /// The type of the workflow.
        var workflow: String
    }

    private let needsContent = NIOLockedValueBox<[Result: Bool]>([:])

    /// Remembers how code takes a result.
    ///
    /// Where it does both, it needs what is stored.
    func note(_ result: Result, as type: Any.Type) {
        let needs = !(type is any HeldValue.Type) && type != Void.self
        self.needsContent.withLockedValue { $0[result] = needs || $0[result] == true }
    }

    /// Whether code has needed what is stored; not so if nothing is known.
    func needsContent(_ result: Result) -> Bool { self.needsContent.withLockedValue { $0[result] == true } }
}

/// The references that stand in what a run is given, and what has been loaded of them.
///
/// Whatever is known to be needed is loaded before the code runs. If it asks for anything else, that is noted here and the
/// attempt is of no use: it is loaded, and the run is replayed. Nothing is loaded that nobody looks into.
final class RunReferences: Sendable {
    private struct State: Sendable {
        /// By the data of the reference.
        var contents: [ByteBuffer: Payload] = [:]
        var missing: [Payload] = []
        var loadedBytes = 0
    }

    let context: PayloadContext
    private let workflow: String
    private let inputs: HeldInputs
    private let habits: ReferenceHabits
    private let state = NIOLockedValueBox(State())

    init(context: PayloadContext, workflow: String, inputs: HeldInputs, habits: ReferenceHabits) {
        var context = context
        context.isOfWorkflowCode = true
        self.context = context
        self.workflow = workflow
        self.inputs = inputs
        self.habits = habits
    }

    // MARK: What code does

    /// Remembers of what type code wants a result.
    func note(_ kind: ReferenceHabits.Result.Kind, _ name: String, as type: Any.Type) {
        self.habits.note(.init(kind: kind, name: name, workflow: self.workflow), as: type)
    }

    /// What a payload stands for.
    ///
    /// - Throws: ``TemporalError/Code/externalStorageFailed`` if it has not been loaded; nobody outside of the attempt
    ///   gets to see that.
    func content(of payload: Payload) throws -> Payload {
        guard self.context.isReference(payload) else { return payload }
        let content: Payload? = self.state.withLockedValue { state in
            if let content = state.contents[payload.data] { return content }
            state.missing.append(payload)
            return nil
        }
        guard let content else {
            throw TemporalError(code: .externalStorageFailed, message: "a value has not been loaded yet")
        }
        return content
    }

    /// Payloads, with those in the place of their references that have been loaded.
    func contents(of payloads: [Payload]) -> [Payload] {
        self.state.withLockedValue { state in
            guard !state.contents.isEmpty else { return payloads }
            return payloads.map { state.contents[$0.data] ?? $0 }
        }
    }

    /// What was loaded is asked for again: a defect here, which is not to become an attempt without end.
    static var endless: TemporalError {
        TemporalError(code: .externalStorageFailed, message: "a value was loaded, and is not there for the code")
    }

    // MARK: What the worker does

    /// Loads what a task has for the code and the code needs, and something more.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - run: The run that processes it.
    ///   - more: References that code has asked for before.
    /// - Throws: `ExternalStorageError`; ``TemporalError/Code/codecFailed``; `CancellationError`.
    func load(_ task: API.WorkflowTask, for run: WorkflowRun, and more: [Payload]) async throws {
        try await self.load(self.wanted(in: task.history.events, by: run) + self.wanted(of: task.messages), and: more)
    }

    /// Loads what a part of history has for the code and the code needs, and something more; see ``load(_:for:and:)``.
    func load(_ events: [API.Event], for run: WorkflowRun, and more: [Payload]) async throws {
        try await self.load(self.wanted(in: events, by: run), and: more)
    }

    private func load(_ payloads: [ProtoPayload], and more: [Payload]) async throws {
        var wanted: [ByteBuffer: Payload] = [:]
        let known = Set(self.state.withLockedValue { $0.contents.keys })
        for payload in try payloads.map({ try Payload($0) }) + more where self.context.isReference(payload) {
            if !known.contains(payload.data) { wanted[payload.data] = payload }
        }
        guard !wanted.isEmpty else { return }
        let (context, references) = (self.context, Array(wanted))
        // Hashing takes its time, which the thread of the connection does not have.
        let loaded = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await context.decode(references.map(\.value))
        }
        self.state.withLockedValue { state in
            for (reference, content) in zip(references, loaded) {
                state.contents[reference.key] = content
                state.loadedBytes += content.sizeInBytes
            }
        }
    }

    /// How much has been loaded so far; the code may have let go of it.
    var loadedBytes: Int { self.state.withLockedValue { $0.loadedBytes } }

    /// Whether code has asked for something that was not there.
    var lacksSomething: Bool { self.state.withLockedValue { !$0.missing.isEmpty } }

    /// What code has asked for that was not there.
    func takeMissing() -> [Payload] {
        self.state.withLockedValue { state in
            defer { state.missing = [] }
            return state.missing
        }
    }

    /// Forgets what was loaded.
    ///
    /// An attempt that takes the place of another one finds it again.
    ///
    /// - Parameter kept: References whose contents stay.
    func dropContents(except kept: [Payload] = []) {
        let kept = Set(kept.map(\.data))
        self.state.withLockedValue { state in state.contents = state.contents.filter { kept.contains($0.key) } }
    }

    private func wanted(in events: [API.Event], by run: WorkflowRun) -> [ProtoPayload] {
        var payloads: [ProtoPayload] = []
        var names: [Int64: String] = [:]
        // What the run itself has answered last stands first: its code has heard of these updates.
        var isOwnAnswer = run.lastEventID > 0
        for event in events {
            // Also of what was processed before: results come later than what they are of.
            switch event.attributes {
            case .activityTaskScheduledEventAttributes(let scheduled):
                names[event.eventID] = scheduled.activityType.name
            case .startChildWorkflowExecutionInitiatedEventAttributes(let initiated):
                names[event.eventID] = initiated.workflowType.name
            case .nexusOperationScheduledEventAttributes(let scheduled):
                names[event.eventID] = WorkflowRun.nexusOperation(scheduled.operation, of: scheduled.service)
            default: break
            }
            guard event.eventID > run.lastEventID else { continue }
            isOwnAnswer = isOwnAnswer && (event.eventType == .workflowTaskCompleted || event.answersCommand)
            switch event.attributes {
            case .workflowExecutionStartedEventAttributes(let started):
                if !self.inputs.start { payloads += started.input.payloads }
            case .workflowExecutionSignaledEventAttributes(let signaled):
                if !self.inputs.signals.contains(signaled.signalName) { payloads += signaled.input.payloads }
            case .activityTaskCompletedEventAttributes(let completed):
                let id = completed.scheduledEventID
                let name = names[id] ?? run.activityType(scheduledBy: id)
                if self.needsContent(.activity, name) { payloads += completed.result.payloads }
            case .childWorkflowExecutionCompletedEventAttributes(let completed):
                if self.needsContent(.child, completed.workflowType.name) { payloads += completed.result.payloads }
            case .nexusOperationCompletedEventAttributes(let completed):
                let id = completed.scheduledEventID
                let name = names[id] ?? run.nexusOperation(scheduledBy: id)
                if self.needsContent(.nexusOperation, name) { payloads.append(completed.result) }
            case .workflowExecutionUpdateAcceptedEventAttributes(let accepted):
                if !isOwnAnswer { payloads += self.wanted(of: accepted.acceptedRequest) }
            case .workflowExecutionUpdateAdmittedEventAttributes(let admitted):
                payloads += self.wanted(of: admitted.request)
            default: break
            }
        }
        return payloads
    }

    private func wanted(of messages: [API.ProtocolMessage]) -> [ProtoPayload] {
        messages.flatMap { message in
            // One that is no request is the engine's to refuse.
            (try? API.UpdateRequest(unpackingAny: message.body)).map { self.wanted(of: $0) } ?? []
        }
    }

    private func wanted(of request: API.UpdateRequest) -> [ProtoPayload] {
        self.inputs.updates.contains(request.input.name) ? [] : request.input.args.payloads
    }

    private func needsContent(_ kind: ReferenceHabits.Result.Kind, _ name: String?) -> Bool {
        guard let name else { return false }
        return self.habits.needsContent(.init(kind: kind, name: name, workflow: self.workflow))
    }
}
