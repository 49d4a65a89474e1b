//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

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
/// Everything here is the same whenever the code is run again: the time is that of history, and random numbers come from a
/// seed in it. What waits throws `CancellationError` when its task is cancelled; cancelling a workflow cancels the task of
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
    /// - Parameter body: Uses the generator.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    public func withRandomNumbers<Result>(
        _ body: (inout any RandomNumberGenerator) throws -> Result
    ) rethrows -> Result {
        self.run.noteAccess()
        var generator: any RandomNumberGenerator = self.run.generator
        defer { if let used = generator as? SeededGenerator { self.run.generator = used } }
        return try body(&generator)
    }

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

// MARK: - Waiting

extension WorkflowContext {
    /// Waits.
    ///
    /// - Parameters:
    ///   - duration: How long, by the server's clock; at least a millisecond.
    ///   - summary: What the user interface shows.
    /// - Throws: `CancellationError`.
    public func sleep(for duration: Duration, summary: String? = nil) async throws {
        try await self.run.sleep(for: duration, summary: self.summary(summary))
    }

    /// Waits until a condition is true.
    ///
    /// It is evaluated when all other code of the workflow has come to rest. One waiter after the other goes on, so what
    /// comes behind this line can rely on the condition.
    ///
    /// - Parameter condition: Must not change anything.
    /// - Throws: `CancellationError`.
    public func condition(_ condition: @escaping () -> Bool) async throws {
        try await self.run.condition(condition)
    }

    /// Waits until a condition is true, but no longer than some time.
    ///
    /// - Parameters:
    ///   - timeout: How long.
    ///   - condition: Must not change anything.
    /// - Returns: Whether the condition became true.
    /// - Throws: `CancellationError`.
    public func condition(timeout: Duration, _ condition: @escaping @Sendable () -> Bool) async throws -> Bool {
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

    /// Does something that a cancellation does not reach, such as cleaning up after one.
    ///
    /// - Parameter operation: What to do.
    /// - Returns: What it returns.
    /// - Throws: What it throws.
    public func withCancellationShield<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await self.run.shielded(operation)
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
    /// if try context.patched("charge-first") { … } else { … }
    /// ```
    ///
    /// - Parameter id: The name of the change.
    /// - Returns: False for a run that was past this place before the change, and the same for an id throughout the run.
    /// - Throws: If the run is being given up.
    public func patched(_ id: String) throws -> Bool {
        try self.run.patched(id)
    }

    /// Says that no run takes the old way any more, so that the next release can drop the patch.
    ///
    /// - Parameter id: The name of the change.
    /// - Throws: If the run is being given up.
    public func deprecatePatch(_ id: String) throws {
        _ = try self.run.patched(id, deprecated: true)
    }

    /// Whether history has become so long that the workflow had better continue as new.
    public var isContinueAsNewSuggested: Bool { self.run.task.suggestsContinueAsNew }

    /// The number of events so far.
    public var historyLength: Int { Int(self.run.lastEventID) }

    /// The size of history so far, in bytes.
    public var historySizeInBytes: Int { Int(self.run.task.historySize) }

    /// What ends the run and has the workflow go on with a new one: to be thrown.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// throw try context.continueAsNew(input: rest)
    /// ```
    ///
    /// - Parameters:
    ///   - input: The input of the new run.
    ///   - options: What else is different in the new run.
    /// - Returns: The error to throw.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func continueAsNew<each Input: Sendable>(
        input: repeat each Input,
        options: ContinueAsNewOptions = ContinueAsNewOptions()
    ) throws -> ContinuedAsNew {
        var values: [any Sendable] = []
        for value in repeat each input { values.append(value) }
        let call = ContinueAsNewInput(workflow: self.view, options: options, input: values)
        return try intercepted(
            call,
            by: self.view.interceptors[...],
            { try $0.continueAsNew($1, next: $2) },
            { try ContinuedAsNew($0, run: self.run, values: self.values) }
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
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if its name is empty or reserved. An error in a query and a
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
    public var areAllHandlersFinished: Bool { self.run.runningHandlers == 0 }

    /// Whether somebody has asked for the cancellation of the workflow.
    public var isCancelRequested: Bool { self.run.isCancelRequested }

    /// The update that the current task handles.
    public var currentUpdate: WorkflowUpdateInfo? { WorkflowUpdateInfo.current }

    /// What the user interface shows of the state, in Markdown.
    public var currentDetails: String {
        get { self.run.currentDetails }
        nonmutating set {
            self.run.noteAccess()
            self.run.currentDetails = newValue
        }
    }

    /// Decodes a value of the memo.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - type: Its type.
    /// - Returns: The value; nil if there is none of that name.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func memo<Value: Sendable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        try self.run.memo[name].map { try self.values.decode($0, as: type) }
    }

    /// Changes the memo.
    ///
    /// - Parameter values: Values by name; nil removes one. The others stay.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func upsertMemo(_ values: [String: (any Sendable)?]) throws {
        try self.run.upsertMemo(
            values.mapValues { value in
                let payload = try value.map { try self.values.payload(for: $0) } ?? self.values.payload(for: ())
                return try payload.message
            }
        )
    }

    /// The search attributes of the run.
    public var searchAttributes: SearchAttributes {
        SearchAttributes(.with { $0.indexedFields = self.run.searchAttributes })
    }

    /// Changes search attributes.
    ///
    /// - Parameter attributes: Values by name. The others stay.
    /// - Throws: ``TemporalError/Code/conversionFailed``. An error for `TemporalChangeVersion`, which is the engine's own.
    public func upsertSearchAttributes(_ attributes: SearchAttributes) throws {
        try self.run.upsertSearchAttributes(attributes.message)
    }
}
