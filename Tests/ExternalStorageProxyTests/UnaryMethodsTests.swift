//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Testing

@testable import ExternalStorageProxy

@Suite("Methods with one request")
struct UnaryMethodsTests {
    private func type(_ service: String, _ method: String) -> MethodDescriptor.RPCType? {
        UnaryMethods.typed(MethodDescriptor(fullyQualifiedService: service, method: method)).type
    }

    @Test("A method of Temporal's API is unary, one that is not known yet included")
    func temporal() {
        #expect(self.type("temporal.api.workflowservice.v1.WorkflowService", "SignalWorkflowExecution") == .unary)
        #expect(self.type("temporal.api.operatorservice.v1.OperatorService", "AddedLater") == .unary)
        #expect(self.type("grpc.health.v1.Health", "Check") == .unary)
    }

    @Test("Of other methods nothing is known, and a type that is known is kept")
    func others() {
        #expect(self.type("grpc.health.v1.Health", "Watch") == nil)
        #expect(self.type("temporal.apiary.v1.Bees", "Fly") == nil)
        let descriptor = MethodDescriptor(
            fullyQualifiedService: "temporal.api.x.v1.X",
            method: "Stream",
            type: .bidirectionalStreaming
        )
        #expect(UnaryMethods.typed(descriptor) == descriptor)
    }
}
