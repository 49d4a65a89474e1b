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

@Suite("A run is its history", .timeLimit(.minutes(2)))
struct WorkflowRunTests {
    @Test("A timer, an activity, a child: each is a command, and its event lets the code go on")
    func operations() async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram { run, program in
                    try await run.sleep(for: .seconds(1))
                    program.trace.append("slept")
                    program.trace.append(try await run.activity("greet"))
                    program.trace.append(try await run.child("kid"))
                    return "done"
                }
            )
            server.work()
            #expect(server.timers.count == 1)
            server.fire(server.timers[0])
            server.work()
            #expect(server.activities.count == 1)
            server.end(activity: server.activities[0])
            server.evict()
            server.work()
            #expect(server.replays == 2)
            server.end(child: server.children[0])
            server.work()
            #expect(server.isClosed)
            #expect(server.events.last?.workflowExecutionCompletedEventAttributes.result.text == "done")
            return try server.replay()
        }
        #expect(trace.first == "slept" && trace.count == 3)
    }

    @Test("ES-N1 The version of the worker is that of the task, in a replay by a later version too")
    func deployments() async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram { run, program in
                    for second in 1...3 {
                        let version = run.deployment.map { "\($0.name) \($0.buildID)" } ?? "none"
                        program.trace.append("\(version), \(run.task.isTargetDeploymentVersionChanged)")
                        if second < 3 { try await run.sleep(for: .seconds(second)) }
                    }
                    return program.trace.joined(separator: "; ")
                }
            )
            server.work()
            server.fire(server.timers[0])
            server.evict()
            server.deployment = .init(name: "orders", buildID: "1")
            server.isTargetVersionChanged = true
            server.work()
            server.fire(server.timers[0])
            server.evict()
            server.deployment = .init(name: "orders", buildID: "2")
            server.isTargetVersionChanged = false
            server.work()
            #expect(server.isClosed && server.replays == 3)
            server.deployment = nil
            return try server.replay()
        }
        #expect(trace == ["none, false", "orders 1, true", "orders 2, false"])
    }

    @Test("ES-N2 Code that makes another command than history has fails the task, and says what each has")
    func otherCommand() async throws {
        let failure = try await onThread { () -> WorkflowTaskFailure? in
            let name = Box("greet")
            let server = FakeServer(TestProgram { run, _ in try await run.activity(name.value) })
            server.work()
            server.end(activity: server.activities[0])
            server.evict()
            name.value = "part"
            guard case .failed(let failure) = server.work() else { return nil }
            name.value = "greet"
            server.work()
            #expect(server.isClosed, "the workflow goes on when the code fits again")
            return failure
        }
        #expect(failure?.cause == .nonDeterministicError)
        let text = failure?.message ?? ""
        #expect(text.contains("[TMPRL1100]"))
        #expect(text.contains("history has ActivityTaskScheduled(type: greet, id: 1)"), "\(text)")
        #expect(text.contains("the code made ActivityTaskScheduled(type: part, id: 1)"), "\(text)")
    }

    @Test("ES-N2 A command that only the replay makes, and one that it lacks, are found")
    func missingCommands() async throws {
        let failures = try await onThread { () -> [String] in
            let activities = Box(1)
            let server = FakeServer(
                TestProgram { run, _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for index in 0..<activities.value { group.addTask { _ = try await run.activity("a\(index)") } }
                        try await group.waitForAll()
                    }
                    return ""
                }
            )
            server.work()
            server.signal("wake")
            var failures: [String] = []
            for count in [2, 0] {
                server.evict()
                activities.value = count
                if case .failed(let failure) = server.work() { failures.append(failure.message) }
            }
            return failures
        }
        #expect(failures.count == 2)
        #expect(failures.first?.contains("ActivityTaskScheduled(type: a1, id: 2)") == true, "\(failures)")
        #expect(failures.last?.contains("a0") == true, "\(failures)")
    }

    @Test("ES-N2 What waits for something foreign fails the task with a text that names the culprits")
    func foreign() async throws {
        let bodies: [TestProgram.Main] = [
            { _, _ in
                try await Task.sleep(for: .seconds(1))
                return ""
            },
            { _, _ in
                // Not over before anybody waits for it.
                await Task.detached { () -> String in
                    try? await Task.sleep(for: .seconds(1))
                    return "x"
                }.value
            },
            { _, _ in await MainActor.run { "x" } },
            { run, _ in
                let inner = Task { try await run.sleep(for: .seconds(1)) }
                try await inner.value
                return ""
            },
        ]
        for body in bodies {
            let failure = try await onThread { () -> WorkflowTaskFailure? in
                let server = FakeServer(TestProgram(body))
                guard case .failed(let failure) = server.work() else { return nil }
                return failure
            }
            #expect(failure?.cause == .workflowWorkerUnhandledFailure)
            #expect(failure?.message.contains("Task { }") == true, "\(failure?.message ?? "none")")
        }
    }

    @Test("Signals are handled before the code that starts with them, in the order of history")
    func signalsFirst() async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram(
                    onSignal: { name, _, _, program in
                        program.trace.append(name)
                        return ""
                    }
                ) { _, program in
                    program.trace.append("main")
                    return ""
                }
            )
            server.signal("a")
            server.signal("b")
            server.work()
            return try server.replay()
        }
        #expect(trace == ["a", "b", "main"])
    }

    @Test("Updates: rejected without a trace, accepted and completed as messages with their commands")
    func updates() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram(
                    onUpdate: { _, argument, run, program in
                        program.trace.append("begin \(argument)")
                        try await run.sleep(for: .seconds(1))
                        return "u\(argument)"
                    },
                    validate: { argument, _ in
                        if argument == "no" { throw TestProgram.Failed(message: "no") }
                    }
                ) { run, program in
                    try await run.condition { program.count > 0 }
                    return ""
                }
            )
            server.work()
            let events = server.events.count
            server.update("first", "no")
            server.work()
            #expect(server.rejected == ["first"])
            #expect(server.events.count == events, "a task that only rejected has never been")
            server.update("second", "yes")
            server.update("third", "no")
            server.work()
            #expect(server.rejected == ["first", "third"])
            #expect(server.events.contains { $0.eventType == .workflowExecutionUpdateAccepted })
            server.evict()
            server.fire(server.timers[0])
            server.work()
            #expect(server.completedUpdates == ["second": "uyes"])
            server.signal("end")
            server.work()
            #expect(server.isClosed)
            #expect(try server.replay() == ["begin yes"])
        }
    }

    private static func refusing(_ body: @escaping TestProgram.Main) -> TestProgram {
        TestProgram(validate: { _, _ in throw TestProgram.Failed(message: "no") }, body)
    }

    @Test("A run whose first task has never been begins again, with what came meanwhile")
    func firstTaskDiscarded() async throws {
        let commands = try await onThread { () throws -> [String] in
            let server = FakeServer(
                Self.refusing { run, program in
                    let seen = program.count
                    try await run.condition { program.count > 0 }
                    return try await run.activity(seen == 0 ? "early" : "late")
                }
            )
            // A run that was continued as new a moment after it began waits for its first task, and an update makes one.
            server.backOff()
            server.update("u", "no")
            server.work()
            #expect(server.rejected == ["u"])
            #expect(server.events.count == 1, "a task that only rejected has never been")
            server.signal("s")
            server.work()
            #expect(server.lastFailure == nil)
            server.evict()
            server.end(activity: try #require(server.activities.first))
            server.work()
            #expect(server.isClosed)
            _ = try server.replay()
            return server.events.map(\.activityTaskScheduledEventAttributes.activityType.name).filter { !$0.isEmpty }
        }
        #expect(commands == ["late"])
    }

    @Test("What a task that has never been said of the library is said again")
    func flagsDiscarded() async throws {
        let versions = try await onThread { () throws -> [String] in
            let server = FakeServer(
                Self.refusing { run, program in
                    try await run.condition { program.count == 2 }
                    return ""
                }
            )
            server.work()
            server.evict()
            server.version = "2"
            server.update("u", "no")
            server.work()
            server.signal("a")
            server.work()
            server.signal("b")
            server.work()
            #expect(server.isClosed)
            return server.events.filter { $0.eventType == .workflowTaskCompleted }
                .map(\.workflowTaskCompletedEventAttributes.sdkMetadata.sdkVersion)
        }
        #expect(versions == ["1", "2", ""])
    }

    @Test("Conditions wake one at a time, in the order in which they were made")
    func conditions() async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram { run, program in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for index in 0..<8 {
                            group.addTask {
                                try await run.condition { program.count > 0 }
                                program.trace.append("\(index)")
                                if index == 3 { program.count = 0 }
                            }
                        }
                        try await group.waitForAll()
                    }
                    return ""
                }
            )
            server.work()
            server.signal("go")
            server.work()
            server.signal("go")
            server.work()
            return try server.replay()
        }
        #expect(trace == (0..<8).map(String.init))
    }

    @Test("Cancellation reaches the main function; what the cancellation types say happens")
    func cancellation() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    do {
                        _ = try await run.activity("slow", .waitUntilEnded)
                    } catch let error as OperationFailure {
                        program.trace.append(error.failure.cause.isCancellation ? "cancelled" : "failed")
                        // Cleaning up is shielded from the cancellation.
                        program.trace.append(try await run.shielded { try await run.activity("clean") })
                        throw error
                    }
                    return ""
                }
            )
            server.work()
            server.cancel()
            server.work()
            #expect(server.events.contains { $0.eventType == .activityTaskCancelRequested })
            server.end(activity: server.activities[0], 2)
            server.work()
            #expect(server.activities.count == 1)
            server.end(activity: server.activities[0])
            server.work()
            #expect(server.events.last?.eventType == .workflowExecutionCanceled)
            #expect(try server.replay().first == "cancelled")
        }
    }

    @Test("What is cancelled before it was sent is never sent")
    func cancelledBeforeSent() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, _ in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { try? await run.sleep(for: .seconds(9)) }
                        group.addTask { _ = try? await run.activity("a") }
                        group.addTask { _ = try? await run.child("c") }
                        group.addTask { nothing() }
                        await group.next()
                        group.cancelAll()
                    }
                    return "none"
                }
            )
            server.work()
            #expect(server.isClosed)
            #expect(server.timers.isEmpty && server.activities.isEmpty && server.children.isEmpty)
            _ = try server.replay()
        }
        @Sendable func nothing() {}
    }

    @Test("A patch: new runs take the new way, old runs the old one, and history shows it")
    func patches() async throws {
        try await onThread { () throws -> Void in
            let isNew = Box(false)
            let server = FakeServer(
                TestProgram { run, program in
                    let takesNew = isNew.value ? try run.patched("change") : false
                    program.trace.append(takesNew ? "new" : "old")
                    try await run.sleep(for: .seconds(1))
                    return ""
                }
            )
            server.work()
            isNew.value = true
            server.evict()
            server.fire(server.timers[0])
            server.work()
            #expect(server.isClosed)
            #expect(try server.replay() == ["old"])

            let fresh = FakeServer(server.makeProgram())
            fresh.work()
            #expect(fresh.events.contains { $0.markerRecordedEventAttributes.markerName == "core_patch" })
            #expect(fresh.events.contains { $0.eventType == .upsertWorkflowSearchAttributes })
            #expect(try fresh.replay() == ["new"])
            isNew.value = false
            #expect(throws: WorkflowTaskFailure.self, "a patch that was forgotten") { try fresh.replay() }
        }
    }

    @Test("A side effect is made once, and random numbers are the same in every replay")
    func sideEffects() async throws {
        try await onThread { () throws -> Void in
            let calls = Box(0)
            let server = FakeServer(
                TestProgram { run, program in
                    program.trace.append(run.generator.uuid())
                    let value = try run.sideEffect {
                        calls.value += 1
                        return .text("\(calls.value)")
                    }
                    program.trace.append(value.text)
                    try await run.sleep(for: .seconds(1))
                    return ""
                }
            )
            server.work()
            let trace = server.program?.trace
            server.evict()
            #expect(try server.replay() == trace)
            #expect(calls.value == 1)
        }
    }

    @Test("ES-N4 A query changes nothing, and neither sees nor wakes what no task has taken")
    func queries() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram(
                    onSignal: { name, _, _, program in
                        program.trace.append(name)
                        program.count += 1
                        return ""
                    }
                ) { run, program in
                    try await run.condition { program.count > 1 }
                    return ""
                }
            )
            server.work()
            server.signal("a")
            server.work()
            server.signal("b")
            let events = server.events.count
            server.evict()
            #expect(server.query() == "a")
            #expect(server.query() == "a")
            #expect(server.events.count == events)
            server.work()
            #expect(server.isClosed)
            #expect(server.query() == "a b")
            #expect(try server.replay() == ["a", "b"])
        }
    }

    @Test("A workflow does not end while something has arrived that it has not seen")
    func unhandledCommand() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram(
                    onSignal: { name, _, _, program in
                        program.trace.append(name)
                        return ""
                    }
                ) { _, _ in "end" }
            )
            server.work { server.signal("late") }
            #expect(!server.isClosed)
            server.work()
            #expect(server.isClosed)
            #expect(try server.replay() == ["late"])
        }
    }

    @Test("A run that is given up lets its code end, and what that does is dropped")
    func eviction() async throws {
        let isGone = try await onThread { () throws -> Int64? in
            let server = FakeServer(
                TestProgram { run, program in
                    defer { program.trace.append("defer") }
                    while true {
                        // Swallows everything, so it would never end by itself.
                        try? await run.sleep(for: .seconds(1))
                    }
                }
            )
            server.work()
            weak let run = server.run
            server.evict()
            return run?.lastEventID
        }
        // It may be kept by code that swallows its eviction; the process goes on.
        #expect(isGone == nil || isGone == 3)
    }
}
