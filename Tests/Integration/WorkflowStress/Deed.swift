//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

/// A step of a walk that is being done.
struct Deed: Sendable {
    let context: WorkflowContext<Walk>
    let input: WalkInput
    let kind: Plan.Kind
    let isLarge: Bool
    let chance: UInt64
    let index: Int
    let walk: Walk

    init(context: WorkflowContext<Walk>, input: WalkInput, step: Plan.Step, index: Int, walk: Walk) {
        self.context = context
        self.input = input
        self.kind = step.kind
        self.isLarge = step.isLarge
        self.chance = step.chance
        self.index = index
        self.walk = walk
    }

    private var token: String { "\(self.input.seed)/\(self.index)" }

    /// Does it.
    ///
    /// - Returns: What it came to: `ok` where only that can be right.
    func outcome() async throws -> String {
        if Mistake.made == .branchesAtRandom, Int.random(in: 0..<4) == 0 {
            try await self.context.sleep(for: .milliseconds(1))
        }
        switch self.kind {
        case .activity:
            return try await self.call(Work(self.token, isLarge: self.isLarge, failures: Int(self.chance % 3)))
        case .local:
            return try await self.callLocally(Work(self.token, isLarge: self.isLarge, failures: Int(self.chance % 3)))
        case .refused: return try await self.refused()
        case .longLocal:
            // Longer than a workflow task of this walk may take, for some.
            let time = 1_000 + Int(self.chance % 2_000)
            return try await self.context.executeLocalActivity("doze", options: local, input: time)
        case .timer:
            try await self.context.sleep(for: .milliseconds(10 + Int(self.chance % 400)))
            return "ok"
        case .sideEffect:
            let made = try self.context.sideEffect { UInt64.random(in: 0...UInt64.max >> 12) }
            return try await self.call(Work("\(self.token)/\(made)", isLarge: self.isLarge))
        case .patch:
            let patched = self.context.patch("patch-\(self.chance % 3)")
            self.context.deprecatePatch("old-\(self.chance % 2)")
            return patched ? "ok" : "not patched"
        case .memo:
            let text = known(self.token, isLarge: self.isLarge)
            try await self.context.upsertMemo(["note-\(self.chance % 3)": text])
            let read = try await self.context.getMemoValue(for: "note-\(self.chance % 3)", as: String.self)
            return read == text ? "ok" : "\(read ?? "nothing")"
        case .attribute:
            self.context.upsertSearchAttributes(["StressStep": .int(Int64(self.index))])
            return self.context.searchAttributes["StressStep"] == .int(Int64(self.index)) ? "ok" : "lost"
        case .condition:
            let target = self.walk.ledger.signals.count + 1
            let walk = self.walk
            let isMet = try await self.context.condition(timeout: .milliseconds(300)) {
                walk.ledger.signals.count >= target
            }
            return isMet ? "met" : "late"
        case .uuid: return try await self.call(Work("\(self.token)/\(self.context.uuid())", isLarge: self.isLarge))
        case .race: return await self.race()
        case .localRace: return await self.localRace()
        case .timeout: return try await self.timeout()
        case .scope: return await self.scope()
        case .parallel: return try await self.parallel()
        case .child, .leftChild, .cancelledChild: return try await self.child()
        case .childSignals: return try await self.childSignals()
        case .signal, .cancel: return try await self.other()
        case .nexus: return try await self.nexus()
        case .nexusRace: return try await self.nexusRace()
        case .continueAsNew: return "error: that is the walk's own"
        }
    }

    private func call(_ work: Work) async throws -> String {
        let text = try await self.context.executeActivity("work", options: remote, input: work, returning: String.self)
        return text == work.result ? "ok" : "wrong \(text.prefix(60))"
    }

    private func callLocally(_ work: Work) async throws -> String {
        let text = try await self.context.executeLocalActivity(
            "work",
            options: local,
            input: work,
            returning: String.self
        )
        return text == work.result ? "ok" : "wrong \(text.prefix(60))"
    }

    /// An activity that fails for good, with a value.
    private func refused() async throws -> String {
        let work = Work(self.token, isLarge: self.isLarge)
        do {
            let text: String
            if self.chance % 2 == 0 {
                text = try await self.context.executeActivity("refuse", options: remote, input: work)
            } else {
                text = try await self.context.executeLocalActivity("refuse", options: local, input: work)
            }
            return "error \(text.prefix(60))"
        } catch let failure as TemporalFailure where failure.cause?.application?.type == "Planned" {
            return try failure.cause?.details(as: String.self) == work.result ? "ok" : "wrong details"
        }
    }

    private var rest: Int { 500 + Int(self.chance % 1_500) }
    private var pause: Duration { .milliseconds(20 + Int(self.chance % 500)) }

    /// Whoever comes first ends the other, which is asked to stop in one of three ways.
    private func race() async -> String {
        var options = remote
        options.cancellationType = [.tryCancel, .waitCancellationCompleted, .abandon][Int(self.chance % 3)]
        let (context, rest, pause) = (self.context, self.rest, self.pause)
        return await withTaskGroup(of: String.self) { [options] group in
            group.addTask { (try? await context.executeActivity("rest", options: options, input: rest)) ?? "cancelled" }
            group.addTask {
                try? await context.sleep(for: pause)
                return "timer"
            }
            let first = await group.next() ?? "nobody"
            group.cancelAll()
            for await _ in group {}
            return first
        }
    }

    private func localRace() async -> String {
        var options = local
        options.cancellationType = [.tryCancel, .waitCancellationCompleted, .abandon][Int(self.chance % 3)]
        let (context, rest, pause) = (self.context, self.rest, self.pause)
        return await withTaskGroup(of: String.self) { [options] group in
            group.addTask {
                (try? await context.executeLocalActivity("doze", options: options, input: rest)) ?? "cancelled"
            }
            group.addTask {
                try? await context.sleep(for: pause)
                return "timer"
            }
            let first = await group.next() ?? "nobody"
            group.cancelAll()
            for await _ in group {}
            return first
        }
    }

    private func timeout() async throws -> String {
        let (context, rest) = (self.context, self.rest)
        do {
            return try await context.timeout(for: self.pause) {
                try await context.executeActivity("rest", options: remote, input: rest, returning: String.self)
            }
        } catch  where error.isTemporalCancellation {
            return "timer"
        }
    }

    /// Scopes in scopes, cancelled from outside while one shields itself.
    private func scope() async -> String {
        let context = self.context
        let work = Work(self.token, isLarge: self.isLarge)
        return await self.cancelled {
            do {
                try await withThrowingTaskGroup(of: Void.self) { inner in
                    // Longer than workers, the server and the store are away together.
                    for minutes in 20..<23 { inner.addTask { try await context.sleep(for: .seconds(60 * minutes)) } }
                    try await inner.waitForAll()
                }
                return "not cancelled"
            } catch {
                let text = try? await context.withCancellationShield {
                    try await context.executeActivity("work", options: remote, input: work, returning: String.self)
                }
                return text == work.result ? "ok" : "wrong"
            }
        }
    }

    /// What work comes to that is cancelled after the pause, unless it has ended by then.
    private func cancelled(_ work: @escaping @Sendable () async -> String) async -> String {
        let (context, pause) = (self.context, self.pause)
        return await withTaskGroup(of: String?.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await context.sleep(for: pause)
                return nil
            }
            var outcome = "nobody"
            while let ended = await group.next() {
                if let ended { outcome = ended }
                group.cancelAll()
            }
            return outcome
        }
    }

    private func parallel() async throws -> String {
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<(3 + Int(self.chance % 5)) {
                let work = Work("\(self.token)/\(number)", isLarge: self.isLarge, failures: number % 2)
                group.addTask { try await self.call(work) }
                group.addTask { try await self.callLocally(work) }
            }
            group.addTask { [pause] in
                try await self.context.sleep(for: pause)
                return "ok"
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return outcomes.first { $0 != "ok" } ?? "ok"
    }
}

// MARK: - Other workflows

extension Deed {
    private func child() async throws -> String {
        var options = ChildWorkflowOptions(id: "\(self.context.info.workflowID)-\(self.index)")
        let child = WalkInput(seed: self.chance, depth: self.input.depth + 1)
        switch self.kind {
        case .child:
            options.taskTimeout = self.chance % 3 == 0 ? .seconds(2) : nil
            do {
                let ledger: Ledger = try await self.context.executeChildWorkflow("Walk", options: options, input: child)
                return ledger.violations.isEmpty && !ledger.isCancelled ? "ok" : "wrong"
            } catch let failure as TemporalFailure where failure.cause?.application?.type == "Planned" {
                return "planned"
            } catch  where error.isTemporalCancellation && !Task.isCancelled {
                // Somebody else's: a reset may have taken back the cancellation of the walk, but not that of its child.
                return "cancelled"
            }
        case .leftChild:
            options.parentClosePolicy = [.abandon, .requestCancel, .terminate][Int(self.chance % 3)]
            _ = try await self.context.startChildWorkflow(
                "Walk",
                options: options,
                input: child,
                returning: Ledger.self
            )
            return "ok"
        default: return try await self.cancelledChild(options)
        }
    }

    private func cancelledChild(_ options: ChildWorkflowOptions) async throws -> String {
        var options = options
        let types: [ChildWorkflowCancellationType] = [
            .waitCancellationCompleted, .tryCancel, .waitCancellationRequested, .abandon,
        ]
        options.cancellationType = types[Int(self.chance % 4)]
        let note = Note(self.token, isLarge: self.isLarge)
        let child = try await self.context.startChildWorkflow(
            "Hold",
            options: options,
            input: note,
            returning: String.self
        )
        return await self.cancelled {
            do { return try await child.result() } catch {
                return error.isTemporalCancellation ? "ok" : "error \(error)"
            }
        }
    }

    /// Three signals at once for a child, which may have ended.
    private func childSignals() async throws -> String {
        var options = ChildWorkflowOptions(id: "\(self.context.info.workflowID)-\(self.index)")
        options.parentClosePolicy = .abandon
        let input = WalkInput(seed: self.chance, depth: self.input.depth + 1)
        let child: ChildWorkflow<Ledger> = try await self.context.startChildWorkflow(
            "Walk",
            options: options,
            input: input
        )
        let delivered = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<3 {
                let note = Note("\(self.token)/\(number)", isLarge: self.isLarge)
                group.addTask { try await Self.isDelivered { try await child.signal("poke", input: note) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return delivered.allSatisfy { $0 } ? "sent" : "gone"
    }

    /// A signal to a workflow that is no child, or its cancellation.
    private func other() async throws -> String {
        guard let sibling = self.input.sibling else { return "nobody" }
        let other = self.context.externalWorkflow(id: sibling)
        let note = Note(self.token, isLarge: self.isLarge)
        let isDelivered = try await Self.isDelivered {
            if self.kind == .signal {
                try await other.signal("poke", input: note)
            } else if self.chance % 3 == 0 {
                try await other.cancel(reason: self.token)
            }
        }
        return isDelivered ? "sent" : "gone"
    }

    private static func isDelivered(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch  where !error.isTemporalCancellation {
            return false
        }
    }
}

// MARK: - Nexus operations

extension Deed {
    /// An operation that ends at once, one that a workflow does, or one that fails with a value.
    private func nexus() async throws -> String {
        guard let endpoint = self.input.endpoint else { return "nobody" }
        let operation = ["echo", "through_workflow", "fail"][Int(self.chance % 3)]
        let value = Array(known(self.token, isLarge: self.isLarge).utf8)
        do {
            let answer: [UInt8] = try await self.context.executeNexusOperation(
                operation,
                service: "Letters",
                endpoint: endpoint,
                options: NexusOperationOptions(headers: ["reason": "test"]),
                input: value
            )
            return operation != "fail" && answer == value ? "ok" : "wrong"
        } catch let failure as TemporalFailure where operation == "fail" && failure.kind == .nexusOperation {
            var cause: TemporalFailure? = failure
            while let inner = cause, inner.application?.type != "Planned" { cause = inner.cause }
            guard let cause else { throw failure }
            return try cause.details(as: [UInt8].self) == value ? "ok" : "wrong details"
        }
    }

    /// An operation without an end, which is cancelled.
    private func nexusRace() async throws -> String {
        guard let endpoint = self.input.endpoint else { return "nobody" }
        let types: [NexusOperationOptions.CancellationType] = [
            .waitCancellationCompleted, .tryCancel, .waitCancellationRequested, .abandon,
        ]
        let operation = try await self.context.startNexusOperation(
            "wait",
            service: "Letters",
            endpoint: endpoint,
            options: NexusOperationOptions(cancellationType: types[Int(self.chance % 4)]),
            input: (),
            returning: Void.self
        )
        return await self.cancelled {
            do {
                try await operation.result()
                return "ended"
            } catch {
                return error.isTemporalCancellation ? "ok" : "error \(error)"
            }
        }
    }
}
