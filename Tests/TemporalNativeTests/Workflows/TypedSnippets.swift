//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

private struct Order: WorkflowDefinition {
    @WorkflowState var approver = ""

    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws {
        try await context.condition { !$0.approver.isEmpty }
    }

    // snippet.begin
    struct Approve: WorkflowSignalDefinition {
        func run(workflow: Order, context: WorkflowContext<Order>, input: String) async throws {
            context.mutateState { $0.approver = input }
        }
    }
    // snippet.end

    static var signals: [any WorkflowSignalDefinition<Self>] { [Approve()] }
}

// snippet.begin
struct Greet: ActivityDefinition {
    func run(input: String) async throws -> String { "Hello, \(input)!" }
}
// snippet.end

private func answer(charge: () async throws -> String) async throws -> String {
    // snippet.begin
    do {
        return try await charge()
    } catch let error as ActivityError {
        guard let reason = error.cause as? ApplicationError, reason.type == "Declined" else { throw error }
        return "declined: \(reason.message)"
    }
    // snippet.end
}
