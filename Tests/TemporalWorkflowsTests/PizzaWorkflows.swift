//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

// Written as a user of apple/swift-temporal-sdk writes it. Nothing here is of this package's own API, and nothing but the
// import is different: Examples/SwiftTemporalSDK has the same file, for that SDK.
#if canImport(Temporal)
import Temporal
#else
import TemporalWorkflows
#endif

// MARK: - Activities

struct Pizza: Codable, Hashable {
    var kind: String
    var price: Int
}

struct Declined: Error {}

/// What is shared by activities that have state.
actor Oven {
    private(set) var baked: [String] = []

    func bake(_ kind: String) -> Int {
        self.baked.append(kind)
        return self.baked.count
    }
}

@ActivityContainer
struct PizzaActivities {
    private let oven: Oven

    init(oven: Oven = Oven()) {
        self.oven = oven
    }

    @Activity
    func charge(input: Pizza) async throws -> String {
        guard input.price < 100 else {
            throw ApplicationError(message: "too dear", type: "Declined", isNonRetryable: true)
        }
        return "paid \(input.price)"
    }

    @Activity
    func bake(_ kind: String) async throws -> Int {
        ActivityExecutionContext.current?.heartbeat(details: kind)
        return await oven.bake(kind)
    }

    @Activity(name: "tidy-up")
    func tidyUp() throws {}

    @Activity
    func price(of kind: String) -> Int { kind.count }

    @Activity(dynamic: true)
    func anything(input: [TemporalRawValue]) async throws -> String {
        "\(ActivityExecutionContext.current?.info.activityType ?? "") \(input.count)"
    }
}

/// By hand, without a macro.
struct Ring: ActivityDefinition {
    typealias Input = Void
    typealias Output = String
    static var name: String { "ring-the-bell" }
    func run(input: Void) async throws -> String { "ding" }
}

// MARK: - A workflow with everything

@Workflow
struct PizzaWorkflow {
    struct Order: Codable {
        var pizzas: [Pizza]
        var waits: Bool
    }

    struct State: Codable, Hashable {
        var step: String
        var notes: [String]
        var isPaused: Bool
    }

    private var step = "new"
    private var notes: [String] = []
    private var isPaused: Bool
    private var address: String?
    private let count: Int

    init(input: Order) {
        self.count = input.pizzas.count
        self.isPaused = input.waits
    }

    mutating func run(context: WorkflowContext<Self>, input: Order) async throws -> String {
        step = "paying"
        var receipts: [String] = []
        for pizza in input.pizzas {
            do {
                receipts.append(
                    try await context.executeActivity(
                        PizzaActivities.Activities.Charge.self,
                        options: .init(
                            startToCloseTimeout: .seconds(30),
                            retryPolicy: .init(
                                initialInterval: .milliseconds(10),
                                backoffCoefficient: 2.0,
                                maximumAttempts: 2
                            )
                        ),
                        input: pizza
                    )
                )
            } catch let error as ActivityError {
                guard let reason = error.cause as? ApplicationError, reason.type == "Declined" else { throw error }
                throw ApplicationError(message: "cannot pay: \(reason.message)", cause: error, type: "Unpaid")
            }
        }

        step = "waiting"
        try await context.condition { !$0.isPaused }

        step = "baking"
        try await context.sleep(for: .milliseconds(5), summary: "heat the oven")
        let bakeOptions = ActivityOptions(
            startToCloseTimeout: .seconds(30),
            cancellationType: .waitCancellationCompleted
        )
        async let first = context.executeActivity(
            PizzaActivities.Activities.Bake.self,
            options: bakeOptions,
            input: "first"
        )
        async let second = context.executeActivity(
            PizzaActivities.Activities.Bake.self,
            options: bakeOptions,
            input: "second"
        )
        let baked = try await first + second
        try await context.executeActivity(
            PizzaActivities.Activities.TidyUp.self,
            options: .init(scheduleToCloseTimeout: .seconds(30))
        )
        let price = try await context.executeLocalActivity(
            PizzaActivities.Activities.Price.self,
            options: .init(startToCloseTimeout: .seconds(5)),
            input: "margherita"
        )
        let bell = try await context.executeActivity(Ring.self, options: .init(startToCloseTimeout: .seconds(5)))
        let other = try await context.executeActivity(
            name: "something else",
            options: .init(startToCloseTimeout: .seconds(5)),
            input: 1,
            "two",
            outputType: String.self
        )

        step = "delivering"
        let handle = try await context.startChildWorkflow(
            DeliveryWorkflow.self,
            options: .init(id: "\(context.info.workflowID)-delivery", parentClosePolicy: .terminate),
            input: address ?? "nowhere"
        )
        try await handle.signalWorkflow(signalType: DeliveryWorkflow.Arrive.self, input: count)
        let delivered = try await handle.result()

        if context.patch("with-thanks") { notes.append("thanks") }
        try await context.condition { context.allHandlersFinished }
        step = "done"
        return ([receipts.joined(separator: ","), "\(baked)", "\(price)", bell, other, delivered] + notes)
            .joined(separator: "; ")
    }

    @WorkflowSignal(description: "goes on")
    mutating func resume(input: Void) { isPaused = false }

    @WorkflowSignal
    mutating func note(context: WorkflowContext<Self>, input: String) async throws {
        try await context.sleep(for: .milliseconds(1))
        notes.append(input)
    }

    @WorkflowQuery
    func getState(input: Void) throws -> State { State(step: step, notes: notes, isPaused: isPaused) }

    @WorkflowQuery(name: "how-long")
    func length(context: WorkflowContextView, input: Int) -> Int { context.currentHistoryLength * input }

    @WorkflowQuery
    var pizzas: Int { count }

    @WorkflowUpdate(description: "changes where it goes", validator: "checkAddress")
    mutating func changeAddress(input: String) throws -> String {
        defer { address = input }
        return address ?? ""
    }

    func checkAddress(input: String) throws {
        guard !input.isEmpty else { throw ApplicationError(message: "no address", type: "Empty") }
    }

    @WorkflowUpdate(unfinishedPolicy: .abandon)
    mutating func hurry(context: WorkflowContext<Self>, input: Void) async throws {
        try await context.condition { !$0.isPaused }
        notes.append("hurried by \(context.currentUpdateInfo?.name ?? "")")
    }
}

@Workflow(name: "deliver")
struct DeliveryWorkflow {
    var arrived = 0

    mutating func run(context: WorkflowContext<Self>, input: String) async throws -> String {
        do {
            try await context.timeout(for: .seconds(60)) {
                try await context.condition { self.arrived > 0 }
            }
        } catch  where error.isTemporalCancellation {
            return "late"
        }
        return "\(arrived) to \(input)"
    }

    @WorkflowSignal
    mutating func arrive(input: Int) { arrived = input }
}

// MARK: - Continue-as-new, and clean-up after a cancellation

@Workflow
struct CountdownWorkflow {
    mutating func run(context: WorkflowContext<Self>, input: Int) async throws -> String {
        guard input > 0 else {
            let count = try await context.getMemoValue(for: "count", as: Int.self)
            return "zero after \(count ?? -1)"
        }
        try await context.upsertMemo(["count": (try await context.getMemoValue(for: "count", as: Int.self) ?? 0) + 1])
        throw try await context.makeContinueAsNewError(options: .init(), input: input - 1)
    }
}

@Workflow
struct SagaWorkflow {
    mutating func run(context: WorkflowContext<Self>, input: String) async throws -> String {
        do {
            try await context.sleep(for: .seconds(3600))
            return "slept"
        } catch  where error.isTemporalCancellation {
            return try await context.withCancellationShield {
                try await context.executeActivity(
                    PizzaActivities.Activities.Charge.self,
                    options: .init(startToCloseTimeout: .seconds(10)),
                    input: Pizza(kind: input, price: 0)
                )
            }
        }
    }
}

// MARK: - By hand

struct DoorWorkflow: WorkflowDefinition {
    static var signals: [any WorkflowSignalDefinition<Self>] { [Open()] }
    static var queries: [any WorkflowQueryDefinition<Self>] { [IsOpen()] }

    var isOpen = false

    init(input: Void) {}

    mutating func run(context: WorkflowContext<Self>, input: Void) async throws -> Bool {
        try await context.condition { $0.isOpen }
        return context.mutateState { $0.isOpen }
    }

    struct Open: WorkflowSignalDefinition {
        func run(workflow: DoorWorkflow, context: WorkflowContext<DoorWorkflow>, input: Void) async throws {
            context.mutateState { $0.isOpen = true }
        }
    }

    struct IsOpen: WorkflowQueryDefinition {
        func run(workflow: DoorWorkflow, view: WorkflowContextView, input: Void) throws -> Bool { workflow.isOpen }
    }
}
