//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

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
        case signal(@Sendable (Workflow, Context, ProtoPayloads) async throws -> Void)
        case query(@Sendable (Workflow, WorkflowValues, ProtoPayloads) throws -> ProtoPayloads)
        case update(
            validate: @Sendable (Workflow, WorkflowValues, ProtoPayloads) throws -> Void,
            run: @Sendable (Workflow, Context, ProtoPayloads) async throws -> ProtoPayloads
        )
    }

    /// Under which name it is called.
    public let name: String
    /// What the user interface shows.
    public let description: String
    let kind: Kind

    private init(_ name: String, _ description: String, _ kind: Kind) {
        self.name = name
        self.description = description
        self.kind = kind
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
                try await body(workflow)(context.values.decode(input, as: Input.self))
            }
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
                try await body(workflow)(context, context.values.decode(input, as: Input.self))
            }
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
            .query { workflow, values, input in
                try values.encode(result: body(workflow)(values.decode(input, as: Input.self)))
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
        Self(name, description, .query { workflow, values, _ in try values.encode(result: body(workflow)()) })
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
                    try validator?(workflow)(values.decode(input, as: Input.self))
                    if validator == nil { _ = try values.decode(input, as: Input.self) }
                },
                run: { workflow, context, input in
                    let output = try await body(workflow)(context, context.values.decode(input, as: Input.self))
                    return try context.values.encode(result: output)
                }
            )
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
                    let value = try values.decode(input, as: Input.self)
                    try validator?(workflow)(value)
                },
                run: { workflow, context, input in
                    try context.values.encode(result: body(workflow)(context.values.decode(input, as: Input.self)))
                }
            )
        )
    }
}
