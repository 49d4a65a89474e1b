//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import TemporalNative

/// Takes notes, signs them by an activity, and returns all when it is told to finish.
struct Notebook: WorkflowDefinition {
    @WorkflowState var notes: [String] = []
    @WorkflowState var isFinished = false

    // A signal that comes with the start is handled before `run` begins.
    init(input: String) { self.notes = [input] }

    func run(context: WorkflowContext<Self>, input: String) async throws -> [String] {
        try await context.condition { self.isFinished && context.allHandlersFinished }
        return self.notes
    }

    func finish() { self.isFinished = true }

    func add(_ note: String) { self.notes.append(note) }

    func sign(context: WorkflowContext<Self>, note: String) async throws -> Int {
        let signed = try await context.executeActivity(
            "sign",
            options: ActivityOptions(startToCloseTimeout: .seconds(20)),
            input: note,
            returning: String.self
        )
        try await context.sleep(for: .milliseconds(20))
        self.notes.append(signed)
        return self.notes.count
    }

    func check(_ note: String) throws {
        guard !note.isEmpty else { throw ApplicationFailure("an empty note", type: "Empty") }
    }

    func last() -> String? { self.notes.last }

    func length(of index: Int) throws -> Int {
        guard self.notes.indices.contains(index) else { throw ApplicationFailure("no note \(index)", type: "Missing") }
        return self.notes[index].count
    }

    static var handlers: [WorkflowHandler<Self>] {
        [
            .signal("finish", Self.finish),
            .signal("add", Self.add),
            .query("last", Self.last),
            .query("length", Self.length),
            .update("sign", Self.sign, validator: Self.check),
        ]
    }
}

/// Goes on as a new run at once, which then waits a second for its first task, and says what it had heard when it began.
struct Latecomer: WorkflowDefinition {
    @WorkflowState var signals = 0

    init(input: Bool) {}

    func run(context: WorkflowContext<Self>, input isFirst: Bool) async throws -> String {
        if isFirst { throw try await context.makeContinueAsNewError(input: false) }
        let heard = self.signals
        try await context.condition { $0.signals > 0 }
        return try await context.executeActivity(
            "sign",
            options: ActivityOptions(startToCloseTimeout: .seconds(20)),
            input: heard == 0 ? "early" : "late",
            returning: String.self
        )
    }

    func come() { self.signals += 1 }
    func refuse(_ name: String) throws { throw ApplicationFailure("no", type: "Refused") }
    func join(_ name: String) -> String { name }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("come", Self.come), .update("join", Self.join, validator: Self.refuse)]
    }
}

/// Does what its first argument says.
struct Deeds: WorkflowDefinition {
    init(input: WorkflowArguments) {}

    func run(context: WorkflowContext<Self>, input: WorkflowArguments) async throws -> String {
        let (deed, text) = try input.values(as: String.self, String?.self)
        let quick = ActivityOptions(startToCloseTimeout: .seconds(20))
        switch deed {
        case "parallel":
            async let first = context.executeActivity("sign", options: quick, input: "a", returning: String.self)
            async let second = context.executeActivity("sign", options: quick, input: "b", returning: String.self)
            return try await first + second
        case "child":
            return try await context.executeChildWorkflow(
                "Deeds",
                input: "echo",
                text,
                returning: String.self
            )
        case "taken":
            do {
                _ = try await context.startChildWorkflow(
                    name: "Deeds",
                    options: ChildWorkflowOptions(id: text),
                    inputs: "echo"
                )
                return "started"
            } catch let error as WorkflowAlreadyStartedError {
                return "\(error.workflowType) \(error.workflowID)"
            }
        case "local": return try await self.local(text ?? "", context)
        case "echo": return text ?? ""
        case "python":
            // Another queue, another language.
            var options = quick
            options.taskQueue = text
            let loud = try await context.executeActivity(
                "shout",
                options: options,
                input: "hey",
                returning: String.self
            )
            let child = try await context.executeChildWorkflow(
                "Whisper",
                options: ChildWorkflowOptions(taskQueue: text),
                input: loud,
                returning: String.self
            )
            return loud + child
        case "countdown":
            let left = Int(text ?? "") ?? 0
            if left > 0 { throw try await context.makeContinueAsNewError(input: "countdown", "\(left - 1)") }
            return "zero"
        case "fail": throw ApplicationFailure("as planned", type: "Planned", isNonRetryable: true, details: [7])
        case "activity-fails":
            var options = quick
            options.retryPolicy = RetryPolicy(maximumAttempts: 1)
            do {
                return try await context.executeActivity("broken", options: options, returning: String.self)
            } catch let failure as TemporalFailure {
                return failure.cause?.application?.type ?? "nothing"
            }
        case "cancelled":
            do {
                try await context.sleep(for: .seconds(600))
                return "slept"
            } catch is CancellationError {
                let cleaned = try await context.withCancellationShield {
                    try await context.executeActivity("sign", options: quick, input: "clean", returning: String.self)
                }
                try await context.upsertMemo(["cleaned": cleaned])
                throw CancellationError()
            }
        case "versions":
            let isPatched = context.patch("one")
            let id = context.uuid()
            let made = try context.sideEffect { Int.random(in: 0..<1_000_000) }
            try await context.upsertMemo(["id": id])
            try await context.sleep(for: .milliseconds(50))
            return "\(isPatched) \(id) \(made) \(try await context.getMemoValue(for: "id", as: String.self) ?? "")"
        case "forbidden":
            try await Task.sleep(for: .seconds(1))
            return ""
        case "blocks":
            Blocker.shared.blockOnce()
            return "went on"
        default: throw ApplicationFailure("no deed \(deed)", type: "NoDeed", isNonRetryable: true)
        }
    }
}

extension Deeds {
    /// Deeds with local activities.
    private func local(_ deed: String, _ context: WorkflowContext<Self>) async throws -> String {
        var quick = LocalActivityOptions(startToCloseTimeout: .seconds(20))
        quick.retryPolicy = RetryPolicy(initialInterval: .milliseconds(10), maximumAttempts: 3)
        switch deed {
        case "flaky": return try await context.executeLocalActivity("flaky", options: quick, returning: String.self)
        case "broken":
            do {
                return try await context.executeLocalActivity("broken", options: quick, returning: String.self)
            } catch let failure as TemporalFailure {
                return failure.cause?.application?.type ?? "nothing"
            }
        case "late":
            quick.startToCloseTimeout = .milliseconds(50)
            quick.retryPolicy?.maximumAttempts = 1
            do {
                return try await context.executeLocalActivity("wait", options: quick, input: 30_000)
            } catch let failure as TemporalFailure {
                return failure.cause?.kind == .timeout ? "timeout" : "\(failure)"
            }
        case "long":
            // Longer than the workflow task may take.
            async let long: String = context.executeLocalActivity("wait", options: quick, input: 4_500)
            async let timer: Void = context.sleep(for: .milliseconds(100))
            try await timer
            return try await long
        case "cancelled":
            return try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { [quick] in
                    try await context.executeLocalActivity(
                        "wait",
                        options: quick,
                        input: 30_000,
                        returning: String.self
                    )
                }
                group.addTask { [quick] in
                    try await context.executeLocalActivity("where", options: quick, returning: String.self)
                }
                let first = try await group.next() ?? ""
                group.cancelAll()
                do { return try await group.next() ?? "" } catch let failure as TemporalFailure {
                    return "\(first) \(failure.cause?.kind == .canceled)"
                }
            }
        default:
            let signed = try await context.executeLocalActivity(
                "sign",
                options: quick,
                input: deed,
                returning: String.self
            )
            let again = try await context.executeActivity(
                "sign",
                options: ActivityOptions(startToCloseTimeout: .seconds(20)),
                input: signed,
                returning: String.self
            )
            return try await context.executeLocalActivity("sign", options: quick, input: again, returning: String.self)
        }
    }
}

/// Gives what it was given to an activity in Python, what that gives back to a child, and looks into none of it.
struct Relay: WorkflowDefinition {
    init(input: Stored<String>) {}

    func run(context: WorkflowContext<Self>, input: Stored<String>) async throws -> Stored<String> {
        var options = ActivityOptions(startToCloseTimeout: .seconds(20))
        options.taskQueue = "\(context.info.taskQueue)-python"
        let loud: Stored<String> = try await context.executeActivity("shout", options: options, input: input)
        return try await context.executeChildWorkflow(
            "Whisper",
            options: ChildWorkflowOptions(taskQueue: options.taskQueue),
            input: loud
        )
    }
}

/// What lets a workflow misbehave once.
///
/// `@unchecked Sendable`: a lock guards the count.
final class Blocker: @unchecked Sendable {
    static let shared = Blocker()
    private let lock = NSLock()
    private var left = 1

    /// Blocks the thread for three seconds, the first time.
    func blockOnce() {
        if self.blocks { Thread.sleep(forTimeInterval: 3) }
    }

    /// Whether it is the first time.
    private var blocks: Bool {
        self.lock.withLock {
            defer { self.left -= 1 }
            return self.left > 0
        }
    }
}
