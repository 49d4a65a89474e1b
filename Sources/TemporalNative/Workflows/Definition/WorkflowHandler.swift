//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import WorkflowEngine

/// What a workflow does with a signal, a query or an update.
///
/// Handlers are methods of the workflow, with one input or none:
///
/// <!-- not compiled: a part of a workflow -->
/// ```swift
/// static var handlers: [WorkflowHandler<Self>] {
///     [
///         .signal("approve", Self.approve),
///         .query("status", Self.status),
///         .update("setNote", Self.setNote, validator: Self.checkNote),
///     ]
/// }
/// ```
public struct WorkflowHandler<Workflow: WorkflowDefinition>: Sendable {
    typealias Context = WorkflowContext<Workflow>

    enum Kind: Sendable {
        case signal(@Sendable (Workflow, Context, WorkflowMessage) async throws -> Void)
        case query(@Sendable (Workflow, WorkflowContextView, WorkflowValues, WorkflowMessage) throws -> ProtoPayloads)
        case update(
            validate: @Sendable (Workflow, WorkflowValues, WorkflowMessage) throws -> Void,
            run: @Sendable (Workflow, Context, WorkflowMessage) async throws -> ProtoPayloads
        )
    }

    /// Under which name it is called; nil for a dynamic handler, which is for all names without one of their own.
    public let name: String?
    /// What the user interface shows.
    public let description: String
    /// What is said if the workflow ends while it runs; nothing for a query, which does not wait.
    public var unfinishedPolicy = HandlerUnfinishedPolicy.warnAndAbandon
    let kind: Kind
    /// Whether it takes its input without having it loaded.
    let holdsInput: Bool

    private init(_ name: String?, _ description: String, _ kind: Kind, input: Any.Type = Void.self) {
        self.name = name
        self.description = description
        self.kind = kind
        self.holdsInput = input is any HeldValue.Type
    }
}

/// A signal, a query or an update that has come.
struct WorkflowMessage: Sendable {
    var name: String
    var payloads: ProtoPayloads

    init(_ name: String, _ payloads: [Payload]) throws {
        self.name = name
        self.payloads = try ProtoPayloads(payloads)
    }
}

// MARK: - Types

extension WorkflowHandler {
    /// A signal that is a type of its own.
    ///
    /// - Parameter signal: The signal.
    public init<Signal: WorkflowSignalDefinition<Workflow>>(_ signal: Signal) {
        self.init(
            Signal.name,
            Signal.description ?? "",
            .signal { workflow, context, input in
                let input = try context.values.decode(input.payloads, as: Signal.Input.self)
                try await signal.run(workflow: workflow, context: context, input: input)
            },
            input: Signal.Input.self
        )
        self.unfinishedPolicy = Signal.unfinishedPolicy
    }

    /// A query that is a type of its own.
    ///
    /// - Parameter query: The query.
    public init<Query: WorkflowQueryDefinition<Workflow>>(_ query: Query) {
        self.init(
            Query.name,
            Query.description ?? "",
            .query { workflow, view, values, input in
                let input = try values.decode(input.payloads, as: Query.Input.self)
                return try values.encode(result: query.run(workflow: workflow, view: view, input: input))
            }
        )
    }

    /// An update that is a type of its own.
    ///
    /// - Parameter update: The update.
    public init<Update: WorkflowUpdateDefinition<Workflow>>(_ update: Update) {
        self.init(
            Update.name,
            Update.description ?? "",
            .update(
                validate: { workflow, values, input in
                    try update.validateInput(
                        workflow: workflow,
                        values.decode(input.payloads, as: Update.Input.self)
                    )
                },
                run: { workflow, context, input in
                    let input = try context.values.decode(input.payloads, as: Update.Input.self)
                    let output = try await update.run(workflow: workflow, context: context, input: input)
                    return try context.values.encode(result: output)
                }
            ),
            input: Update.Input.self
        )
        self.unfinishedPolicy = Update.unfinishedPolicy
    }
}

// MARK: - Signals

extension WorkflowHandler {
    /// A signal.
    ///
    /// Signals are handled in the order of history, each in a task of its own. What a handler throws ends the workflow as
    /// if ``WorkflowDefinition/run(context:input:)`` had thrown it.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method.
    /// - Returns: The handler.
    public static func signal<Input: Sendable>(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> (Input) async throws -> Void
    ) -> Self {
        Self(
            name,
            description,
            .signal { workflow, context, input in
                try await body(workflow)(context.values.decode(input.payloads, as: Input.self))
            },
            input: Input.self
        )
    }

    /// A signal whose handler waits; see ``signal(_:description:_:)``.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method, which is given the context first.
    /// - Returns: The handler.
    public static func signal<Input: Sendable>(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> (WorkflowContext<Workflow>, Input) async throws -> Void
    ) -> Self {
        Self(
            name,
            description,
            .signal { workflow, context, input in
                try await body(workflow)(context, context.values.decode(input.payloads, as: Input.self))
            },
            input: Input.self
        )
    }

    /// A signal without a value.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method.
    /// - Returns: The handler.
    public static func signal(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> () async throws -> Void
    ) -> Self {
        Self(name, description, .signal { workflow, _, _ in try await body(workflow)() })
    }
}

// MARK: - Queries

extension WorkflowHandler {
    /// A query.
    ///
    /// It answers at once and changes nothing: one that makes a command fails.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method.
    /// - Returns: The handler.
    public static func query<Input: Sendable, Output: Sendable>(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> (Input) throws -> Output
    ) -> Self {
        Self(
            name,
            description,
            .query { workflow, _, values, input in
                try values.encode(result: body(workflow)(values.decode(input.payloads, as: Input.self)))
            }
        )
    }

    /// A query without a value; see ``query(_:description:_:)``.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method.
    /// - Returns: The handler.
    public static func query<Output: Sendable>(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> () throws -> Output
    ) -> Self {
        Self(name, description, .query { workflow, _, values, _ in try values.encode(result: body(workflow)()) })
    }
}

// MARK: - Updates

extension WorkflowHandler {
    /// An update: a message that is answered.
    ///
    /// The validator decides whether it is accepted, before anything stands in history; it must not wait and change
    /// nothing. The handler's ``ApplicationFailure`` is the answer; any other error fails the workflow task.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method, which is given the context first.
    ///   - validator: What rejects an update by throwing.
    /// - Returns: The handler.
    public static func update<Input: Sendable, Output: Sendable>(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> (WorkflowContext<Workflow>, Input) async throws -> Output,
        validator: (@Sendable (Workflow) -> (Input) throws -> Void)? = nil
    ) -> Self {
        Self(
            name,
            description,
            .update(
                validate: { workflow, values, input in
                    // An input that is no such value is rejected too.
                    try validator?(workflow)(values.decode(input.payloads, as: Input.self))
                    if validator == nil { _ = try values.decode(input.payloads, as: Input.self) }
                },
                run: { workflow, context, input in
                    let output = try await body(workflow)(
                        context,
                        context.values.decode(input.payloads, as: Input.self)
                    )
                    return try context.values.encode(result: output)
                }
            ),
            input: Input.self
        )
    }

    /// An update whose handler needs no context; see ``update(_:description:_:validator:)``.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What the user interface shows.
    ///   - body: The method.
    ///   - validator: What rejects an update by throwing.
    /// - Returns: The handler.
    public static func update<Input: Sendable, Output: Sendable>(
        _ name: String,
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> (Input) throws -> Output,
        validator: (@Sendable (Workflow) -> (Input) throws -> Void)? = nil
    ) -> Self {
        Self(
            name,
            description,
            .update(
                validate: { workflow, values, input in
                    let value = try values.decode(input.payloads, as: Input.self)
                    try validator?(workflow)(value)
                },
                run: { workflow, context, input in
                    try context.values.encode(
                        result: body(workflow)(context.values.decode(input.payloads, as: Input.self))
                    )
                }
            ),
            input: Input.self
        )
    }
}

// MARK: - Dynamic handlers

extension WorkflowHandler {
    /// What handles every signal that has no handler of its own; see ``signal(_:description:_:)``.
    ///
    /// - Parameters:
    ///   - description: What the user interface shows.
    ///   - body: The method, which is given the context, the name of the signal, and its values.
    /// - Returns: The handler.
    public static func dynamicSignal(
        description: String = "",
        _ body:
            @escaping @Sendable (Workflow) -> (WorkflowContext<Workflow>, String, WorkflowArguments) async throws ->
            Void
    ) -> Self {
        Self(
            nil,
            description,
            .signal { workflow, context, input in
                try await body(workflow)(context, input.name, context.values.decode(input.payloads))
            }
        )
    }

    /// What answers every query that has no handler of its own; see ``query(_:description:_:)``.
    ///
    /// - Parameters:
    ///   - description: What the user interface shows.
    ///   - body: The method, which is given the name of the query, and its values.
    /// - Returns: The handler.
    public static func dynamicQuery<Output: Sendable>(
        description: String = "",
        _ body: @escaping @Sendable (Workflow) -> (String, WorkflowArguments) throws -> Output
    ) -> Self {
        Self(
            nil,
            description,
            .query { workflow, _, values, input in
                try values.encode(result: body(workflow)(input.name, values.decode(input.payloads)))
            }
        )
    }

    /// What handles every update that has no handler of its own; see ``update(_:description:_:validator:)``.
    ///
    /// - Parameters:
    ///   - description: What the user interface shows.
    ///   - body: The method, which is given the context, the name of the update, and its values.
    ///   - validator: What rejects an update by throwing.
    /// - Returns: The handler.
    public static func dynamicUpdate<Output: Sendable>(
        description: String = "",
        _ body:
            @escaping @Sendable (Workflow) -> (WorkflowContext<Workflow>, String, WorkflowArguments) async throws ->
            Output,
        validator: (@Sendable (Workflow) -> (String, WorkflowArguments) throws -> Void)? = nil
    ) -> Self {
        Self(
            nil,
            description,
            .update(
                validate: { workflow, values, input in
                    try validator?(workflow)(input.name, values.decode(input.payloads))
                },
                run: { workflow, context, input in
                    let output = try await body(workflow)(context, input.name, context.values.decode(input.payloads))
                    return try context.values.encode(result: output)
                }
            )
        )
    }
}
