//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI
import WorkflowEngine

/// The handlers of a workflow, by kind and name; those without a name are the dynamic ones.
struct WorkflowHandlers<Workflow: WorkflowDefinition>: Sendable {
    typealias Handlers = [String?: WorkflowHandler<Workflow>]

    private(set) var signals: Handlers = [:]
    private(set) var queries: Handlers = [:]
    private(set) var updates: Handlers = [:]

    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if two have the same name, or a reserved one.
    init(_ handlers: [WorkflowHandler<Workflow>]) throws {
        for handler in handlers {
            guard try self.set(handler) != nil else { continue }
            let which = handler.name.map { "with the name \"\($0)\"" } ?? "that are dynamic"
            throw WorkflowRegistry.invalid("\(Workflow.name) has two handlers \(which)")
        }
    }

    /// Puts a handler in the place of what has its kind and name.
    ///
    /// - Returns: What it replaces.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if its name is empty or reserved.
    mutating func set(_ handler: WorkflowHandler<Workflow>) throws -> WorkflowHandler<Workflow>? {
        if let name = handler.name { try WorkflowRegistry.check(name, "a handler of \(Workflow.name)") }
        return switch handler.kind {
        case .signal: self.signals.updateValue(handler, forKey: handler.name)
        case .query: self.queries.updateValue(handler, forKey: handler.name)
        case .update: self.updates.updateValue(handler, forKey: handler.name)
        }
    }

    /// Takes away what has a name, of every kind.
    mutating func remove(_ name: String?) {
        self.signals[name] = nil
        self.queries[name] = nil
        self.updates[name] = nil
    }

    /// What they, and the workflow itself, take without having it loaded.
    var heldInputs: HeldInputs {
        func names(_ handlers: Handlers) -> Set<String> {
            Set(handlers.values.filter(\.holdsInput).compactMap(\.name))
        }
        return HeldInputs(
            start: Workflow.Input.self is any HeldValue.Type,
            signals: names(self.signals),
            updates: names(self.updates)
        )
    }

    /// What handles a name: its own handler, or the dynamic one, which is not asked for what is the engine's own.
    static func handler(of name: String, in handlers: Handlers) -> WorkflowHandler<Workflow>? {
        if let handler = handlers[name] { return handler }
        return name.hasPrefix("__temporal_") ? nil : handlers[String?.none]
    }

    static func names(_ handlers: Handlers) -> [String] { handlers.keys.compactMap { $0 }.sorted() }
}

/// The handlers of a run, and the signals that wait for one.
///
/// `@unchecked Sendable`: one per run, touched by the thread that runs the workflow only.
final class RunHandlers<Workflow: WorkflowDefinition>: @unchecked Sendable {
    var current: WorkflowHandlers<Workflow>
    /// What ``WorkflowContext/condition(_:function:file:line:)-(_)`` sees, and what handlers are given a copy of; nil before the run begins.
    var workflow: Workflow?
    private var waiting: [API.Signal] = []

    init(_ handlers: WorkflowHandlers<Workflow>) {
        self.current = handlers
    }

    /// Keeps a signal until there is a handler for it.
    func keep(_ signal: API.Signal) {
        self.waiting.append(signal)
    }

    /// Takes the signals out for which there is a handler now, in the order in which they came.
    func takeHandled() -> [API.Signal] {
        let isHandled = { [signals = self.current.signals] (signal: API.Signal) in
            WorkflowHandlers.handler(of: signal.signalName, in: signals) != nil
        }
        defer { self.waiting.removeAll(where: isHandled) }
        return self.waiting.filter(isHandled)
    }
}
