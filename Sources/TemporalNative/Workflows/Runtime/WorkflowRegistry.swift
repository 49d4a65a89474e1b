//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import WorkflowEngine

/// The workflows of a worker, by name.
struct WorkflowRegistry: Sendable {
    /// A workflow that a worker has.
    struct Entry: Sendable {
        let inputs: HeldInputs
        let versioningBehavior: VersioningBehavior
        let makeProgram: @Sendable (WorkflowValues, [any WorkerInterceptor], Logger) -> any WorkflowProgram
    }

    private let programs: [String: Entry]
    /// For every type that is not in ``programs``.
    private let dynamic: Entry?
    private let habits = ReferenceHabits()

    /// - Parameters:
    ///   - workflows: The workflows.
    ///   - failureTypes: Errors that fail each of them, beside its own ``WorkflowDefinition/failureTypes``.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if two workflows, or two handlers of one, have the same name
    ///   or are dynamic, or if a name is empty or reserved.
    init(_ workflows: [any WorkflowDefinition.Type], failureTypes: [any Error.Type] = []) throws {
        var programs: [String: Entry] = [:]
        var dynamic: Entry?
        for workflow in workflows where workflow.isDynamic {
            guard dynamic == nil else { throw Self.invalid("there are two dynamic workflows") }
            dynamic = try Self.program(of: workflow, failureTypes)
        }
        for workflow in workflows where !workflow.isDynamic {
            let name = workflow.name
            try Self.check(name, "a workflow")
            guard programs.updateValue(try Self.program(of: workflow, failureTypes), forKey: name) == nil else {
                throw Self.invalid("there are two workflows with the name \"\(name)\"")
            }
        }
        self.programs = programs
        self.dynamic = dynamic
    }

    var isEmpty: Bool { self.programs.isEmpty && self.dynamic == nil }
    var names: [String] { self.programs.keys.sorted() }
    subscript(name: String) -> Entry? { self.programs[name] ?? self.dynamic }

    /// The references of a run of a workflow.
    func references(_ name: String, of entry: Entry, in context: PayloadContext) -> RunReferences {
        RunReferences(context: context, workflow: name, inputs: entry.inputs, habits: self.habits)
    }

    private static func program<Workflow: WorkflowDefinition>(
        of type: Workflow.Type,
        _ failureTypes: [any Error.Type]
    ) throws -> Entry {
        let failureTypes = failureTypes + type.failureTypes
        let handlers = try WorkflowHandlers<Workflow>(Workflow.allHandlers)
        return Entry(inputs: handlers.heldInputs, versioningBehavior: type.versioningBehavior) {
            values,
            interceptors,
            logger in
            DefinedWorkflow(
                handlers: handlers,
                failureTypes: failureTypes,
                values: values,
                interceptors: interceptors,
                logger: logger
            )
        }
    }

    /// Queries that every workflow answers.
    static let builtInQueries = ["__stack_trace", "__enhanced_stack_trace", "__temporal_workflow_metadata"]

    static func check(_ name: String, _ what: String) throws {
        guard !name.isEmpty else { throw Self.invalid("\(what) has an empty name") }
        guard !name.hasPrefix("__temporal_"), !Self.builtInQueries.contains(name) else {
            throw Self.invalid("the name \"\(name)\" of \(what) is reserved")
        }
    }

    static func invalid(_ message: String) -> TemporalError {
        TemporalError(code: .invalidConfiguration, message: message)
    }
}
