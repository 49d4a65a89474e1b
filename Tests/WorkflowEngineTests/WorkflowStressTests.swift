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

@Suite("ES-N1 A history replays to the same commands, whatever was evicted", .timeLimit(.minutes(5)))
struct WorkflowStressTests {
    /// A seed of its own each time, which is printed if something fails.
    static let seeds = {
        let given = ProcessInfo.processInfo.environment["WORKFLOW_STRESS_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0..<1_000_000_000)
        return (0..<4).map { seed + UInt64($0) }
    }()

    @Test("Random workflows, random evictions, lost tasks, signals, updates, queries", arguments: seeds)
    func random(_ seed: UInt64) async throws {
        let totals = try await onThread {
            () throws -> (tasks: Int, replays: Int, parts: Int, finished: Int, local: Int, heartbeats: Int) in
            var random = SeededGenerator(seed: "\(seed)")
            var totals = (tasks: 0, replays: 0, parts: 0, finished: 0, local: 0, heartbeats: 0)
            for round in 0..<100 {
                let script = random.next()
                let server = FakeServer(Self.program(script))
                let evictions = Int.random(in: 0...100, using: &random)
                server.partLimit = Int.random(in: 1...60, using: &random)
                var steps = 0
                let local = Box(SeededGenerator(seed: "\(script)"))
                server.onLocal = { running in
                    guard let one = running.randomElement(using: &local.value) else { return .heartbeat }
                    switch Int.random(in: 0..<8, using: &local.value) {
                    case 0: return .end(one, .failed(.with { $0.message = "failed" }))
                    case 1: return .end(one, .backedOff(.with { $0.message = "later" }, .seconds(100)))
                    case 2, 3: return .heartbeat
                    default: return .end(one, nil)
                    }
                }
                while !server.isClosed, steps < 400 {
                    steps += 1
                    try Self.step(server, evictions: evictions, finishing: steps > 60, &random)
                }
                #expect(server.isClosed, "seed \(seed), workflow \(round) did not end")
                _ = try server.replay()
                totals.tasks += server.tasks
                totals.replays += server.replays
                totals.parts += server.parts
                totals.local += server.localStarts
                totals.heartbeats += server.heartbeats
                totals.finished += 1
            }
            return totals
        }
        print("workflow stress, seed \(seed): \(totals)")
        #expect(totals.finished == 100)
        #expect(totals.replays > 100)
        #expect(totals.parts > 100)
        #expect(totals.local > 50 && totals.heartbeats > 10)
    }

    private static func step(
        _ server: FakeServer,
        evictions: Int,
        finishing: Bool,
        _ random: inout SeededGenerator
    ) throws {
        Self.happen(server, finishing: finishing, &random)
        if Int.random(in: 0..<100, using: &random) < evictions { server.evict() }
        let isAnswered = server.events.contains { $0.eventType == .workflowTaskCompleted }
        if Int.random(in: 0..<6, using: &random) == 0, isAnswered {
            #expect(server.query() != nil)
        }
        let isLost = !finishing && Int.random(in: 0..<12, using: &random) == 0
        var generator = random
        let outcome = server.work(isLost: isLost) {
            if !finishing, Int.random(in: 0..<4, using: &generator) == 0 {
                Self.happen(server, finishing: false, &generator)
            }
        }
        random = generator
        if case .failed(let failure) = outcome { throw failure }
    }

    private static func happen(_ server: FakeServer, finishing: Bool, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: server.signal("more", "\(Int.random(in: 0..<3, using: &random))")
        case 1:
            server.update("u\(server.events.count)-\(server.updates.count)", "\(Int.random(in: 0..<4, using: &random))")
        case 2, 3: if let timer = server.timers.randomElement(using: &random) { server.fire(timer) }
        case 4, 5:
            if let activity = server.activities.randomElement(using: &random) {
                server.end(activity: activity, Int.random(in: 0..<3, using: &random))
            }
        case 9: if let one = server.nexusOperations.randomElement(using: &random) { server.start(nexus: one) }
        case 10:
            if let one = server.nexusOperations.randomElement(using: &random) {
                let ending = FakeServer.NexusEnding.allCases.randomElement(using: &random) ?? .completed
                server.end(nexus: one, ending)
            }
        case 11: server.answerNexusCancellation(isTaken: Bool.random(using: &random))
        case 6: if let child = server.children.randomElement(using: &random) { server.end(child: child) }
        case 7: server.endExternal()
        default: if finishing { server.cancel() }
        }
    }

    /// A workflow that a number describes.
    private static func program(_ script: UInt64) -> TestProgram {
        TestProgram(
            onSignal: { _, argument, run, program in
                program.count += 1
                if argument == "1" { program.trace.append((try? await run.activity("on-signal")) ?? "x") }
                if argument == "2" { program.trace.append(run.generator.uuid()) }
                return ""
            },
            onUpdate: { _, argument, run, program in
                program.trace.append("update \(argument)")
                if argument == "2" { try? await run.sleep(for: .seconds(1)) }
                if argument == "3" { throw TestProgram.Failed(message: "as it should") }
                program.count += 1
                return "\(program.count)"
            },
            validate: { argument, _ in if argument == "0" { throw TestProgram.Failed(message: "0") } },
            { run, program in try await Self.steps(script, run, program) }
        )
    }

    private static func steps(_ script: UInt64, _ run: WorkflowRun, _ program: TestProgram) async throws -> String {
        var random = SeededGenerator(seed: "\(script)")
        for step in 0..<Int.random(in: 1...6, using: &random) {
            program.trace.append("step \(step)")
            try await Self.operation(Int.random(in: 0..<20, using: &random), run, program)
        }
        return program.trace.joined(separator: " ")
    }

    private static func operation(_ kind: Int, _ run: WorkflowRun, _ program: TestProgram) async throws {
        switch kind {
        case 0: try await run.sleep(for: .seconds(1))
        case 1: program.trace.append((try? await run.activity("plain")) ?? "failed")
        case 2:
            async let first = run.activity("left")
            async let second: Void = run.sleep(for: .seconds(1))
            program.trace.append((try? await first) ?? "failed")
            try await second
        case 3:
            let target = program.count + 1
            try await run.condition { program.count >= target }
        case 4: program.trace.append((try? await run.child("child-\(run.generator.uuid())")) ?? "no child")
        case 5: if try run.patched("patch-\(program.count % 3)") { program.trace.append("patched") }
        case 6: program.trace.append(try run.sideEffect { .text("\(UInt8.random(in: 0...255))") }.text)
        case 7, 8, 9:
            // Whoever comes first ends the other, which is asked to stop in one of three ways.
            let cancellation: ActivityCancellation = [.tryCancel, .waitUntilEnded, .abandon][kind - 7]
            await withTaskGroup(of: String.self) { group in
                group.addTask { (try? await run.activity("raced", cancellation)) ?? "cancelled" }
                group.addTask {
                    try? await run.sleep(for: .seconds(1))
                    return "timer"
                }
                program.trace.append(await group.next() ?? "")
                group.cancelAll()
                for await other in group { program.trace.append(other) }
            }
        case 12: program.trace.append((try? await run.local("plain")) ?? "failed")
        case 13:
            await withTaskGroup(of: String.self) { group in
                for index in 0..<3 { group.addTask { (try? await run.local("many-\(index)")) ?? "failed" } }
                for await result in group {
                    program.trace.append(result)
                    if result == "failed" { program.trace.append((try? await run.activity("instead")) ?? "failed") }
                }
            }
        case 14, 15:
            let cancellation: ActivityCancellation = [.tryCancel, .waitUntilEnded][kind - 14]
            await withTaskGroup(of: String.self) { group in
                group.addTask { (try? await run.local("raced", cancellation)) ?? "cancelled" }
                group.addTask { (try? await run.local("racing", .abandon)) ?? "cancelled" }
                group.addTask {
                    try? await run.sleep(for: .seconds(1))
                    return "timer"
                }
                program.trace.append(await group.next() ?? "")
                group.cancelAll()
                for await other in group { program.trace.append(other) }
            }
        case 16, 17, 18, 19:
            let cancellation: NexusCancellation = [.tryCancel, .waitUntilEnded, .waitUntilRequested, .abandon][
                kind - 16
            ]
            await withTaskGroup(of: String.self) { group in
                group.addTask { (try? await run.nexus("raced", cancellation)) ?? "cancelled" }
                group.addTask {
                    try? await run.sleep(for: .seconds(1))
                    return "timer"
                }
                program.trace.append(await group.next() ?? "")
                group.cancelAll()
                for await other in group { program.trace.append(other) }
            }
        case 10:
            try await run.signalExternal(
                .with {
                    $0.execution.workflowID = "other"
                    $0.signalName = "hello"
                }
            )
        default:
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<3 {
                    group.addTask {
                        program.trace.append(
                            (try? await run.child("many-\(index)-\(program.trace.count)", .tryCancel)) ?? "-"
                        )
                    }
                }
                group.addTask { try? await run.sleep(for: .seconds(1)) }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
