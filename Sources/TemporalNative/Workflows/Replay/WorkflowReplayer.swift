//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
public import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageWire
public import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// Runs workflow code against histories, to find out before a release whether it still fits them.
///
/// ```swift
/// let replayer = try WorkflowReplayer(workflows: [Fulfillment.self], logger: logger)
/// try await replayer.replay(WorkflowHistory(json: Data(contentsOf: file)))
/// ```
///
/// Nothing is sent anywhere. References in a history are resolved through the external storage that is given.
public struct WorkflowReplayer: Sendable {
    private let registry: WorkflowRegistry
    private let dataConverter: DataConverter
    private let externalStorage: ExternalStorage?
    private let interceptors: [any WorkerInterceptor]
    private let namespace: String
    private let logger: Logger

    /// Creates a replayer.
    ///
    /// - Parameters:
    ///   - workflows: The workflows, each under a name of its own.
    ///   - dataConverter: Converters and codecs, as the worker has them.
    ///   - externalStorage: Resolves references in histories.
    ///   - interceptors: Those of the worker, as far as they do something in workflows.
    ///   - workflowFailureTypes: As the worker has them: ``TemporalWorker/Configuration/workflowFailureTypes``.
    ///   - namespace: The namespace that workflows are told.
    ///   - logger: Where logs go.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``: no workflows, or two with the same name.
    public init(
        workflows: [any WorkflowDefinition.Type],
        dataConverter: DataConverter = DataConverter(),
        externalStorage: ExternalStorage? = nil,
        interceptors: [any WorkerInterceptor] = [],
        workflowFailureTypes: [any Error.Type] = [],
        namespace: String = "default",
        logger: Logger = .current
    ) throws {
        self.registry = try WorkflowRegistry(workflows, failureTypes: workflowFailureTypes)
        guard !self.registry.isEmpty else {
            throw WorkflowRegistry.invalid("a replayer without workflows has nothing to do")
        }
        self.dataConverter = dataConverter
        self.externalStorage = externalStorage
        self.interceptors = interceptors
        self.namespace = namespace
        self.logger = logger
    }

    /// Replays a history.
    ///
    /// A history in which no task was answered fits any code: the run was ended before, or has not begun.
    ///
    /// - Parameter history: The history, of a run that has ended or goes on.
    /// - Throws: ``TemporalError``: `nondeterminism` if the code does not fit, with what history has and what the code did;
    ///   `workflowTaskFailed` if the code fails its task otherwise, or is not there; `codecFailed`. `ExternalStorageError`
    ///   if a reference cannot be resolved.
    public func replay(_ history: WorkflowHistory) async throws {
        let context = PayloadContext(
            converter: self.dataConverter,
            externalStorage: self.externalStorage,
            namespace: self.namespace
        )
        let task = try await context.decoded(self.task(history))
        let name = task.workflowType.name
        guard let entry = self.registry[name] else {
            throw TemporalError(
                code: .workflowTaskFailed,
                message: "there is no workflow \"\(name)\"; there is \(self.registry.names.joined(separator: ", "))"
            )
        }
        var asked: [Payload] = []
        let references = self.registry.references(name, of: entry, in: context)
        while true {
            let outcome = try await self.replay(history, task, entry, references, asked)
            let missing = references.takeMissing()
            guard !missing.isEmpty else { return try Self.judge(outcome, history) }
            guard !missing.allSatisfy(asked.contains) else { throw RunReferences.endless }
            asked += missing
        }
    }

    private func replay(
        _ history: WorkflowHistory,
        _ task: API.WorkflowTask,
        _ entry: WorkflowRegistry.Entry,
        _ references: RunReferences,
        _ asked: [Payload]
    ) async throws -> TaskOutcome? {
        let run = WorkflowRun(
            workflowID: history.workflowID,
            runID: task.workflowExecution.runID,
            namespace: self.namespace,
            identity: SDKIdentity(name: CallMetadata.clientName, version: CallMetadata.clientVersion),
            program: entry.makeProgram(WorkflowValues(references: references), self.interceptors, self.logger),
            runStrays: { executor in WorkflowThreads.shared.runStrays { executor.drainStrays() } }
        )
        for part in HistoryPart.parts(of: task.history.events, after: 0) {
            try await self.evicting(run) { try await references.load(part.events, for: run, and: asked) }
            let outcome: TaskOutcome?? = await WorkflowThreads.shared.run(within: Self.limit(history)) {
                let outcome = run.replay(part)
                if outcome != nil || references.lacksSomething { run.evict() }
                return outcome
            } late: { _ in
            }
            guard let outcome else { return nil }
            if outcome != nil || references.lacksSomething { return outcome ?? .needsHistory }
            references.dropContents(except: asked)
        }
        try await self.evicting(run) { try await references.load(task, for: run, and: asked) }
        return await WorkflowThreads.shared.run(within: Self.limit(history)) {
            let outcome = run.process(task)
            run.evict()
            return outcome
        } late: { _ in
        }
    }

    /// Does something, and gives the run up if it fails.
    private func evicting(_ run: WorkflowRun, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            _ = await WorkflowThreads.shared.run(within: WorkflowWorker.yieldLimit, { run.evict() }, late: { _ in })
            throw error
        }
    }

    private static func judge(_ outcome: TaskOutcome?, _ history: WorkflowHistory) throws {
        switch outcome {
        case .answered: return
        // The run has ended, or waits, before its code has done anything that counts.
        case .needsHistory where !history.hasAnsweredTask: return
        case .needsHistory, .waiting:
            throw TemporalError(code: .workflowTaskFailed, message: "no task of the history has been answered")
        case .failed(let failure):
            let code = failure.cause == .nonDeterministicError
            throw TemporalError(code: code ? .nondeterminism : .workflowTaskFailed, message: failure.message)
        case nil:
            try Task.checkCancellation()
            throw TemporalError(
                code: .workflowTaskFailed,
                message: WorkflowTaskFailure.deadlock(after: Self.limit(history)).message
            )
        }
    }

    /// All tasks of a history are processed in one go.
    private static func limit(_ history: WorkflowHistory) -> Duration {
        WorkflowWorker.yieldLimit + .milliseconds(10 * history.count)
    }

    private func task(_ history: WorkflowHistory) async throws -> API.WorkflowTask {
        var resolved = history.history
        let bytes = try (resolved.serializedBytes() as BufferBytes).buffer
        guard let type = MessageType(name: Temporal_Api_History_V1_History.protoMessageName) else {
            preconditionFailure("a history can hold payloads")
        }
        let engine = MessageEngine(storage: self.externalStorage)
        if let message = try await engine.resolve(
            bytes,
            as: type,
            namespace: self.namespace,
            keeping: .workflowValues
        ) {
            resolved = try Temporal_Api_History_V1_History(serializedBytes: BufferBytes(buffer: message))
        }
        let started = resolved.events.first?.workflowExecutionStartedEventAttributes
        return .with { task in
            task.history = resolved
            task.workflowType = started?.workflowType ?? .init()
            task.workflowExecution = .with {
                $0.workflowID = history.workflowID
                $0.runID = started?.originalExecutionRunID ?? ""
            }
        }
    }
}
