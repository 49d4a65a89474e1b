//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Groundwork
import Logging
import Metrics
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension WorkflowWorker {
    /// How long a run's task is processed by the engine at most.
    static let yieldLimit = Duration.seconds(2)

    /// Processes a task, and those that the server hands out in its answers.
    func process(_ task: API.WorkflowTask) async {
        var next: API.WorkflowTask? = task
        while let task = next {
            let began = self.clock.now()
            self.metrics.tasks.increment()
            self.tasks.began()
            let id = task.workflowExecution.runID
            let kept = await self.cache.borrow(id)
            self.note(isKept: kept != nil)
            var (run, returned, hasFailed) = await self.answer(task, kept: kept, since: began)
            // While local activities go on, the run goes from one task to the next with all that it waits for.
            while let task = returned, let held = run, held.localActivities.isBusy {
                self.metrics.tasks.increment()
                (run, returned, hasFailed) = await self.answer(task, kept: held, since: self.clock.now())
            }
            if let held = run, self.configuration.droppedRunShare > .random(in: 0..<1) {
                await self.evict(held)
                run = nil
            }
            for evicted in self.cache.giveBack(id, keeping: run) { await self.evict(evicted) }
            self.metrics.latency.record(duration: began.duration(to: self.clock.now()))
            self.tasks.ended(failed: hasFailed)
            next = returned
        }
    }

    /// Gives a run up, on a thread of workflows: its code runs to its end.
    func evict(_ kept: KeptRun) async {
        kept.localActivities.cancelAll()
        let run = kept.run
        _ = await WorkflowThreads.shared.run(within: Self.yieldLimit, { run.evict() }, late: { _ in })
    }

    /// Processes one task.
    ///
    /// - Returns: The run, if it can be kept, a task that came with the answer, and whether this one failed.
    private func answer(
        _ task: API.WorkflowTask,
        kept: KeptRun?,
        since began: ContinuousClock.Instant
    ) async -> (kept: KeptRun?, next: API.WorkflowTask?, hasFailed: Bool) {
        var run = kept
        var references = kept?.references
        // Code has by now what was loaded, or does not want it.
        defer { references?.dropContents() }
        do {
            var task = try await self.withAllPages(self.payloads.decoded(task))
            var outcome: TaskOutcome = .needsHistory
            /// References that code has asked for, and that nobody knew it would.
            var asked: [Payload] = []
            var isWhole = false
            while true {
                if let run {
                    outcome = try await self.process(task, in: run, with: asked, since: began)
                    let missing = run.references.takeMissing()
                    guard missing.isEmpty || !missing.allSatisfy(asked.contains) else { throw RunReferences.endless }
                    asked += missing
                    if missing.isEmpty, !outcome.needsHistory || isWhole { break }
                    await self.evict(run)
                }
                task = try await self.withWholeHistory(task)
                isWhole = true
                run = try self.makeRun(for: task, with: references)
                references = run?.references
            }
            guard let run else { return (nil, nil, false) }
            switch outcome {
            case .needsHistory:
                throw WorkflowTaskFailure(
                    cause: .workflowWorkerUnhandledFailure,
                    message: "the history of the run is incomplete"
                )
            case .failed(let failure): throw failure
            case .waiting: preconditionFailure("local activities have ended, or the task is answered without them")
            case .answered(let activation):
                let next = try await self.send(activation, for: task, of: run)
                try self.local.take(activation.localActivities, of: run)
                let goesOn = activation.isHeartbeat ? next != nil || self.mayKeep : self.keepsRuns
                guard !activation.isFinished, goesOn else {
                    // The workflow is over, or nothing is kept.
                    await self.evict(run)
                    return (nil, next, false)
                }
                return (run, next, false)
            }
        } catch {
            if let run, !(error is RunIsHeldUp) { await self.evict(run) }
            await self.report(error, of: task)
            return (nil, nil, true)
        }
    }

    /// Loads what the code needs, and has it process a task and what local activities bring.
    private func process(
        _ task: API.WorkflowTask,
        in kept: KeptRun,
        with asked: [Payload],
        since began: ContinuousClock.Instant
    ) async throws -> TaskOutcome {
        let run = kept.run
        for part in HistoryPart.parts(of: task.history.events, after: run.lastEventID) {
            try await kept.references.load(part.events, for: run, and: asked)
            if let outcome = try await self.onThread(run, { run.replay(part) }) { return outcome }
            guard !kept.references.lacksSomething else { return .needsHistory }
            kept.references.dropContents(except: asked)
        }
        try await kept.references.load(task, for: run, and: asked)
        let outcome = try await self.onThread(run) { run.process(task) }
        guard !kept.references.lacksSomething else { return outcome }
        return try await self.afterLocalActivities(outcome, of: kept, since: began)
    }

    private func onThread<Outcome: Sendable>(
        _ run: WorkflowRun,
        _ body: @escaping @Sendable () -> Outcome
    ) async throws -> Outcome {
        let outcome = await WorkflowThreads.shared.run(within: Self.yieldLimit, body) { _ in
            run.evict()
        }
        guard let outcome else { throw RunIsHeldUp() }
        return outcome
    }

    /// Waits for local activities, and goes on with the code each time that one has ended: until all have, or until the
    /// server has to hear of the worker.
    private func afterLocalActivities(
        _ outcome: TaskOutcome,
        of kept: KeptRun,
        since began: ContinuousClock.Instant
    ) async throws -> TaskOutcome {
        var outcome = outcome
        let (run, end) = (kept.run, began + Self.patience(of: kept.run))
        while case .waiting(let work) = outcome {
            try self.local.take(work, of: kept)
            let news = await kept.localActivities.next(by: end, clock: self.clock) { await self.timeToStop() }
            outcome = try await self.onThread(run) {
                switch news {
                case .ended(let endings): run.resume(with: endings)
                case .timeIsUp, .interrupted: run.heartbeat()
                }
            }
        }
        return outcome
    }

    /// How long a task may wait for local activities: as in the other SDKs, four fifths of its timeout.
    private static func patience(of run: WorkflowRun) -> Duration {
        let timeout = Duration(run.start.taskTimeout)
        return (timeout > .zero ? timeout : .seconds(10)) * 4 / 5
    }

    /// Returns when the worker shuts down and its grace period is over.
    private func timeToStop() async {
        await self.stopping.wait()
        try? await self.clock.sleep(for: self.configuration.gracefulShutdownPeriod)
    }

    /// Whether a run with local activities may wait for its next task here.
    private var mayKeep: Bool { self.keepsRuns && !self.stopping.hasFired }

    /// A run that did not yield in time: its thread gives it up when it does.
    private struct RunIsHeldUp: Error {}

    private func makeRun(for task: API.WorkflowTask, with earlier: RunReferences?) throws -> KeptRun {
        let name = task.workflowType.name
        guard let entry = self.registry[name] else {
            throw WorkflowTaskFailure(
                cause: .workflowWorkerUnhandledFailure,
                message: """
                    the worker of task queue \(self.taskQueue) has no workflow "\(name)"; it has \
                    \(self.registry.names.joined(separator: ", "))
                    """
            )
        }
        let references = earlier ?? self.registry.references(name, of: entry, in: self.payloads)
        let run = WorkflowRun(
            workflowID: task.workflowExecution.workflowID,
            runID: task.workflowExecution.runID,
            namespace: self.namespace,
            identity: SDKIdentity(name: CallMetadata.clientName, version: CallMetadata.clientVersion),
            deployment: self.identity.deployment.map {
                .init(name: $0.version.deploymentName, buildID: $0.version.buildID)
            },
            program: entry.makeProgram(WorkflowValues(references: references), self.interceptors, self.logger),
            runStrays: { executor in WorkflowThreads.shared.runStrays { executor.drainStrays() } }
        )
        return KeptRun(run, references: references)
    }
}

// MARK: - History

extension WorkflowWorker {
    /// The task with the pages of history that did not come with it.
    private func withAllPages(_ task: API.WorkflowTask) async throws -> API.WorkflowTask {
        var task = task
        task.history.events += try await self.pages(of: task.workflowExecution, after: task.nextPageToken)
        task.nextPageToken = .init()
        return task
    }

    /// The task with history from the first event on.
    private func withWholeHistory(_ task: API.WorkflowTask) async throws -> API.WorkflowTask {
        guard task.history.events.first?.eventID != 1 else { return task }
        var task = task
        let response = try await self.page(of: task.workflowExecution, token: .init())
        var events = response.history.events
        if !response.nextPageToken.isEmpty {
            events += try await self.pages(of: task.workflowExecution, after: response.nextPageToken)
        }
        // What came with the task counts: the start of a task may not have been written.
        if let first = task.history.events.first { events.removeAll { $0.eventID >= first.eventID } }
        task.history.events = events + task.history.events
        return task
    }

    private func pages(
        of execution: Temporal_Api_Common_V1_WorkflowExecution,
        after token: API.PageToken
    ) async throws -> [API.Event] {
        var (events, token): ([API.Event], API.PageToken) = ([], token)
        while !token.isEmpty {
            let response = try await self.page(of: execution, token: token)
            events += response.history.events
            token = response.nextPageToken
        }
        return events
    }

    private func page(
        of execution: Temporal_Api_Common_V1_WorkflowExecution,
        token: API.PageToken
    ) async throws -> Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse {
        let response = try await self.service.history(
            .with { request in
                request.namespace = self.namespace
                request.execution = execution
                request.nextPageToken = token
            }
        )
        return try await self.payloads.decoded(response)
    }
}

// MARK: - Answers

extension WorkflowWorker {
    /// Sends what a task came to.
    ///
    /// - Returns: A task that came with the answer.
    private func send(
        _ activation: Activation,
        for task: API.WorkflowTask,
        of kept: KeptRun
    ) async throws -> API.WorkflowTask? {
        let run = kept.run
        if let answer = activation.queryAnswer {
            try await self.send(answer, for: task)
            return nil
        }
        if activation.unfinishedHandlers > 0 {
            self.logger.warning(
                "The workflow ended while handlers of signals or updates were running",
                metadata: ["temporal.workflow.id": "\(run.workflowID)", "handlers": "\(activation.unfinishedHandlers)"]
            )
        }
        var completion = self.completion(activation, for: task)
        let retries = kept.localActivities.takeRetries()
        if retries > 0 {
            completion.meteringMetadata.nonfirstLocalActivityExecutionAttempts = UInt32(clamping: retries)
        }
        var request = try await self.encoded(completion)
        let reserved = self.requestEagerActivities(in: &request)
        let response: Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse
        do {
            response = try await self.complete(request, of: kept)
            self.handIn(response.activityTasks, of: reserved)
        } catch {
            self.handIn([], of: reserved)
            guard let error = error as? TemporalError else { throw error }
            if error.code == .messageTooLarge { throw CompletionPages.tooLarge(request, error.message) }
            throw AnswerRefused(error: error)
        }
        if response.resetHistoryEventID > 0 { run.discardLastTask() }
        return response.hasWorkflowTask && !response.workflowTask.taskToken.isEmpty ? response.workflowTask : nil
    }

    /// Asks for activities that this worker can run at once, and for no others.
    ///
    /// - Returns: The slots that are reserved for them.
    private func requestEagerActivities(in request: inout WorkflowTaskCompletion) -> [TaskSlot] {
        var candidates: [Int] = []
        for index in request.commands.indices {
            guard case .scheduleActivityTaskCommandAttributes(let activity) = request.commands[index].attributes,
                activity.requestEagerExecution
            else { continue }
            request.commands[index].scheduleActivityTaskCommandAttributes.requestEagerExecution = false
            if activity.taskQueue.name == self.taskQueue,
                self.activityWorker?.registry[activity.activityType.name] != nil
            {
                candidates.append(index)
            }
        }
        guard let worker = self.activityWorker, !candidates.isEmpty else { return [] }
        let slots = worker.reserveEager(candidates.count)
        for index in candidates.prefix(slots.count) {
            request.commands[index].scheduleActivityTaskCommandAttributes.requestEagerExecution = true
        }
        return slots
    }

    private func handIn(_ tasks: [ActivityTask], of slots: [TaskSlot]) {
        let surplus = self.activityWorker?.poller.handIn(tasks, of: slots) ?? tasks[...]
        guard !surplus.isEmpty else { return }
        self.logger.warning(
            "The server gave activities that it was not asked for; they run again after their timeouts",
            metadata: ["activities": "\(surplus.map(\.activityType.name).joined(separator: ", "))"]
        )
    }

    private func completion(_ activation: Activation, for task: API.WorkflowTask) -> WorkflowTaskCompletion {
        .with { request in
            request.taskToken = task.taskToken
            request.namespace = self.namespace
            request.identity = self.identity.identity
            request.workerInstanceKey = self.identity.instanceKey
            if let deployment = self.identity.deployment {
                request.deploymentOptions = deployment.message
                let behavior = self.registry[task.workflowType.name]?.versioningBehavior ?? .unspecified
                request.versioningBehavior = deployment.behavior(behavior).message
            }
            request.commands = activation.commands
            request.messages = activation.messages
            request.queryResults = activation.queryResults
            request.capabilities.discardSpeculativeWorkflowTaskWithEvents = true
            if let metadata = activation.metadata { request.sdkMetadata = metadata }
            request.forceCreateNewWorkflowTask = activation.isHeartbeat
            request.returnNewWorkflowTask = (self.keepsRuns || activation.isHeartbeat) && !self.stopping.hasFired
            guard self.keepsRuns else { return }
            request.stickyAttributes = .with { sticky in
                sticky.workerTaskQueue = .with { queue in
                    queue.name = self.stickyQueue
                    queue.kind = .sticky
                    queue.normalName = self.taskQueue
                }
                sticky.scheduleToStartTimeout = Duration.seconds(10).message
            }
        }
    }

    /// Applies the codecs, but not to headers, nor to what the engine itself writes into markers: other SDKs write them as
    /// they are, and read them so.
    private func encoded(_ request: WorkflowTaskCompletion) async throws -> WorkflowTaskCompletion {
        guard !self.payloads.converter.codecs.isEmpty else { return request }
        var plain = request
        for index in plain.commands.indices {
            for key in plain.commands[index].plainDetails {
                plain.commands[index].recordMarkerCommandAttributes.details[key] = nil
            }
            plain.commands[index].header = nil
        }
        var result = try await self.payloads.encoded(plain)
        for (index, command) in request.commands.enumerated() {
            for key in command.plainDetails {
                result.commands[index].recordMarkerCommandAttributes.details[key] =
                    command.recordMarkerCommandAttributes.details[key]
            }
            if let header = command.header { result.commands[index].header = header }
        }
        return result
    }

    private func send(_ answer: API.QueryResult, for task: API.WorkflowTask) async throws {
        let request = Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest.with { request in
            request.taskToken = task.taskToken
            request.namespace = self.namespace
            request.completedType = answer.resultType
            request.errorMessage = answer.errorMessage
            if answer.hasAnswer { request.queryResult = answer.answer }
            if answer.hasFailure { request.failure = answer.failure }
        }
        try await self.service.answer(self.payloads.encoded(request))
    }

    /// Tells the server that a task failed, as the rules have it: the first attempt only (ES-F2).
    private func report(_ error: any Error, of task: API.WorkflowTask) async {
        let failure = self.taskFailure(for: error)
        let metadata: Logger.Metadata = [
            "temporal.workflow.id": "\(task.workflowExecution.workflowID)",
            "temporal.workflow.run-id": "\(task.workflowExecution.runID)",
            "attempt": "\(task.attempt)",
            "error": "\(failure?.message ?? "\(error)")",
        ]
        guard let failure else {
            self.logger.info("The answer to a workflow task was not taken", metadata: metadata)
            return
        }
        self.metrics.failed(failure.cause == .nonDeterministicError ? "NonDeterminismError" : "WorkflowError")
        self.logger.error("A workflow task failed", metadata: metadata)
        do {
            if task.hasQuery {
                try await self.service.answer(
                    .with { request in
                        request.taskToken = task.taskToken
                        request.namespace = self.namespace
                        request.completedType = .failed
                        request.errorMessage = failure.message
                        request.failure = failure.failure
                        request.cause = failure.cause
                    }
                )
            } else if task.attempt <= 1 {
                try await self.service.fail(
                    .with { request in
                        request.taskToken = task.taskToken
                        request.namespace = self.namespace
                        request.identity = self.identity.identity
                        if let deployment = self.identity.deployment { request.deploymentOptions = deployment.message }
                        request.cause = failure.cause
                        request.failure = failure.failure
                        request.failure.source = failureSource
                    }
                )
            }
        } catch {
            self.logger.warning("The failure could not be reported", metadata: metadata)
        }
    }

    /// What to report; nil if nothing is to be: the server has refused the answer, or knows already.
    private func taskFailure(for error: any Error) -> WorkflowTaskFailure? {
        switch error {
        case let error as WorkflowTaskFailure: return error
        case is RunIsHeldUp: return .deadlock(after: Self.yieldLimit)
        case is AnswerRefused: return nil
        case let error as TemporalError:
            switch error.code {
            case .externalStorageFailed:
                return WorkflowTaskFailure(cause: .externalStorageFailure, message: error.message)
            case .messageTooLarge:
                return WorkflowTaskFailure(cause: .grpcMessageTooLarge, message: error.message)
            case .codecFailed, .conversionFailed:
                return WorkflowTaskFailure(cause: .workflowWorkerUnhandledFailure, message: error.message)
            default: return nil
            }
        case let error as ExternalStorageError:
            return WorkflowTaskFailure(cause: .externalStorageFailure, message: error.message)
        case is CancellationError: return nil
        default:
            return WorkflowTaskFailure(cause: .workflowWorkerUnhandledFailure, message: "\(error)")
        }
    }
}

/// The server did not take the answer to a task, or was told by the transport that it could not be stored.
///
/// Nothing is to be reported: the next attempt brings what this one had not seen.
private struct AnswerRefused: Error, CustomStringConvertible {
    var error: TemporalError

    var description: String { "\(self.error)" }
}

extension API.Command {
    /// What interceptors sent along; nil if it is nothing.
    fileprivate var header: Temporal_Api_Common_V1_Header? {
        get {
            let header: Temporal_Api_Common_V1_Header? =
                switch self.attributes {
                case .scheduleActivityTaskCommandAttributes(let command): command.header
                case .startChildWorkflowExecutionCommandAttributes(let command): command.header
                case .signalExternalWorkflowExecutionCommandAttributes(let command): command.header
                case .continueAsNewWorkflowExecutionCommandAttributes(let command): command.header
                default: nil
                }
            return header?.fields.isEmpty == false ? header : nil
        }
        set {
            let header = newValue ?? .init()
            switch self.attributes {
            case .scheduleActivityTaskCommandAttributes: self.scheduleActivityTaskCommandAttributes.header = header
            case .startChildWorkflowExecutionCommandAttributes:
                self.startChildWorkflowExecutionCommandAttributes.header = header
            case .signalExternalWorkflowExecutionCommandAttributes:
                self.signalExternalWorkflowExecutionCommandAttributes.header = header
            case .continueAsNewWorkflowExecutionCommandAttributes:
                self.continueAsNewWorkflowExecutionCommandAttributes.header = header
            default: break
            }
        }
    }

    /// The details of a marker that go through no codec.
    fileprivate var plainDetails: [String] {
        guard case .recordMarkerCommandAttributes(let marker) = self.attributes else { return [] }
        switch marker.markerName {
        case "core_patch": return Array(marker.details.keys)
        case "core_local_activity": return ["data"]
        default: return []
        }
    }
}
