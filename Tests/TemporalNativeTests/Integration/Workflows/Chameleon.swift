//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

/// Is every workflow that there is no other one for, and has handlers for whatever comes; some are set while it runs.
struct Chameleon: WorkflowDefinition {
    @WorkflowState var heard: [String] = []
    @WorkflowState var isFinished = false

    static var isDynamic: Bool { true }

    init(input: WorkflowArguments) {}

    func run(context: WorkflowContext<Self>, input: WorkflowArguments) async throws -> [String] {
        let name: String? = try input.values(as: String?.self)
        self.heard.append("\(context.info.workflowType) for \(name ?? "nobody")")
        try await context.condition { self.heard.contains("any open 1") }
        try context.setHandler(.signal("close", Self.close))
        try context.setHandler(.query("count") { workflow in { workflow.heard.count } })
        try context.setHandler(.update("rename", Self.rename))
        try await context.condition { self.isFinished && context.allHandlersFinished }
        try context.removeHandlers(named: nil)
        return self.heard
    }

    func close(_ why: String) {
        self.heard.append("closed: \(why)")
        self.isFinished = true
    }

    func rename(_ name: String) -> String {
        self.heard.append("now \(name)")
        return name
    }

    func hear(context: WorkflowContext<Self>, name: String, input: WorkflowArguments) async throws {
        self.heard.append("any \(name) \(input.payloads.count)")
    }

    func answer(name: String, input: WorkflowArguments) throws -> String { "\(name)? \(self.heard.count)" }

    func change(context: WorkflowContext<Self>, name: String, input: WorkflowArguments) async throws -> Int {
        try await context.sleep(for: .milliseconds(10))
        self.heard.append("changed \(name) \(try input.values(as: Int.self))")
        return self.heard.count
    }

    func check(name: String, input: WorkflowArguments) throws {
        guard try input.values(as: Int.self) > 0 else { throw ApplicationFailure("not for \(name)", type: "Small") }
    }

    static var handlers: [WorkflowHandler<Self>] {
        [
            .dynamicSignal(Self.hear),
            .dynamicQuery(Self.answer),
            .dynamicUpdate(Self.change, validator: Self.check),
        ]
    }
}
