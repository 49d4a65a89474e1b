//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

// What its closure takes tells the two forms of `condition` apart.
// swift-format-ignore-file: AmbiguousTrailingClosureOverload

public import Logging
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What workflow code waits with, and knows of its run.
///
/// Everything here is the same whenever the code is run again: the time is that of history, and random numbers come
/// from a
/// seed in it. What waits throws `CancellationError` when its task is cancelled; cancelling a workflow cancels the
/// task of
/// ``WorkflowDefinition/run(context:input:)``, and not those of handlers.
public struct WorkflowContext<Workflow: WorkflowDefinition>: Sendable {
    let view: WorkflowContextView
    let values: WorkflowValues
    let handlers: RunHandlers<Workflow>
    var run: WorkflowRun { self.view.run }
    /// What the run is.
    public var info: WorkflowRunInfo { self.view.info }

    init(view: WorkflowContextView, values: WorkflowValues, handlers: RunHandlers<Workflow>) {
        self.view = view
        self.values = values
        self.handlers = handlers
    }

    /// Does something of the engine, and gives its failures as the errors of this library.
    func converted<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch { throw self.values.error(for: error) }
    }
}

// MARK: - Time, randomness, logs

extension WorkflowContext {
    /// The time of the workflow task that is processed; it stands still while code runs.
    public var now: Date { self.run.now }

    /// Whether the code goes through what it has done before.
    ///
    /// For logs and the like, never for what the workflow does.
    public var isReplaying: Bool { self.run.isReplaying }

    /// A logger with the ids of the run, which is silent while the code is replayed.
    public var logger: Logger { self.view.logger }

    /// Random numbers that are the same in every replay.
    ///
    /// Not for keys and secrets: what they are made of stands in history.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// var generator = context.randomNumberGenerator
    /// let die = Int.random(in: 1...6, using: &generator)
    /// ```
    ///
    /// All generators of a run take from the same numbers.
    public var randomNumberGenerator: any RandomNumberGenerator { RunGenerator(run: self.run) }

    /// A random UUID that is the same in every replay, in lower case.
    public func uuid() -> String {
        self.run.noteAccess()
        return self.run.generator.uuid()
    }

    /// A value from outside that is made once and then stands in history.
    ///
    /// For what is quick and cannot fail; everything else is an activity.
    ///
    /// - Parameter make: Makes the value; not called again in a replay.
    /// - Returns: The value.
    /// - Throws: What `make` throws. ``TemporalError/Code/conversionFailed``.
    public func sideEffect<Value: Sendable>(_ make: () throws -> Value) throws -> Value {
        let payloads = try self.run.sideEffect { try self.values.encode(values: [make()]) }
        return try self.values.decode(payloads, as: Value.self)
    }
}

// MARK: - State

extension WorkflowContext {
    /// Whether the current task runs code of a workflow.
    public static var inWorkflow: Bool { WorkflowRun.current?.executor.isCurrent ?? false }

    /// Changes the state of the workflow, from code that is no method of it.
    ///
    /// - Parameter mutator: Changes it; must not wait.
    /// - Returns: What the closure returns.
    public func mutateState<Result>(_ mutator: (inout Workflow) -> Result) -> Result {
        self.run.noteAccess()
        guard var workflow = self.handlers.workflow else {
            preconditionFailure("there is no context before there is a workflow")
        }
        // State is shared between copies; what is not is kept for those who get a copy later.
        defer { self.handlers.workflow = workflow }
        return mutator(&workflow)
    }
}

// MARK: - Waiting

extension WorkflowContext {
    /// Waits.
    ///
    /// - Parameters:
    ///   - duration: How long, by the server's clock; less than a millisecond is one.
    ///   - summary: What the user interface shows.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Throws: `CancellationError`. ``ArgumentError`` if the duration is negative, which fails the workflow task.
    public func sleep(
        for duration: Duration,
        summary: String? = nil,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws {
        guard duration >= .zero else {
            throw ArgumentError(message: "a workflow cannot sleep for \(duration), which is negative")
        }
        try await CallPlace(function, file, line).during {
            try await self.run.sleep(for: duration, summary: self.summary(summary))
        }
    }

    /// Waits until a condition is true.
    ///
    /// It is evaluated when all other code of the workflow has come to rest. One waiter after the other goes on, so
    /// what
    /// comes behind this line can rely on the condition.
    ///
    /// - Parameters:
    ///   - condition: Must not change anything.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Throws: `CancellationError`.
    @concurrent
    public func condition(
        _ condition: () -> Bool,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws {
        let place = CallPlace(function, file, line)
        try await withoutActuallyEscaping(condition) { condition in
            try await self.run.condition(condition, at: place)
        }
    }

    /// Waits until the state of the workflow is as it should be; see ``condition(_:function:file:line:)-(()->Bool)``.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// try await context.condition { $0.isApproved }
    /// ```
    ///
    /// - Parameters:
    ///   - condition: Is given the workflow; must not change anything.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Throws: `CancellationError`.
    @concurrent
    public func condition(
        _ condition: (Workflow) -> Bool,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws {
        let handlers = self.handlers
        try await self.condition(
            { handlers.workflow.map(condition) ?? false },
            function: function,
            file: file,
            line: line
        )
    }

    /// Waits until a condition is true, but no longer than some time.
    ///
    /// - Parameters:
    ///   - timeout: How long.
    ///   - condition: Must not change anything.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Whether the condition became true.
    /// - Throws: `CancellationError`.
    public func condition(
        timeout: Duration,
        _ condition: @escaping @Sendable () -> Bool,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Bool {
        try await CallPlace(function, file, line).during {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await self.run.condition(condition)
                    return true
                }
                group.addTask {
                    try await self.run.sleep(for: timeout)
                    return false
                }
                defer { group.cancelAll() }
                return try await group.next() ?? false
            }
        }
    }

    /// Does something, but for no longer than some time.
    ///
    /// When the time is over, the task of the closure is cancelled and waited for, and what it then returns or throws
    /// is
    /// the result: a sleep or a condition throws `CancellationError`, an activity an ``ActivityError`` with a
    /// cancellation
    /// as its cause.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// try await context.timeout(for: .seconds(60)) { try await context.condition { $0.isApproved } }
    /// ```
    ///
    /// - Parameters:
    ///   - duration: How long, by the server's clock.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    ///   - body: What to do.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    @concurrent
    public func timeout<Return: Sendable, Failure: Error>(
        for duration: Duration,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line,
        body: @concurrent () async throws(Failure) -> Return
    ) async throws(Failure) -> Return {
        let place = CallPlace(function, file, line)
        let result = await withoutActuallyEscaping(body) { body in
            let body = LentBody(call: body)
            return await withTaskGroup(of: Result<Return, Failure>?.self) { group in
                group.addTask {
                    do throws(Failure) { return .success(try await body.call()) } catch { return .failure(error) }
                }
                group.addTask {
                    // However it ends: the other task is cancelled, or has ended.
                    _ = try? await place.during { try await self.run.sleep(for: duration) }
                    return nil
                }
                var result: Result<Return, Failure>?
                while let ended = await group.next() {
                    if let ended { result = ended }
                    group.cancelAll()
                }
                return result
            }
        }
        guard let result else { preconditionFailure("the group has ended, and with it the task of the closure") }
        return try result.get()
    }

    /// Does something that a cancellation does not reach, such as cleaning up after one.
    ///
    /// - Parameter operation: What to do.
    /// - Returns: What it returns.
    /// - Throws: What it throws.
    @concurrent
    public func withCancellationShield<Result: Sendable>(
        _ operation: @concurrent () async throws -> Result
    ) async throws -> Result {
        try await withoutActuallyEscaping(operation) { operation in
            let operation = LentBody(call: operation)
            return try await self.run.shielded { try await operation.call() }
        }
    }

    func summary(_ text: String?) throws -> ProtoPayload? {
        try text.map { try self.values.payload(for: $0).message }
    }
}

// MARK: - Versions

extension WorkflowContext {
    /// Whether to take the new way at a place where code was changed that workflows are running.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// if context.patch("charge-first") { … } else { … }
    /// ```
    ///
    /// - Parameter id: The name of the change.
    /// - Returns: False for a run that was past this place before the change, and the same for an id throughout the
    ///   run.
    public func patch(_ id: String) -> Bool {
        self.noted { try self.run.patched(id) } ?? false
    }

    /// Says that no run takes the old way any more, so that the next release can drop the patch.
    ///
    /// - Parameter id: The name of the change.
    public func deprecatePatch(_ id: String) {
        _ = self.noted { try self.run.patched(id, deprecated: true) }
    }

    /// Does what cannot throw: a call from where it must not be made fails the task, and in a run that is given up
    /// nothing comes of it.
    private func noted<Result>(_ body: () throws -> Result) -> Result? {
        do {
            return try body()
        } catch is WorkflowRunEvicted {
            return nil
        } catch {
            self.run.fail(WorkflowTaskFailure(cause: .workflowWorkerUnhandledFailure, message: "\(error)"))
            return nil
        }
    }

    /// Whether history has become so long that the workflow had better continue as new.
    public var continueAsNewSuggested: Bool { self.view.continueAsNewSuggested }

    /// Why the workflow had better continue as new.
    public var suggestContinueAsNewReasons: [SuggestContinueAsNewReason] { self.view.suggestContinueAsNewReasons }

    /// The number of events so far.
    public var currentHistoryLength: Int { self.view.currentHistoryLength }

    /// The size of history so far, in bytes.
    public var currentHistorySize: Int { self.view.currentHistorySize }

    /// What ends the run and has the workflow go on with a new one: to be thrown.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// throw try await context.makeContinueAsNewError(input: rest)
    /// ```
    ///
    /// - Parameters:
    ///   - options: What else is different in the new run.
    ///   - input: The input of the new run.
    /// - Returns: The error to throw.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func makeContinueAsNewError<each Input: Sendable>(
        options: ContinueAsNewOptions = ContinueAsNewOptions(),
        input: repeat each Input
    ) async throws -> ContinueAsNewError {
        var values: [any Sendable] = []
        for value in repeat each input { values += WorkflowValues.arguments(value) }
        return try self.continueAsNew(options, values)
    }

    /// What ends the run and has another workflow go on under the same id: to be thrown.
    ///
    /// - Parameters:
    ///   - workflowType: The other workflow.
    ///   - options: What else is different in the new run.
    ///   - input: The input of the new run.
    /// - Returns: The error to throw.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func makeContinueAsNewError<Other: WorkflowDefinition, each Input: Sendable>(
        workflowType: Other.Type,
        options: ContinueAsNewOptions = ContinueAsNewOptions(),
        input: repeat each Input
    ) async throws -> ContinueAsNewError {
        try await self.makeContinueAsNewError(workflowName: Other.name, options: options, input: repeat each input)
    }

    /// What ends the run and has another workflow, in any language, go on under the same id: to be thrown.
    ///
    /// - Parameters:
    ///   - workflowName: The name of the other workflow.
    ///   - options: What else is different in the new run.
    ///   - input: The input of the new run.
    /// - Returns: The error to throw.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func makeContinueAsNewError<each Input: Sendable>(
        workflowName: String,
        options: ContinueAsNewOptions = ContinueAsNewOptions(),
        input: repeat each Input
    ) async throws -> ContinueAsNewError {
        var options = options
        options.workflowType = workflowName
        var values: [any Sendable] = []
        for value in repeat each input { values += WorkflowValues.arguments(value) }
        return try self.continueAsNew(options, values)
    }

    private func continueAsNew(_ options: ContinueAsNewOptions, _ input: [any Sendable]) throws -> ContinueAsNewError {
        let call = ContinueAsNewInput(workflow: self.view, options: options, input: input)
        return try intercepted(
            call,
            by: self.view.interceptors,
            { try $0.continueAsNew($1, next: $2) },
            { try ContinueAsNewError($0, run: self.run, values: self.values) }
        )
    }
}

// MARK: - Handlers, memo, search attributes

extension WorkflowContext {
    /// Sets what handles a signal, a query or an update from now on, in place of what did.
    ///
    /// Signals that came before are handled now, in their order. Updates that came before were rejected.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// try context.setHandler(.signal("finish") { workflow in { workflow.isFinished = true } })
    /// ```
    ///
    /// - Parameter handler: The handler; a dynamic one is for all names without one of their own.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if its name is empty or reserved. An error in a query and
    ///   a
    ///   validator, and if the run is being given up.
    public func setHandler(_ handler: WorkflowHandler<Workflow>) throws {
        try self.run.checkMayChange()
        _ = try self.handlers.current.set(handler)
        for signal in self.handlers.takeHandled() { self.run.deliver(signal) }
    }

    /// Takes away what handles the signal, the query and the update of a name; nil is for dynamic handlers.
    ///
    /// - Parameter name: The name.
    /// - Throws: As ``setHandler(_:)``.
    public func removeHandlers(named name: String?) throws {
        try self.run.checkMayChange()
        self.handlers.current.remove(name)
    }

    /// Whether no handler of a signal or an update is running; to be waited for before the workflow ends.
    public var allHandlersFinished: Bool { self.view.allHandlersFinished }

    /// Whether somebody has asked for the cancellation of the workflow.
    public var isCancelRequested: Bool { self.run.isCancelRequested }

    /// The update that the current task handles.
    public var currentUpdateInfo: WorkflowUpdateInfo? { self.view.currentUpdateInfo }

    /// What the user interface shows of the state, in Markdown; nil for nothing.
    public var currentDetails: String? {
        get { self.view.currentDetails }
        nonmutating set {
            self.run.noteAccess()
            self.run.currentDetails = newValue ?? ""
        }
    }

    /// What values of this worker are converted with, before any codec.
    public var payloadConverter: DataConverter { self.values.references.context.converter }

    /// Decodes a value of the memo.
    ///
    /// - Parameters:
    ///   - key: Its name.
    ///   - type: Its type.
    /// - Returns: The value; nil if there is none of that name.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func getMemoValue<Value: Sendable>(for key: String, as type: Value.Type = Value.self) async throws -> Value?
    {
        try self.run.memo[key].map { try self.values.decode($0, as: type) }
    }

    /// Decodes what the last run before this one in the chain that completed returned.
    ///
    /// For a workflow with a cron schedule: what ran before. ``WorkflowRunInfo/lastFailure`` says whether a run failed since.
    ///
    /// - Parameter type: Its type.
    /// - Returns: The value; nil if there is none.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func getLastResult<Value: Sendable>(as type: Value.Type = Value.self) async throws -> Value? {
        guard self.info.lastResult != nil else { return nil }
        return try self.values.decode(self.run.start.lastCompletionResult, as: type)
    }

    /// Changes the memo.
    ///
    /// - Parameter memo: Values by name; nil removes one. The others stay.
    /// - Throws: ``ArgumentError`` if there are none. ``TemporalError/Code/conversionFailed``.
    public func upsertMemo(_ memo: [String: (any Sendable)?]) async throws {
        guard !memo.isEmpty else { throw ArgumentError(message: "there is nothing to change in the memo") }
        try self.run.upsertMemo(
            memo.mapValues { value in
                let payload = try value.map { try self.values.payload(for: $0) } ?? self.values.payload(for: ())
                return try payload.message
            }
        )
    }

    /// The search attributes of the run.
    public var searchAttributes: SearchAttributes { self.view.searchAttributes }

    /// Changes search attributes.
    ///
    /// A value that cannot be encoded fails the workflow task, and so does `TemporalChangeVersion`, which is the
    /// engine's
    /// own.
    ///
    /// - Parameter attributes: Values by name, and nil by key for those that are to go. The others stay.
    public func upsertSearchAttributes(_ attributes: SearchAttributes) {
        _ = self.noted { try self.run.upsertSearchAttributes(attributes.update) }
    }

    /// Changes search attributes; see ``upsertSearchAttributes(_:)``.
    ///
    /// - Parameter builder: Is given those of now. What it takes out is removed, what it leaves stays as it is.
    public func upsertSearchAttributes(builder: (inout SearchAttributes) -> Void) {
        let before = self.searchAttributes
        var after = before
        builder(&after)
        _ = self.noted { try self.run.upsertSearchAttributes(after.changes(since: before)) }
    }
}

/// Takes its numbers from the generator of a run.
private struct RunGenerator: RandomNumberGenerator, Sendable {
    let run: WorkflowRun

    mutating func next() -> UInt64 {
        self.run.noteAccess()
        return self.run.generator.next()
    }
}

/// A closure that a workflow has lent to a task of its own.
///
/// `@unchecked Sendable`: tasks of a run are run one at a time, and who has lent it waits until its task has ended.
private struct LentBody<Success, Failure: Error>: @unchecked Sendable {
    let call: @concurrent () async throws(Failure) -> Success
}
