//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import Groundwork
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@testable import ExternalStorageGRPC

@Suite("Memory of calls", .timeLimit(.minutes(1)))
struct MemoryTests {
    private typealias Query = Temporal_Api_Workflowservice_V1_QueryWorkflowResponse

    @Test("ES-R7 What a response refers to waits for memory before it is fetched, and counts until it is handed on")
    func resolving() async throws {
        let store = try Fixture()
        let payload = APIPayload.large(String(repeating: "x", count: 100_000))
        let reference = try await store.reference(to: payload)
        let fixture = try Fixture(over: store) { _ in Query.with { $0.queryResult = .of(reference) } }
        let budget = ByteBudget(capacity: 150_000)
        let others = try await budget.take(100_000)
        let memory = CallMemory(response: budget.emptyShare()) { _ in }
        async let response: Query = CallMemory.$current.withValue(memory) {
            try await fixture.call("QueryWorkflow", Temporal_Api_Workflowservice_V1_QueryWorkflowRequest())
        }
        while budget.usage.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(budget.usage.taken == 100_000)
        others.giveBack()
        #expect(try await response.queryResult.payloads == [payload])
        #expect(memory.response.bytes > 100_000)
        #expect(budget.usage.taken == memory.response.bytes && budget.usage.waiting == 0)
    }
}
