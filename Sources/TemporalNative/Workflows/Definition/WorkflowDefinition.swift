//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A workflow: code that survives everything, because it is run again from its history.
///
/// ```swift
/// struct Fulfillment: WorkflowDefinition {
///     @WorkflowState var isApproved = false
///
///     init(input: String) {}
///
///     func run(context: WorkflowContext<Self>, input: String) async throws -> String {
///         let receipt = try await context.executeActivity(
///             "charge",
///             options: ActivityOptions(startToCloseTimeout: .seconds(30)),
///             input: input,
///             returning: String.self
///         )
///         try await context.condition { self.isApproved }
///         return receipt
///     }
///
///     func approve(_ answer: Bool) { self.isApproved = answer }
///     func status() -> Bool { self.isApproved }
///
///     static var handlers: [WorkflowHandler<Self>] {
///         [.signal("approve", Self.approve), .query("status", Self.status)]
///     }
/// }
/// ```
///
/// The code has to do the same whenever it is run with the same history; see <doc:Determinism>. State that handlers and
/// ``run(context:input:)`` share is in ``WorkflowState`` properties.
public protocol WorkflowDefinition: Sendable {
    /// What the workflow is started with; ``WorkflowArguments`` for several values.
    associatedtype Input: Sendable
    /// What it results in.
    associatedtype Output: Sendable

    /// Under which name it is started: the name of the type by default.
    static var name: String { get }

    /// Whether it is for every type that the worker has no other workflow for: not so by default.
    ///
    /// Its input is best ``WorkflowArguments``, and ``WorkflowRunInfo/workflowType`` says which type was started.
    static var isDynamic: Bool { get }

    /// Which versions of a deployment go on with a run: what the worker's
    /// ``WorkerDeployment/defaultVersioningBehavior`` says, by default.
    static var versioningBehavior: VersioningBehavior { get }

    /// Errors that fail the workflow, as an ``ApplicationFailure`` does, in place of its task: none by default.
    ///
    /// An error counts that is of one of these types; `(any Error).self` is every type. In an update they fail the update.
    /// Those of ``TemporalWorker/Configuration/workflowFailureTypes`` count for all workflows of a worker. Code that does not
    /// fit its history fails the task, whatever the types.
    static var failureTypes: [any Error.Type] { get }

    /// What handles signals, queries and updates: nothing by default.
    ///
    /// ``WorkflowContext/setHandler(_:)`` sets others while the workflow runs.
    static var handlers: [WorkflowHandler<Self>] { get }

    /// Handlers of signals that are types of their own, beside ``handlers``: none by default.
    static var signals: [any WorkflowSignalDefinition<Self>] { get }

    /// Handlers of queries that are types of their own, beside ``handlers``: none by default.
    static var queries: [any WorkflowQueryDefinition<Self>] { get }

    /// Handlers of updates that are types of their own, beside ``handlers``: none by default.
    static var updates: [any WorkflowUpdateDefinition<Self>] { get }

    /// Creates the workflow's state, before a handler or ``run(context:input:)`` is called.
    ///
    /// - Parameter input: What it is started with.
    init(input: Input)

    /// Runs the workflow.
    ///
    /// - Parameters:
    ///   - context: What workflow code waits with.
    ///   - input: What the workflow is started with.
    /// - Returns: The result.
    /// - Throws: What decides on the workflow. It fails with an ``ApplicationFailure``, a ``TemporalFailure`` and a
    ///   ``TemporalFailureError``. It is
    ///   cancelled if its cancellation was requested and the error is a cancellation, or was caused by one. It fails with
    ///   an error of ``failureTypes``. With any other error the task fails and is tried again, so that a correction of the code lets the workflow go on.
    mutating func run(context: WorkflowContext<Self>, input: Input) async throws -> Output
}

extension WorkflowDefinition {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }

    /// False.
    public static var isDynamic: Bool { false }

    /// Unspecified: the worker's default.
    public static var versioningBehavior: VersioningBehavior { .unspecified }

    /// None.
    public static var failureTypes: [any Error.Type] { [] }

    /// None.
    public static var handlers: [WorkflowHandler<Self>] { [] }

    /// None.
    public static var signals: [any WorkflowSignalDefinition<Self>] { [] }

    /// None.
    public static var queries: [any WorkflowQueryDefinition<Self>] { [] }

    /// None.
    public static var updates: [any WorkflowUpdateDefinition<Self>] { [] }

    /// All handlers, however they are defined.
    static var allHandlers: [WorkflowHandler<Self>] {
        self.handlers + self.signals.map { .init($0) } + self.queries.map { .init($0) } + self.updates.map { .init($0) }
    }
}
