//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

/// One workflow, its history, and all that may be done to the workflow while runs of it are under way.
@Suite("Changed code and its history", .timeLimit(.minutes(2)))
struct MutantTests {
    /// A change of ``program(_:)``.
    struct Mutant: Sendable, CustomTestStringConvertible {
        var change: Change
        /// In words, as the documentation has it.
        var what: String
        /// Where it shows, what history has there, and what the code made.
        var event: Int64
        var history: String
        var code: String

        init(_ change: Change, _ what: String, _ event: Int64, _ history: String, _ code: String) {
            self.change = change
            self.what = what
            self.event = event
            self.history = history
            self.code = code
        }

        var testDescription: String { self.what }
        var row: String { "| \(self.what) | \(self.event) | `\(self.history)` | `\(self.code)` |" }
    }

    enum Change: CaseIterable {
        case patchForgotten, patchRenamed, searchAttributesRemoved, memoRemoved, memoBeforeSearchAttributes
        case sideEffectRemoved, sideEffectAdded
        case timerRemoved, timerInsteadOfActivity, timerNotCancelled
        case activityRemoved, activityAdded, activityRenamed, activityWithOtherID, activitiesSwapped, activityLater
        case localActivityRenamed, localActivityRemoved, localActivityMadeRemote
        case childRenamed, childWithOtherID, childMadeActivity
        case signalRemoved, signalRenamed, signalToAnother, cancellationRemoved, cancellationOfAnother
        case updateRemoved, updateWithoutActivity, updateWithTimerFirst, activityNotCancelled
        case failure, continueAsNew, activityAtTheEnd, signalAwaitedAtTheEnd
    }

    /// An order that is prepared, shipped, and ends when its address has been confirmed by an update.
    ///
    /// - Parameters:
    ///   - change: What is different.
    ///   - patch: The name of the patch behind which it is different.
    /// - Returns: The workflow.
    private static func program(_ change: Change?, patch: String? = nil) -> TestProgram {
        let made = Box(change)
        return TestProgram(
            onUpdate: { _, _, run, program in
                let change = made.value
                if change == .updateWithTimerFirst { try await run.sleep(for: .seconds(1)) }
                if change != .updateWithoutActivity { _ = try await run.activity("confirm") }
                program.count += 1
                return ""
            },
            rejects: { made.value == .updateRemoved },
            { run, program in
                if let patch, try !run.patched(patch) { made.value = nil }
                let change = made.value
                try Self.describe(run, change)
                try await Self.prepare(run, change)
                switch change {
                case .localActivityRemoved: break
                case .localActivityMadeRemote: _ = try await run.activity("total")
                default: _ = try await run.local(change == .localActivityRenamed ? "sum" : "total")
                }
                try await Self.ship(run, change)
                try await Self.finish(run, program, change)
                if change == .failure { throw TestProgram.Failed(message: "not any more") }
                if change == .continueAsNew { throw TestProgram.ContinuedAsNew(type: "Test") }
                return "done"
            }
        )
    }

    private static func describe(_ run: WorkflowRun, _ change: Change?) throws {
        if change != .patchForgotten { _ = try run.patched(change == .patchRenamed ? "limits" : "limit") }
        if change == .memoBeforeSearchAttributes { try run.upsertMemo(["order": .init()]) }
        if change != .searchAttributesRemoved {
            try run.upsertSearchAttributes(.with { $0.indexedFields["Customer"] = .init() })
        }
        if change != .memoRemoved, change != .memoBeforeSearchAttributes { try run.upsertMemo(["order": .init()]) }
        if change != .sideEffectRemoved { _ = try run.sideEffect { .text("1") } }
        if change == .sideEffectAdded { _ = try run.sideEffect { .text("2") } }
    }

    /// Two activities at once, within a limit of time.
    private static func prepare(_ run: WorkflowRun, _ change: Change?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { limit in
            if change != .timerRemoved { limit.addTask { try? await run.sleep(for: .seconds(60)) } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                var names = ["reserve", "charge"]
                if change == .activityRemoved { names = ["charge"] }
                if change == .activityLater { names = ["reserve"] }
                if change == .activityAdded { names.append("thank") }
                if change == .activityRenamed { names[0] = "hold" }
                if change == .activitiesSwapped { names.swapAt(0, 1) }
                for name in names {
                    group.addTask {
                        if change == .timerInsteadOfActivity, name == "charge" {
                            try await run.sleep(for: .seconds(1))
                        } else {
                            let id = change == .activityWithOtherID && name == "reserve" ? "first" : ""
                            _ = try await run.executeActivity(
                                .with {
                                    $0.activityType.name = name
                                    $0.activityID = id
                                },
                                cancellation: .tryCancel
                            )
                        }
                    }
                }
                try await group.waitForAll()
            }
            if change == .activityLater { _ = try await run.activity("charge") }
            if change != .timerNotCancelled { limit.cancelAll() }
        }
    }

    /// A child, and messages to workflows that are no children.
    private static func ship(_ run: WorkflowRun, _ change: Change?) async throws {
        if change == .childMadeActivity {
            _ = try await run.activity("Shipping")
        } else {
            let child = try await run.startChild(
                .with {
                    $0.workflowID = change == .childWithOtherID ? "ship-2" : "ship-1"
                    $0.workflowType.name = change == .childRenamed ? "Delivery" : "Shipping"
                },
                cancellation: .waitUntilEnded
            )
            _ = try await run.result(of: child)
        }
        if change != .signalRemoved {
            try await run.signalExternal(
                .with {
                    $0.execution.workflowID = change == .signalToAnother ? "depot" : "warehouse"
                    $0.signalName = change == .signalRenamed ? "sent" : "shipped"
                }
            )
        }
        if change != .cancellationRemoved {
            try await run.cancelExternal(
                .with { $0.workflowID = change == .cancellationOfAnother ? "offer" : "reservation" }
            )
        }
    }

    /// Until the update has come, somebody is reminded.
    private static func finish(_ run: WorkflowRun, _ program: TestProgram, _ change: Change?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try? await run.activity("remind", change == .activityNotCancelled ? .abandon : .tryCancel)
            }
            try await run.condition { program.count > 0 }
            group.cancelAll()
        }
        if change == .activityAtTheEnd { _ = try await run.activity("archive") }
        if change == .signalAwaitedAtTheEnd { try await run.condition { program.count > 1 } }
    }

    /// A server on which the workflow has run, from its start to its end.
    private static func record(_ change: Box<Change?>) -> FakeServer {
        let server = FakeServer(Self.program(change.value))
        server.work()
        for activity in server.activities { server.end(activity: activity) }
        server.work()
        for child in server.children { server.end(child: child) }
        server.work()
        for _ in 0..<2 {
            server.endExternal()
            server.work()
        }
        server.update("confirmation", "")
        server.work()
        server.end(activity: server.activities[1])
        server.work()
        #expect(server.isClosed)
        return server
    }

    @Test("ES-N1 The workflow as it was replays its history")
    func unchanged() async throws {
        try await onThread { _ = try Self.record(Box(nil)).replay() }
        #expect(Set(Self.mutants.map(\.change)) == Set(Change.allCases))
    }

    @Test("ES-N1 Behind a patch, no change does harm to a run that is under way", arguments: Change.allCases)
    func patched(_ change: Change) async throws {
        try await onThread {
            let server = Self.record(Box(nil))
            let (run, program) = server.newRun(of: Self.program(change, patch: "change"))
            defer { run.evict() }
            let outcome = run.process(.with { $0.history.events = server.events })
            guard case .answered = outcome else { throw TestProgram.Failed(message: "\(outcome)") }
            #expect(program.count == 1)
        }
    }

    @Test(
        "ES-N2 A change is found, and the text says at which event, what history has and what the code made",
        arguments: Self.mutants
    )
    func found(_ mutant: Mutant) async throws {
        let failure = try await onThread { () -> WorkflowTaskFailure? in
            let change = Box<Change?>(nil)
            let server = Self.record(change)
            change.value = mutant.change
            do {
                _ = try server.replay()
                return nil
            } catch {
                return error as? WorkflowTaskFailure
            }
        }
        #expect(failure?.cause == .nonDeterministicError)
        let message = failure?.message ?? ""
        #expect(message.hasPrefix("[TMPRL1100]"))
        let text = "at event \(mutant.event): history has \(mutant.history), the code made \(mutant.code)."
        #expect(message.contains(text), "\(message)")
    }

    @Test("The documentation has the same list")
    func documented() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appending(path: "Sources/TemporalNative/Documentation.docc/Articles/ChangesThatAreFound.md")
        let text = try String(contentsOf: article, encoding: .utf8)
        for mutant in Self.mutants { #expect(text.contains(mutant.row), "\(mutant.row)") }
        #expect(text.components(separatedBy: " | `").count - 1 == 2 * Self.mutants.count)
    }
}
