//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalWorkflows

struct Ledger: Sendable {
    func take(_ order: String) async throws -> String { "receipt for \(order)" }
}

// snippet.begin
@ActivityContainer
struct Billing {
    let ledger: Ledger

    @Activity func charge(input: String) async throws -> String { try await ledger.take(input) }
}
// snippet.end

// snippet.begin
@Workflow
struct Fulfillment {
    var isApproved = false

    mutating func run(context: WorkflowContext<Self>, input: String) async throws -> String {
        let receipt = try await context.executeActivity(
            Billing.Activities.Charge.self,
            options: .init(startToCloseTimeout: .seconds(30)),
            input: input
        )
        try await context.condition { $0.isApproved }
        return receipt
    }

    @WorkflowSignal mutating func approve(input: Bool) { isApproved = input }
    @WorkflowQuery func status(input: Void) -> Bool { isApproved }
}
// snippet.end
