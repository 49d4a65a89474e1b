//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

/// Does what its seed says, takes signals and updates meanwhile, and returns what it has seen.
struct Walk: WorkflowDefinition {
    @WorkflowState var ledger: Ledger
    @WorkflowState var isFinished: Bool

    init(input: WalkInput) {
        self._ledger = WorkflowState(wrappedValue: input.ledger)
        self._isFinished = WorkflowState(wrappedValue: input.isFinished)
    }

    func run(context: WorkflowContext<Self>, input: WalkInput) async throws -> Ledger {
        let plan = Plan(seed: input.seed, depth: input.depth)
        do {
            try await self.steps(plan, context, input)
            if input.waits { try await context.condition { self.isFinished } }
            if plan.ending == .slowResult {
                let end = Work("\(input.seed)/end")
                let text = try await context.executeLocalActivity(
                    "slow",
                    options: local,
                    input: end,
                    returning: String.self
                )
                if text != end.result { self.ledger.violations.append("end") }
            }
            try await context.condition { context.allHandlersFinished }
        } catch  where error.isTemporalCancellation {
            try await context.withCancellationShield {
                try await context.condition { context.allHandlersFinished }
            }
            self.ledger.isCancelled = true
            if plan.admitsCancellation {
                try await context.upsertMemo(["ledger": self.ledger])
                throw CancellationError()
            }
            return self.ledger
        }
        if plan.ending == .failure {
            throw ApplicationFailure("as planned", type: "Planned", isNonRetryable: true, details: [self.ledger])
        }
        return self.ledger
    }

    private func steps(_ plan: Plan, _ context: WorkflowContext<Self>, _ input: WalkInput) async throws {
        for (index, step) in plan.steps.enumerated().dropFirst(input.from) {
            let number = "\(index) \(step.kind.rawValue)"
            if step.kind == .continueAsNew {
                // What handlers do afterwards would be lost.
                try await context.condition { context.allHandlersFinished }
                self.ledger.trace.append("\(number) ok")
                var next = input
                next.from = index + 1
                next.ledger = self.ledger
                next.isFinished = self.isFinished
                throw try await context.makeContinueAsNewError(input: next)
            }
            let outcome: String
            do {
                outcome = try await Deed(context: context, input: input, step: step, index: index, walk: self).outcome()
            } catch  where !error.isTemporalCancellation && !(error is CancellationError) {
                outcome = "error \(error)"
            }
            // Steps may have had a cancellation of their own; this is one of the walk.
            try Task.checkCancellation()
            self.ledger.trace.append("\(number) \(outcome)")
        }
    }
}

// MARK: - Messages

extension Walk {
    static var handlers: [WorkflowHandler<Self>] {
        [
            .signal("finish", Self.finish),
            .signal("poke", Self.poke),
            .update("add", Self.add, validator: Self.check),
            .query("seen", Self.seen),
            .query("echo", Self.echo),
        ]
    }

    func finish() { self.isFinished = true }

    func poke(context: WorkflowContext<Self>, note: Note) async throws {
        if !note.isRight { self.ledger.violations.append("signal \(note.token)") }
        try await self.dwell(context, note)
        if Mistake.made == .forgetsSignals, note.token.hasSuffix("3") { return }
        self.ledger.signals.append(note.token)
    }

    func check(_ note: Note) throws {
        if note.token.hasSuffix("bad") { throw ApplicationFailure("bad", type: "Rejected") }
    }

    func add(context: WorkflowContext<Self>, note: Note) async throws -> String {
        if !note.isRight { self.ledger.violations.append("update \(note.token)") }
        try await self.dwell(context, note)
        self.ledger.updates.append(note.token)
        if note.token.hasSuffix("odd") { throw ApplicationFailure("odd", type: "Odd", isNonRetryable: true) }
        return known(note.token + "+", isLarge: note.isLarge)
    }

    func seen() -> [Int] { [self.ledger.signals.count, self.ledger.updates.count, self.ledger.trace.count] }

    func echo(_ note: Note) throws -> String { known(note.token + "?", isLarge: note.isLarge && note.isRight) }

    /// Handlers take their time in ways that the token decides.
    private func dwell(_ context: WorkflowContext<Self>, _ note: Note) async throws {
        let work = Work(note.token, isLarge: note.isLarge)
        switch note.token.utf8.reduce(0, { $0 &+ Int($1) }) % 5 {
        case 0:
            let text = try await context.executeActivity("work", options: remote, input: work, returning: String.self)
            if text != work.result { self.ledger.violations.append("activity of \(note.token)") }
        case 1:
            let text = try await context.executeLocalActivity(
                "work",
                options: local,
                input: work,
                returning: String.self
            )
            if text != work.result { self.ledger.violations.append("local activity of \(note.token)") }
        case 2: try await context.sleep(for: .milliseconds(30))
        default: break
        }
    }
}

/// Waits to be cancelled, for half a minute at most.
struct Hold: WorkflowDefinition {
    init(input: Note) {}

    func run(context: WorkflowContext<Self>, input: Note) async throws -> String {
        try await context.sleep(for: .seconds(30))
        return input.token
    }
}

/// How activities are called.
let remote = ActivityOptions(
    startToCloseTimeout: .seconds(10),
    heartbeatTimeout: .seconds(5),
    retryPolicy: RetryPolicy(initialInterval: .milliseconds(50), maximumInterval: .seconds(1))
)

/// How local activities are called.
let local = LocalActivityOptions(
    startToCloseTimeout: .seconds(20),
    retryPolicy: RetryPolicy(initialInterval: .milliseconds(20), maximumInterval: .seconds(1))
)
