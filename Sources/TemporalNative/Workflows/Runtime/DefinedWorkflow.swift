//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// Lets the engine run a ``WorkflowDefinition``.
///
/// `@unchecked Sendable`: one per run, touched by the thread that runs the workflow only, as the engine promises.
final class DefinedWorkflow<Workflow: WorkflowDefinition>: WorkflowProgram, @unchecked Sendable {
    private let handlers: RunHandlers<Workflow>
    private let failureTypes: [any Error.Type]
    private let values: WorkflowValues
    private let interceptors: [any WorkerInterceptor]
    private let logger: Logger
    // What there is once the run has begun.
    private var context: WorkflowContext<Workflow>?
    private var input: Workflow.Input?

    init(
        handlers: WorkflowHandlers<Workflow>,
        failureTypes: [any Error.Type],
        values: WorkflowValues,
        interceptors: [any WorkerInterceptor],
        logger: Logger
    ) {
        self.handlers = RunHandlers(handlers)
        self.failureTypes = failureTypes
        self.values = values
        self.interceptors = interceptors
        self.logger = logger
    }

    private var current: WorkflowContext<Workflow> {
        guard let context else { preconditionFailure("the engine starts a run before it does anything with it") }
        return context
    }

    /// The workflow as it is now: state is shared with this copy.
    private var workflow: Workflow {
        guard let workflow = self.handlers.workflow else {
            preconditionFailure("the engine starts a run before it does anything with it")
        }
        return workflow
    }

    func start(in run: WorkflowRun, with started: API.Started) throws {
        let input: Workflow.Input
        do {
            input = try self.values.decode(started.input, as: Workflow.Input.self)
        } catch {
            throw self.taskFailure("the input of \(Workflow.name) is no \(Workflow.Input.self)", error)
        }
        let info = try WorkflowRunInfo(run, started, self.values)
        var logger = self.logger
        logger[metadataKey: "temporal.workflow.id"] = "\(info.workflowID)"
        logger[metadataKey: "temporal.workflow.run-id"] = "\(info.runID)"
        logger[metadataKey: "temporal.workflow.type"] = "\(info.workflowType)"
        // What is made here belongs to the run: see WorkflowState.
        self.handlers.workflow = WorkflowRun.$current.withValue(run) { Workflow(input: input) }
        self.input = input
        self.context = WorkflowContext(
            view: WorkflowContextView(run: run, info: info, interceptors: self.interceptors, logger: logger),
            values: self.values,
            handlers: self.handlers
        )
    }

    func main(in run: WorkflowRun) async -> WorkflowEnding {
        do {
            let interceptors = self.current.view.interceptors
            // Not through `intercepted` if there is none: what it has on the stack stays there for as long as the run.
            let output = interceptors.isEmpty ? try await self.run() : try await self.run(through: interceptors)
            let result = try self.values.encode(result: output)
            return .completed(result.payloads.isEmpty ? nil : result)
        } catch {
            return self.ending(error, in: run)
        }
    }

    private func run(through interceptors: ArraySlice<any WorkerInterceptor>) async throws -> Workflow.Output {
        try await intercepted(
            ExecuteWorkflowInput(workflow: self.current.view),
            by: interceptors,
            { try await $0.executeWorkflow($1, next: $2) },
            { _ in try await self.run() }
        )
    }

    private func run() async throws -> Workflow.Output {
        guard let input else { preconditionFailure("the engine starts a run before it does anything with it") }
        var workflow = self.workflow
        return try await workflow.run(context: self.current, input: input)
    }

    private func ending(_ error: any Error, in run: WorkflowRun) -> WorkflowEnding {
        if let error = error as? ContinueAsNewError { return .continuedAsNew(error.attributes) }
        if let error = error as? WorkflowTaskFailure { return .taskFailed(error) }
        if run.isCancelRequested, error.isTemporalCancellation { return .cancelled }
        do {
            if let failure = try self.failure(for: error) { return .failed(failure) }
        } catch let conversion {
            return .taskFailed(self.taskFailure("the failure of \(Workflow.name) cannot be encoded", conversion))
        }
        return .taskFailed(self.taskFailure("\(Workflow.name) threw an error that fails no workflow", error))
    }

    /// The failure that stands for an error.
    ///
    /// - Returns: Nil for an error that fails the task.
    private func failure(for error: any Error) throws -> ProtoFailure? {
        if let failure = try self.values.failure(for: error) { return failure }
        return self.failureTypes.contains { $0.isType(of: error) } ? WorkflowValues.failure(error) : nil
    }

    private func taskFailure(_ message: String, _ error: any Error) -> WorkflowTaskFailure {
        var failure = self.values.anyFailure(for: error)
        failure.message = "\(message): \(failure.message)"
        return WorkflowTaskFailure(cause: .workflowWorkerUnhandledFailure, message: failure.message, failure: failure)
    }

    // MARK: Messages

    func handle(_ signal: API.Signal, in run: WorkflowRun) async -> WorkflowEnding? {
        let context = self.current
        let handler = WorkflowHandlers.handler(of: signal.signalName, in: self.handlers.current.signals)
        guard let handler, case .signal(let body) = handler.kind else {
            context.logger.warning(
                "There is no handler for a signal, which waits for one",
                metadata: ["signal": "\(signal.signalName)"]
            )
            self.handlers.keep(signal)
            return nil
        }
        let leave = run.enterHandler(handler.unfinishedPolicy)
        defer { leave() }
        do {
            let call = try HandleSignalInput(
                workflow: context.view,
                signal: signal.signalName,
                input: self.values.payloads(signal.input, held: handler.holdsInput),
                headers: .init(signal.header)
            )
            try await intercepted(
                call,
                by: context.view.interceptors,
                { try await $0.handleSignal($1, next: $2) },
                { try await body(self.workflow, context, WorkflowMessage($0.signal, $0.input)) }
            )
            return nil
        } catch let error as TemporalError where error.code == .conversionFailed {
            // Whoever sent it cannot be told, and the workflow is not to stand still because of it.
            context.logger.error(
                "A signal was dropped: its input is no such value",
                metadata: ["signal": "\(signal.signalName)", "error": "\(error)"]
            )
            return nil
        } catch {
            return self.ending(error, in: run)
        }
    }

    func judge(_ request: API.UpdateRequest, validates: Bool, in run: WorkflowRun) -> UpdateDecision {
        let (context, name) = (self.current, request.input.name)
        let updates = self.handlers.current.updates
        let handler = WorkflowHandlers.handler(of: name, in: updates)
        guard let handler, case .update(let validate, let body) = handler.kind else {
            let names = WorkflowHandlers.names(updates).joined(separator: ", ")
            return .rejected(
                self.values.anyFailure(
                    for: ApplicationFailure(
                        "\(Workflow.name) has no update \"\(name)\"; it has \(names)",
                        type: "NotFoundError",
                        isNonRetryable: true
                    )
                )
            )
        }
        let info = WorkflowUpdateInfo(id: request.meta.updateID, name: name)
        let call: HandleUpdateInput
        do {
            call = try HandleUpdateInput(
                workflow: context.view,
                update: name,
                updateID: info.id,
                input: self.values.payloads(request.input.args, held: handler.holdsInput),
                headers: .init(request.input.header)
            )
            if validates {
                try WorkflowUpdateInfo.$current.withValue(info) {
                    try intercepted(
                        call,
                        by: context.view.interceptors,
                        { try $0.validateUpdate($1, next: $2) },
                        { try validate(self.workflow, self.values, WorkflowMessage($0.update, $0.input)) }
                    )
                }
            }
        } catch {
            return .rejected(self.values.anyFailure(for: error))
        }
        return .accepted {
            let leave = run.enterHandler(handler.unfinishedPolicy)
            defer { leave() }
            do {
                let result = try await WorkflowUpdateInfo.$current.withValue(info) {
                    try await intercepted(
                        call,
                        by: context.view.interceptors,
                        { try await $0.handleUpdate($1, next: $2) },
                        { try await body(self.workflow, context, WorkflowMessage($0.update, $0.input)) }
                    )
                }
                return .completed(result)
            } catch {
                return self.updateEnding(error, of: name)
            }
        }
    }

    private func updateEnding(_ error: any Error, of name: String) -> UpdateEnding {
        do {
            if let failure = try self.failure(for: error) { return .failed(failure) }
        } catch let conversion {
            return .taskFailed(self.taskFailure("the failure of the update \(name) cannot be encoded", conversion))
        }
        return .taskFailed(self.taskFailure("the update \(name) threw an error that fails no update", error))
    }

    // MARK: Queries

    func answer(_ query: API.Query, in run: WorkflowRun) -> API.QueryResult {
        do {
            let answer =
                switch query.queryType {
                case "__stack_trace":
                    try self.values.encode(values: [run.waits.map(\.description).joined(separator: "\n")])
                case "__enhanced_stack_trace": try self.values.encode(values: [self.stackTrace(of: run)])
                case "__temporal_workflow_metadata": try self.values.encode(values: [self.metadata(in: run)])
                default: try self.userAnswer(query)
                }
            return .with { result in
                result.resultType = .answered
                result.answer = answer
            }
        } catch {
            let failure = self.values.anyFailure(for: error)
            return .with { result in
                result.resultType = .failed
                result.errorMessage = failure.message
                result.failure = failure
            }
        }
    }

    private func userAnswer(_ query: API.Query) throws -> ProtoPayloads {
        let queries = self.handlers.current.queries
        let handler = WorkflowHandlers.handler(of: query.queryType, in: queries)
        guard case .query(let body) = handler?.kind else {
            let names = WorkflowHandlers.names(queries) + WorkflowRegistry.builtInQueries
            throw ApplicationFailure(
                "\(Workflow.name) has no query \"\(query.queryType)\"; it has \(names.joined(separator: ", "))",
                type: "NotFoundError"
            )
        }
        let context = self.current
        let call = try HandleQueryInput(
            workflow: context.view,
            query: query.queryType,
            input: [Payload](query.queryArgs),
            headers: .init(query.header)
        )
        return try intercepted(
            call,
            by: context.view.interceptors,
            { try $0.handleQuery($1, next: $2) },
            { try body(self.workflow, context.view, self.values, WorkflowMessage($0.query, $0.input)) }
        )
    }

    /// Where the tasks of the workflow wait, one stack for each.
    ///
    /// A stack has what is known of it: the call of the workflow's context, and within it what is awaited. Programs do not
    /// carry their sources, so there are none.
    private func stackTrace(of run: WorkflowRun) -> Temporal_Api_Sdk_V1_EnhancedStackTrace {
        .with { trace in
            trace.sdk.name = run.identity.name
            trace.sdk.version = run.identity.version
            trace.stacks = run.waits.map { wait in
                .with { stack in
                    if let place = wait.place {
                        stack.locations.append(
                            .with { location in
                                location.filePath = place.file
                                location.line = Int32(clamping: place.line)
                                location.column = -1
                                location.functionName = place.function
                            }
                        )
                    }
                    stack.locations.append(
                        .with { location in
                            location.line = -1
                            location.column = -1
                            location.functionName = wait.subject
                            location.internalCode = true
                        }
                    )
                }
            }
        }
    }

    private func metadata(in run: WorkflowRun) -> Temporal_Api_Sdk_V1_WorkflowMetadata {
        func definitions(
            _ handlers: WorkflowHandlers<Workflow>.Handlers
        ) -> [Temporal_Api_Sdk_V1_WorkflowInteractionDefinition] {
            // Without a name it is the dynamic one.
            handlers.values.sorted { ($0.name ?? "") < ($1.name ?? "") }.map { handler in
                .with { definition in
                    definition.name = handler.name ?? ""
                    definition.description_p = handler.description
                }
            }
        }
        return .with { metadata in
            metadata.definition.type = run.start.workflowType
            metadata.definition.signalDefinitions = definitions(self.handlers.current.signals)
            metadata.definition.queryDefinitions = definitions(self.handlers.current.queries)
            metadata.definition.updateDefinitions = definitions(self.handlers.current.updates)
            metadata.currentDetails = run.currentDetails
        }
    }
}

extension WorkflowRun {
    /// Takes note of a handler that begins.
    ///
    /// - Parameter policy: What is said if it still runs when the workflow ends.
    /// - Returns: To be called when it ends.
    fileprivate func enterHandler(_ policy: HandlerUnfinishedPolicy) -> () -> Void {
        guard policy == .abandon else { return {} }
        self.abandonableHandlers += 1
        // One that ends elsewhere, after the run was given up, has nothing to take off.
        return { if self.executor.isCurrent { self.abandonableHandlers -= 1 } }
    }
}

extension Error {
    fileprivate static func isType(of error: any Error) -> Bool { error is Self }
}
