//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

@_exported public import TemporalNative

/// Makes a workflow of a struct.
///
/// ```swift
/// @Workflow
/// struct Fulfillment {
///     var isApproved = false
///
///     mutating func run(context: WorkflowContext<Self>, input: String) async throws -> String {
///         let receipt = try await context.executeActivity(
///             Billing.Activities.Charge.self,
///             options: .init(startToCloseTimeout: .seconds(30)),
///             input: input
///         )
///         try await context.condition { $0.isApproved }
///         return receipt
///     }
///
///     @WorkflowSignal mutating func approve(input: Bool) { isApproved = input }
///     @WorkflowQuery func status(input: Void) -> Bool { isApproved }
/// }
/// ```
///
/// The struct becomes a `WorkflowDefinition`, with an `init(input:)` if it has none. Its stored variables become
/// `WorkflowState`, which all copies of the struct share. Methods with ``WorkflowSignal(name:description:unfinishedPolicy:)``,
/// ``WorkflowQuery(name:description:)`` and ``WorkflowUpdate(name:description:unfinishedPolicy:validator:)`` become its
/// handlers.
///
/// - Parameter name: Under which name it is started; the name of the struct by default.
@attached(extension, conformances: WorkflowDefinition, names: arbitrary)
@attached(member, names: named(signals), named(queries), named(updates), named(init))
@attached(memberAttribute)
public macro Workflow(name: String? = nil) = #externalMacro(module: "TemporalWorkflowsMacros", type: "WorkflowMacro")

/// Has a method handle a signal: `(input:)` or `(context:input:)`, and no result.
///
/// For a method `approve` there are a type `Approve`, a `WorkflowSignalDefinition`, and a static property `approve`. The
/// signal has the name of the *type*: clients in other languages send `Approve`.
///
/// - Parameters:
///   - name: Under which name it is sent; the name of the type by default.
///   - description: What the user interface shows.
///   - unfinishedPolicy: What is said if the workflow ends while the handler runs.
@attached(peer, names: arbitrary)
public macro WorkflowSignal(
    name: String? = nil,
    description: String? = nil,
    unfinishedPolicy: HandlerUnfinishedPolicy = .warnAndAbandon
) = #externalMacro(module: "TemporalWorkflowsMacros", type: "WorkflowSignalMacro")

/// Has a method, `(input:)` or `(context:input:)` with a `WorkflowContextView`, or a property answer a query.
///
/// For a member `status` there are a type `Status`, a `WorkflowQueryDefinition`, and a static property `status`. The query
/// has the name of the *type*: clients in other languages ask for `Status`.
///
/// - Parameters:
///   - name: Under which name it is asked; the name of the type by default.
///   - description: What the user interface shows.
@attached(peer, names: arbitrary)
public macro WorkflowQuery(
    name: String? = nil,
    description: String? = nil
) = #externalMacro(module: "TemporalWorkflowsMacros", type: "WorkflowQueryMacro")

/// Has a method handle an update: `(input:)` or `(context:input:)`.
///
/// For a method `rename` there are a type `Rename`, a `WorkflowUpdateDefinition`, and a static property `rename`. The update
/// has the name of the *type*: clients in other languages send `Rename`.
///
/// - Parameters:
///   - name: Under which name it is sent; the name of the type by default.
///   - description: What the user interface shows.
///   - unfinishedPolicy: What is said if the workflow ends while the handler runs.
///   - validator: The name of a method of the struct that takes the same input, and rejects it by throwing.
@attached(peer, names: arbitrary)
public macro WorkflowUpdate(
    name: String? = nil,
    description: String? = nil,
    unfinishedPolicy: HandlerUnfinishedPolicy = .warnAndAbandon,
    validator: String? = nil
) = #externalMacro(module: "TemporalWorkflowsMacros", type: "WorkflowUpdateMacro")

/// Makes a container of activities of a struct or a class.
///
/// ```swift
/// @ActivityContainer
/// struct Billing {
///     let ledger: Ledger
///
///     @Activity func charge(input: String) async throws -> String { try await ledger.take(input) }
/// }
/// ```
///
/// For each function with ``Activity(name:dynamic:)`` there is a type, here `Billing.Activities.Charge`. A worker takes the
/// container, and a workflow calls activities by their types.
@attached(extension, conformances: ActivityContainer, names: arbitrary)
public macro ActivityContainer() =
    #externalMacro(module: "TemporalWorkflowsMacros", type: "ActivityContainerMacro")

/// Makes an activity of a function of an ``ActivityContainer()``, with one input or none, whatever its label.
///
/// - Parameters:
///   - name: Under which name it is called; that of the function with an upper-case letter in front by default.
///   - dynamic: Whether it is for every name that the worker has no other activity for; its input is `[TemporalRawValue]`.
@attached(peer)
public macro Activity(name: String? = nil, dynamic: Bool = false) =
    #externalMacro(module: "TemporalWorkflowsMacros", type: "ActivityMacro")
