//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

extension WorkflowRun {
    /// Processes a task, on the calling thread.
    ///
    /// Everything that is new in history is gone through, and the code of the workflow runs until it waits.
    ///
    /// - Parameter task: The task, with all pages of its history.
    /// - Returns: What to answer. After a failure the run is of no use any more: ``evict()`` it, as after an answer that
    ///   the server did not take.
    package func process(_ task: API.WorkflowTask) -> TaskOutcome {
        self.executor.owned {
            let known = self.lastEventID
            var events = HistoryChunk.current(task.history.events, startedEventID: task.startedEventID)
            events.removeAll { $0.eventID <= known }
            if let first = events.first, first.eventID != known + 1 { return .needsHistory }
            if events.isEmpty, known == 0 { return .needsHistory }
            guard self.hasAnswer(events.first) else { return .needsHistory }
            do throws(WorkflowTaskFailure) {
                return try self.process(events, of: task)
            } catch {
                return .failed(error)
            }
        }
    }

    /// Goes through a part of history that tasks have answered, before ``process(_:)`` goes through the rest.
    ///
    /// - Parameter part: The part; it begins with what follows the last one.
    /// - Returns: Why that is not possible; nil if it was done. After a failure the run is of no use any more.
    package func replay(_ part: HistoryPart) -> TaskOutcome? {
        self.executor.owned {
            guard part.events.first?.eventID == self.lastEventID + 1, self.hasAnswer(part.events.first) else {
                return .needsHistory
            }
            self.isAnswered = false
            self.messages = []
            do throws(WorkflowTaskFailure) {
                // The last one is what stands for the commands that the part ends with.
                for chunk in HistoryChunk.divide(part.events).dropLast() {
                    try self.process(chunk, isLive: false, messages: [])
                    self.sentCount = self.unconfirmed.count
                }
                return self.executor.hasEscaped ? .failed(.escaped) : nil
            } catch {
                return .failed(error)
            }
        }
    }

    /// Whether history goes on with the answer to the task that the code has gone through last.
    ///
    /// It does not where the server has taken the answer, and dropped the task all the same. Of most that it drops it tells
    /// (``discardLastTask()``), but not of a run's first: that of a run which was continued too soon and waits for its first
    /// task, where an update made one before, and was refused. Then the code has begun in a task that has never been, and
    /// what it has seen under these numbers is not what history has.
    ///
    /// - Parameter next: The event behind the last one that is known; nil if there is none.
    /// - Returns: Whether it does, or nothing is known against it.
    private func hasAnswer(_ next: API.Event?) -> Bool {
        guard self.isAnswered, let next else { return true }
        return next.eventType == .workflowTaskCompleted
    }

    private func process(_ events: [API.Event], of task: API.WorkflowTask) throws(WorkflowTaskFailure) -> TaskOutcome {
        if !events.isEmpty { self.isAnswered = false }
        self.messages = []
        // What its history says is known.
        self.openTask = task
        self.openTask.history = .init()
        let chunks = HistoryChunk.divide(events)
        for (index, chunk) in chunks.enumerated() {
            let isLast = index == chunks.count - 1
            let isLive =
                isLast && task.startedEventID != 0 && chunk.events.last?.eventType == .workflowTaskStarted
                && (chunk.events.last?.eventID ?? 0) > task.previousStartedEventID
            try self.process(chunk, isLive: isLive, messages: isLive ? task.messages : [])
            // History has the answers of all tasks but the last one.
            if !isLast { self.sentCount = self.unconfirmed.count }
        }
        if self.executor.hasEscaped { throw .escaped }
        return self.outcome()
    }

    /// What the open task comes to; it is not open any more then, unless it waits for local activities.
    func outcome(isHeartbeat: Bool = false) -> TaskOutcome {
        let task = self.openTask
        self.flagsBeforeAnswer = self.flags
        var activation = Activation()
        activation.isFinished = self.isFinished
        activation.unfinishedHandlers = self.isFinished ? self.runningHandlers - self.abandonableHandlers : 0
        guard task.startedEventID != 0 else {
            self.openTask = API.WorkflowTask()
            if task.hasQuery { activation.queryAnswer = self.answer(task.query) }
            return self.executor.hasEscaped ? .failed(.escaped) : .answered(activation)
        }
        let work = self.takeLocalActivityWork()
        if self.waitsForLocalActivities {
            guard isHeartbeat else { return .waiting(work) }
            activation.isHeartbeat = true
        }
        self.openTask = API.WorkflowTask()
        self.isAnswered = true
        activation.localActivities = work
        activation.commands = self.unconfirmed[self.sentCount...].compactMap { $0.handOut() }
        activation.messages = self.messages
        self.sentCount = self.unconfirmed.count
        activation.metadata = self.newMetadata()
        for (id, query) in task.queries { activation.queryResults[id] = self.answer(query) }
        return self.executor.hasEscaped ? .failed(.escaped) : .answered(activation)
    }

    /// What this task adds to the flags that history has; nil if it adds nothing.
    private func newMetadata() -> API.TaskMetadata? {
        let new = Flags.core.subtracting(self.flags.core)
        guard !new.isEmpty || self.flags.sdk != self.identity else { return nil }
        self.flags.core.formUnion(new)
        let isNewSDK = self.flags.sdk != self.identity
        self.flags.sdk = self.identity
        return .with { metadata in
            metadata.coreUsedFlags = new.sorted()
            guard isNewSDK else { return }
            metadata.sdkName = self.identity.name
            metadata.sdkVersion = self.identity.version
        }
    }

    /// Processes the events of one chunk, and runs the code if there is anything for it.
    private func process(
        _ chunk: HistoryChunk,
        isLive: Bool,
        messages: [API.ProtocolMessage]
    ) throws(WorkflowTaskFailure) {
        self.isReplaying = !isLive
        var jobs = Jobs()
        try self.read(chunk.events, into: &jobs)
        try self.lookAhead(chunk.lookAhead, isLive: isLive, into: &jobs)
        if isLive { try self.deliver(messages, into: &jobs) }
        guard !jobs.isEmpty || !self.localMarkers.isEmpty, !self.isFinished else { return }
        try self.run(jobs)
        self.putTerminalCommandLast()
    }

    private func read(_ events: [API.Event], into jobs: inout Jobs) throws(WorkflowTaskFailure) {
        var isAfterCompletion = false
        var index = events.startIndex
        while index < events.endIndex {
            let event = events[index]
            index += 1
            guard event.eventID == self.lastEventID + 1 else {
                throw WorkflowTaskFailure(
                    cause: .workflowWorkerUnhandledFailure,
                    message: "history has event \(event.eventID) after event \(self.lastEventID)"
                )
            }
            self.lastEventID = event.eventID
            if event.eventType == .workflowTaskCompleted {
                self.note(event.workflowTaskCompletedEventAttributes)
                isAfterCompletion = true
            } else if event.answersCommand {
                // A marker of a patch that the code has outgrown takes its search attributes along.
                if try self.confirm(event), index < events.endIndex,
                    events[index].eventType == .upsertWorkflowSearchAttributes,
                    self.unconfirmed.first?.matches(events[index]) != true
                {
                    self.lastEventID = events[index].eventID
                    index += 1
                }
            } else {
                if isAfterCompletion { try self.checkAllConfirmed(before: event.eventID) }
                isAfterCompletion = false
                try self.route(event, into: &jobs)
            }
        }
        if isAfterCompletion { try self.checkAllConfirmed(before: nil) }
    }

    private func note(_ completed: Temporal_Api_History_V1_WorkflowTaskCompletedEventAttributes) {
        self.flags.core.formUnion(completed.sdkMetadata.coreUsedFlags)
        if !completed.sdkMetadata.sdkName.isEmpty {
            self.flags.sdk = SDKIdentity(
                name: completed.sdkMetadata.sdkName,
                version: completed.sdkMetadata.sdkVersion
            )
        }
    }

    /// Finds the command that an event stands for.
    ///
    /// - Returns: Whether there is none and need not be one, because the event is the marker of a deprecated patch.
    private func confirm(_ event: API.Event) throws(WorkflowTaskFailure) -> Bool {
        while let command = self.unconfirmed.first, self.sentCount > 0 {
            if command.matches(event) {
                self.unconfirmed.removeFirst()
                self.sentCount -= 1
                command.confirm(event)
                return false
            }
            if Self.isDeprecatedPatch(event) { return true }
            guard command.isDeprecatedPatch else {
                throw .nondeterminism(
                    at: event.eventID,
                    expected: Essence(event).description,
                    found: command.description
                )
            }
            // History may lack the marker of a patch that was deprecated, and its search attributes.
            self.unconfirmed.removeFirst()
            self.sentCount -= 1
            if self.unconfirmed.first?.type == .upsertWorkflowSearchAttributes,
                event.eventType != .upsertWorkflowSearchAttributes
            {
                self.unconfirmed.removeFirst()
                self.sentCount -= 1
            }
        }
        if Self.isDeprecatedPatch(event) { return true }
        throw .nondeterminism(at: event.eventID, expected: Essence(event).description, found: "nothing")
    }

    private static func isDeprecatedPatch(_ event: API.Event) -> Bool {
        guard case .markerRecordedEventAttributes(let marker) = event.attributes else { return false }
        return PatchMarker(marker)?.deprecated == true
    }

    /// The server makes an event of every command: one without shows that the code made it in this replay only.
    private func checkAllConfirmed(before event: Int64?) throws(WorkflowTaskFailure) {
        while self.sentCount > 0, let command = self.unconfirmed.first {
            guard command.isDeprecatedPatch else {
                throw .nondeterminism(at: event, expected: "no more commands", found: command.description)
            }
            self.unconfirmed.removeFirst()
            self.sentCount -= 1
            if self.unconfirmed.first?.type == .upsertWorkflowSearchAttributes, self.sentCount > 0 {
                self.unconfirmed.removeFirst()
                self.sentCount -= 1
            }
        }
    }

    private func lookAhead(
        _ next: HistoryChunk.LookAhead,
        isLive: Bool,
        into jobs: inout Jobs
    ) throws(WorkflowTaskFailure) {
        self.flags.core.formUnion(next.coreFlags)
        self.deployment = isLive ? self.ownDeployment : next.deployment
        // A later version of this engine may order things in a new way, and says so in a flag.
        if next.sdkName == self.identity.name || (next.sdkName.isEmpty && self.flags.sdk?.name == self.identity.name),
            let unknown = next.langFlags.min()
        {
            throw WorkflowTaskFailure(
                cause: .workflowWorkerUnhandledFailure,
                message: "a later version has made this history, with a behaviour (flag \(unknown)) that this one lacks"
            )
        }
        self.notifiedPatches.formUnion(next.patches)
        self.sideEffects.merge(next.sideEffects) { $1 }
        self.localMarkers = next.localActivities
        for update in next.updates {
            let admitted = self.admittedUpdates.firstIndex { $0.request.meta.updateID == update.instanceID }
                .map { self.admittedUpdates.remove(at: $0).request }
            guard let request = update.request ?? admitted else {
                throw WorkflowTaskFailure(
                    cause: .workflowWorkerUnhandledFailure,
                    message: "history has no request for the accepted update \(update.instanceID)"
                )
            }
            jobs.add(
                .update(
                    IncomingUpdate(
                        messageID: update.messageID,
                        instanceID: update.instanceID,
                        sequencingID: update.sequencingID,
                        request: request,
                        acceptedEventID: update.eventID
                    )
                ),
                at: update.sequencingID
            )
        }
        guard isLive else { return }
        // After a reset, requests stand in history as if they had just been made.
        for (eventID, request) in self.admittedUpdates {
            jobs.add(
                .update(
                    IncomingUpdate(
                        messageID: "\(request.meta.updateID)/request",
                        instanceID: request.meta.updateID,
                        sequencingID: eventID,
                        request: request
                    )
                ),
                at: eventID
            )
        }
        self.admittedUpdates = []
    }

    private func deliver(
        _ messages: [API.ProtocolMessage],
        into jobs: inout Jobs
    ) throws(WorkflowTaskFailure) {
        for message in messages {
            let request: API.UpdateRequest
            do {
                request = try API.UpdateRequest(unpackingAny: message.body)
            } catch {
                throw WorkflowTaskFailure(
                    cause: .badUpdateWorkflowExecutionMessage,
                    message: "the message \(message.id) of type \(message.body.typeURL) is not known"
                )
            }
            jobs.add(
                .update(
                    IncomingUpdate(
                        messageID: message.id,
                        instanceID: message.protocolInstanceID,
                        sequencingID: message.eventID,
                        request: request
                    )
                ),
                at: message.eventID
            )
        }
    }
}

// MARK: - Running the code

extension WorkflowRun {
    /// Does all jobs, and only then runs the code: until nothing moves, and no condition is true that somebody waits for.
    private func run(_ jobs: Jobs) throws(WorkflowTaskFailure) {
        if let seed = jobs.seed { self.generator = SeededGenerator(seed: seed) }
        if jobs.starts, let started = self.started.take() {
            self.hasStarted = true
            do {
                try self.program.start(in: self, with: started)
            } catch {
                throw (error as? WorkflowTaskFailure)
                    ?? WorkflowTaskFailure(
                        cause: .workflowWorkerUnhandledFailure,
                        message: "the workflow cannot be started: \(error)"
                    )
            }
        }
        for message in jobs.messagesInOrder {
            switch message {
            case .signal(let signal): self.handle(signal)
            case .update(let update): self.handle(update)
            }
        }
        if jobs.starts {
            self.mainTask = self.spawn { self.finish(await self.program.main(in: self)) }
        }
        for job in jobs.others { job() }
        self.settle()
        if let failure = self.failure { throw failure }
        try self.deliverLocalMarkers()
        try self.checkAfterRunning()
    }

    /// Whether the code has come to rest as it should.
    func checkAfterRunning() throws(WorkflowTaskFailure) {
        if self.executor.hasEscaped { throw .escaped }
        self.futures.removeAll { $0.isResolved }
        guard !self.isFinished else { return }
        if self.conditions.isEmpty, !self.futures.contains(where: \.hasWaiters) { throw .waitsForNothing }
    }

    func settle() {
        self.executor.drain()
        while self.failure == nil, let index = self.conditions.firstIndex(where: { self.isTrue($0) }) {
            // Whoever waits may have lent its closure for the time until it goes on: it is let go of before.
            let future = self.conditions.remove(at: index).future
            future.resolve(.success(()))
            self.executor.drain()
        }
    }

    private func isTrue(_ condition: Condition) -> Bool {
        self.readingOnly { condition.predicate() }
    }

    /// Does something that must not change anything.
    package func readingOnly<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = self.isReadOnly
        self.isReadOnly = true
        defer { self.isReadOnly = before }
        return try body()
    }

    /// Has a signal handled that came before, in a task of its own.
    package func deliver(_ signal: API.Signal) {
        self.handle(signal)
    }

    private func handle(_ signal: API.Signal) {
        self.runningHandlers += 1
        _ = self.spawn {
            let ending = await self.program.handle(signal, in: self)
            self.handlerEnded(ending)
        }
    }

    private func handlerEnded(_ ending: WorkflowEnding?) {
        guard self.executor.isCurrent else { return }
        self.runningHandlers -= 1
        if let ending { self.finish(ending) }
    }

    /// Ends the workflow; the first ending counts.
    func finish(_ ending: WorkflowEnding) {
        guard self.executor.isCurrent, !self.isEvicted, !self.isFinished else { return }
        var command = API.Command()
        switch ending {
        case .completed(let result):
            command.commandType = .completeWorkflowExecution
            command.completeWorkflowExecutionCommandAttributes = .with { if let result { $0.result = result } }
        case .failed(let failure):
            command.commandType = .failWorkflowExecution
            command.failWorkflowExecutionCommandAttributes = .with { $0.failure = failure }
        case .cancelled:
            command.commandType = .cancelWorkflowExecution
            command.cancelWorkflowExecutionCommandAttributes = .init()
        case .continuedAsNew(let attributes):
            command.commandType = .continueAsNewWorkflowExecution
            command.continueAsNewWorkflowExecutionCommandAttributes = attributes
        case .taskFailed(let failure):
            self.fail(failure)
            return
        }
        self.isFinished = true
        self.add(PendingCommand(command))
    }

    /// The command that ends the workflow is the last one: the server takes no other order.
    func putTerminalCommandLast() {
        guard let index = self.unconfirmed[self.sentCount...].firstIndex(where: \.isTerminal) else { return }
        self.unconfirmed.append(self.unconfirmed.remove(at: index))
    }

    private func answer(_ query: API.Query) -> API.QueryResult {
        let commands = self.unconfirmed.count
        let result = self.readingOnly { self.program.answer(query, in: self) }
        self.executor.drain()
        precondition(self.unconfirmed.count == commands, "whatever makes commands is refused while only reading")
        return result
    }

    /// The size of history at the last task, as the server has it.
    package var historySizeInBytes: Int64 { self.executor.owned { self.task.historySize } }

    /// Takes back the task that was answered last: it only brought updates, all were rejected, and the server has not
    /// written that there was a task.
    ///
    /// The next task begins with the events behind the last one that was written, so some may come again.
    package func discardLastTask() {
        self.executor.owned {
            // When it was scheduled, and when it was started.
            self.lastEventID -= 2
            // Nor is there what it said of them.
            self.flags = self.flagsBeforeAnswer
            self.isAnswered = false
        }
    }

    /// Gives the run up: what the code waits for fails, and it ends, for as far as it does.
    ///
    /// Code runs meanwhile, in `catch` and `defer`; what it does is dropped. Nothing is sent.
    package func evict() {
        self.executor.owned {
            guard !self.isEvicted else { return }
            self.isEvicted = true
            self.executor.close()
            for future in self.futures { future.fail(WorkflowRunEvicted()) }
            let conditions = self.conditions.map(\.future)
            self.conditions = []
            for condition in conditions { condition.fail(WorkflowRunEvicted()) }
            for (_, task) in self.tasks.sorted(by: { $0.key < $1.key }) { task.cancel() }
            self.executor.drain()
            self.tasks = [:]
            self.mainTask = nil
            self.letGo()
        }
        // What arrived from elsewhere while this thread was the owner.
        self.executor.drainStrays()
    }
}

extension WorkflowRun {
    /// Lets go of all that knows the run, so that it and its code leave memory when the last task of the code has ended.
    private func letGo() {
        self.program = NoProgram()
        (self.unconfirmed, self.sentCount) = ([], 0)
        self.futures = []
        (self.timers, self.activities, self.children, self.signals) = ([:], [:], [:], [:])
        (self.cancels, self.nexusOperations, self.localActivities) = ([:], [:], [:])
        (self.localMarkers, self.openTask) = ([], .init())
    }
}

/// What a run has in the place of its code when it has been given up.
private struct NoProgram: WorkflowProgram {
    func start(in run: WorkflowRun, with started: API.Started) throws { throw WorkflowRunEvicted() }
    func main(in run: WorkflowRun) async -> WorkflowEnding { .cancelled }
    func handle(_ signal: API.Signal, in run: WorkflowRun) async -> WorkflowEnding? { nil }
    func judge(_ request: API.UpdateRequest, validates: Bool, in run: WorkflowRun) -> UpdateDecision {
        .rejected(.init())
    }
    func answer(_ query: API.Query, in run: WorkflowRun) -> API.QueryResult { .init() }
}

// MARK: - Jobs

/// What a chunk of history has for the code.
struct Jobs {
    enum Message {
        case signal(API.Signal)
        case update(IncomingUpdate)
    }

    var starts = false
    var seed: String?
    /// What happened to operations, and cancellation.
    var others: [() -> Void] = []
    private var messages: [(position: Int64, message: Message)] = []

    var isEmpty: Bool { !self.starts && self.seed == nil && self.others.isEmpty && self.messages.isEmpty }

    /// Adds a signal or an update, which comes behind the event with an id; an update behind the signal with the same id.
    mutating func add(_ message: Message, at eventID: Int64) {
        self.messages.append((eventID, message))
    }

    /// In the order of history, and of those behind the same event, in the order in which they were added.
    var messagesInOrder: [Message] {
        self.messages.enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map(\.element.message)
    }
}
