//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalWorkflows

@Suite("Workflows and activities that were written for apple/swift-temporal-sdk")
struct PizzaTests {
    @Test("Members become types, with their names and those on the wire")
    func names() {
        #expect(PizzaWorkflow.name == "PizzaWorkflow")
        #expect(DeliveryWorkflow.name == "deliver")
        #expect(PizzaWorkflow.signals.map { type(of: $0).name } == ["Resume", "Note"])
        #expect(PizzaWorkflow.queries.map { type(of: $0).name } == ["GetState", "how-long", "Pizzas"])
        #expect(PizzaWorkflow.updates.map { type(of: $0).name } == ["ChangeAddress", "Hurry"])
        #expect(PizzaWorkflow.Resume.description == "goes on")
        #expect(PizzaWorkflow.Note.description == nil)
        #expect(PizzaWorkflow.Hurry.unfinishedPolicy == .abandon)
        #expect(PizzaWorkflow.ChangeAddress.unfinishedPolicy == .warnAndAbandon)
        #expect(type(of: PizzaWorkflow.changeAddress) == PizzaWorkflow.ChangeAddress.self)
        #expect(PizzaWorkflow.Length.Input.self == Int.self)
        #expect(PizzaWorkflow.GetState.Output.self == PizzaWorkflow.State.self)
        #expect(PizzaWorkflow.Pizzas.Input.self == Void.self)
        #expect(DoorWorkflow.Open.name == "Open")
    }

    @Test("Activities become types of their container, each with its name, and one for all others")
    func activities() async throws {
        let container = PizzaActivities()
        let activities = (container as any ActivityContainer).activities
        #expect(activities.map(\.name) == ["Charge", "Bake", "tidy-up", "Price", "Anything"])
        #expect(activities.map(\.isDynamic) == [false, false, false, false, true])
        #expect(try await container.activities.bake.run(input: "x") == 1)
        #expect(try await container.activities.charge.run(input: Pizza(kind: "a", price: 3)) == "paid 3")
        await #expect(throws: ApplicationError.self) {
            try await container.activities.charge.run(input: Pizza(kind: "a", price: 300))
        }
    }

    @Test("Copies of a workflow share its variables, and handlers call its methods")
    func state() throws {
        let workflow = PizzaWorkflow(input: .init(pizzas: [], waits: true))
        var copy = workflow
        copy.resume(input: ())
        #expect(try workflow.getState(input: ()).isPaused == false)
        #expect(throws: ApplicationError.self) {
            try PizzaWorkflow.changeAddress.validateInput(workflow: workflow, "")
        }
    }
}
