//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A signal as a type of its own: what `@WorkflowSignal` makes, and what can be written by hand.
///
/// ```swift
/// struct Approve: WorkflowSignalDefinition {
///     func run(workflow: Order, context: WorkflowContext<Order>, input: String) async throws {
///         context.mutateState { $0.approver = input }
///     }
/// }
/// ```
///
/// The workflow lists it in ``WorkflowDefinition/signals``. Whoever signals the workflow can name the type in place of a
/// string, and has the compiler check the input.
public protocol WorkflowSignalDefinition<Workflow>: Sendable {
    /// What comes with the signal; `Void` if nothing does.
    associatedtype Input: Sendable
    /// The workflow that is signalled.
    associatedtype Workflow: WorkflowDefinition

    /// Under which name it is sent: the name of the type by default.
    static var name: String { get }
    /// What the user interface shows: nothing by default.
    static var description: String? { get }
    /// What is said if the workflow ends while the handler runs: there is a warning by default.
    static var unfinishedPolicy: HandlerUnfinishedPolicy { get }

    /// Handles the signal.
    ///
    /// - Parameters:
    ///   - workflow: The workflow; its state is shared with all other copies.
    ///   - context: What workflow code waits with.
    ///   - input: What came with the signal.
    /// - Throws: What ends the workflow, as if ``WorkflowDefinition/run(context:input:)`` had thrown it.
    func run(workflow: Workflow, context: WorkflowContext<Workflow>, input: Input) async throws
}

/// A query as a type of its own: what `@WorkflowQuery` makes, and what can be written by hand.
///
/// The workflow lists it in ``WorkflowDefinition/queries``.
public protocol WorkflowQueryDefinition<Workflow>: Sendable {
    /// What comes with the query; `Void` if nothing does.
    associatedtype Input: Sendable
    /// What is answered.
    associatedtype Output: Sendable
    /// The workflow that is asked.
    associatedtype Workflow: WorkflowDefinition

    /// Under which name it is asked: the name of the type by default.
    static var name: String { get }
    /// What the user interface shows: nothing by default.
    static var description: String? { get }

    /// Answers the query, at once and without changing anything.
    ///
    /// - Parameters:
    ///   - workflow: The workflow.
    ///   - view: What is known of its run.
    ///   - input: What came with the query.
    /// - Returns: The answer.
    /// - Throws: Anything; the query fails with it.
    func run(workflow: Workflow, view: WorkflowContextView, input: Input) throws -> Output
}

/// An update as a type of its own: what `@WorkflowUpdate` makes, and what can be written by hand.
///
/// The workflow lists it in ``WorkflowDefinition/updates``.
public protocol WorkflowUpdateDefinition<Workflow>: Sendable {
    /// What comes with the update; `Void` if nothing does.
    associatedtype Input: Sendable
    /// What is answered.
    associatedtype Output: Sendable
    /// The workflow that is updated.
    associatedtype Workflow: WorkflowDefinition

    /// Under which name it is sent: the name of the type by default.
    static var name: String { get }
    /// What the user interface shows: nothing by default.
    static var description: String? { get }
    /// What is said if the workflow ends while the handler runs: there is a warning by default.
    static var unfinishedPolicy: HandlerUnfinishedPolicy { get }

    /// Decides whether the update is accepted, before anything stands in history; accepts by default.
    ///
    /// - Parameters:
    ///   - workflow: The workflow, which is not to be changed.
    ///   - input: What came with the update.
    /// - Throws: Anything; the update is rejected with it.
    func validateInput(workflow: Workflow, _ input: Input) throws

    /// Handles the update.
    ///
    /// - Parameters:
    ///   - workflow: The workflow; its state is shared with all other copies.
    ///   - context: What workflow code waits with.
    ///   - input: What came with the update.
    /// - Returns: The answer.
    /// - Throws: An ``ApplicationFailure``, a ``TemporalFailure`` or a ``TemporalFailureError`` is the answer. Any other
    ///   error fails the workflow task.
    func run(workflow: Workflow, context: WorkflowContext<Workflow>, input: Input) async throws -> Output
}

extension WorkflowSignalDefinition {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }
    /// None.
    public static var description: String? { nil }
    /// ``HandlerUnfinishedPolicy/warnAndAbandon``.
    public static var unfinishedPolicy: HandlerUnfinishedPolicy { .warnAndAbandon }
}

extension WorkflowQueryDefinition {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }
    /// None.
    public static var description: String? { nil }
}

extension WorkflowUpdateDefinition {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }
    /// None.
    public static var description: String? { nil }
    /// ``HandlerUnfinishedPolicy/warnAndAbandon``.
    public static var unfinishedPolicy: HandlerUnfinishedPolicy { .warnAndAbandon }
    /// Accepts.
    public func validateInput(workflow: Workflow, _ input: Input) throws {}
}

/// What is said of the handler of a signal or an update that still runs when the workflow ends.
///
/// It is abandoned either way; ``WorkflowContext/allHandlersFinished`` is what to wait for.
public struct HandlerUnfinishedPolicy: Hashable, Sendable {
    private enum Base: Hashable, Sendable { case warnAndAbandon, abandon }

    private let base: Base

    /// The worker logs a warning.
    public static let warnAndAbandon = Self(base: .warnAndAbandon)
    /// Nothing is said.
    public static let abandon = Self(base: .abandon)
}
