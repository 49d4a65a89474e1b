//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import Testing

@testable import WorkflowEngine

@Suite("Long histories are gone through in parts")
struct HistoryPartTests {
    /// Rounds of an activity each, as a server writes them: `rounds` times six events behind the first three.
    private static func events(rounds: Int, bytes: Int64 = 0) -> [API.Event] {
        var types: [API.Event.OneOf_Attributes] = [.workflowExecutionStartedEventAttributes(.init())]
        for _ in 0..<rounds {
            var completed = Temporal_Api_History_V1_ActivityTaskCompletedEventAttributes()
            completed.result.payloads = [.with { $0.externalPayloads = [.with { $0.sizeBytes = bytes }] }]
            types += [
                .workflowTaskScheduledEventAttributes(.init()), .workflowTaskStartedEventAttributes(.init()),
                .workflowTaskCompletedEventAttributes(.init()), .activityTaskScheduledEventAttributes(.init()),
                .activityTaskStartedEventAttributes(.init()),
                .activityTaskCompletedEventAttributes(completed),
            ]
        }
        types += [.workflowTaskScheduledEventAttributes(.init()), .workflowTaskStartedEventAttributes(.init())]
        return types.enumerated().map { index, attributes in
            .with { event in
                event.eventID = Int64(index + 1)
                event.attributes = attributes
                event.eventType =
                    switch attributes {
                    case .workflowTaskScheduledEventAttributes: .workflowTaskScheduled
                    case .workflowTaskStartedEventAttributes: .workflowTaskStarted
                    case .workflowTaskCompletedEventAttributes: .workflowTaskCompleted
                    case .activityTaskScheduledEventAttributes: .activityTaskScheduled
                    case .activityTaskStartedEventAttributes: .activityTaskStarted
                    case .activityTaskCompletedEventAttributes: .activityTaskCompleted
                    default: .workflowExecutionStarted
                    }
            }
        }
    }

    private static let lastOfPart: [Temporal_Api_Enums_V1_EventType] = [
        .workflowTaskStarted, .workflowTaskCompleted, .activityTaskScheduled,
    ]

    @Test("A short history has no parts, and neither has what was processed")
    func short() {
        let events = Self.events(rounds: 20)
        #expect(HistoryPart.parts(of: events, after: 0).isEmpty)
        #expect(HistoryPart.parts(of: events, after: 0, eventLimit: 30).count == 3)
        #expect(HistoryPart.parts(of: events, after: 100, eventLimit: 30).isEmpty)
        #expect(HistoryPart.parts(of: [], after: 0).isEmpty)
    }

    @Test("Parts end with a task and what it made, the next begins behind that task; the open task is in none")
    func divided() {
        let events = Self.events(rounds: 20)
        let parts = HistoryPart.parts(of: events, after: 0, eventLimit: 30)
        var next: Int64 = 1
        for part in parts {
            #expect(part.events.first?.eventID == next)
            #expect(part.events.suffix(3).map(\.eventType) == Self.lastOfPart)
            #expect(part.events.map(\.eventID) == Array(next..<(next + Int64(part.events.count))))
            next = (part.events.last?.eventID ?? 0) - 1
        }
        #expect(next <= Int64(events.count) - 2)
    }

    @Test("A task that failed ends no part: its events belong to the one that was answered")
    func failedTask() throws {
        var events = Self.events(rounds: 20)
        let first = try #require(HistoryPart.parts(of: events, after: 0, eventLimit: 30).first)
        // The task at which the first part ends, and what it made.
        let end = first.events.count - 3
        events[end + 1].eventType = .workflowTaskFailed
        events[end + 1].workflowTaskFailedEventAttributes = .init()
        let longer = HistoryPart.parts(of: events, after: 0, eventLimit: 30)
        #expect(longer.first?.events.count == first.events.count + 6)
    }

    @Test("What a part does not begin with is missing, and what fails in a part fails the task")
    func refused() async throws {
        try await onThread {
            let server = FakeServer(
                TestProgram { run, _ in
                    for _ in 0..<4 { try await run.sleep(for: .seconds(1)) }
                    return ""
                }
            )
            for _ in 0..<4 {
                server.work()
                server.fire(try #require(server.timers.first))
            }
            let parts = HistoryPart.parts(of: server.events, after: 0, eventLimit: 1)
            try #require(parts.count == 4)
            let (run, _) = server.newRun()
            defer { run.evict() }
            guard case .needsHistory = run.replay(parts[1]) else {
                Issue.record("a part was taken whose beginning is missing")
                return
            }
            #expect(run.replay(parts[0]) == nil && run.replay(parts[1]) == nil)
            let (other, _) = server.newRun(of: TestProgram { run, _ in try await run.activity("greet") })
            defer { other.evict() }
            #expect(other.replay(parts[0]) == nil)
            guard case .failed(let failure) = other.replay(parts[1]) else {
                Issue.record("a part of the history of other code was gone through")
                return
            }
            #expect(failure.cause == .nonDeterministicError)
        }
    }

    @Test("ES-N1 A task whose history is gone through in parts is answered as any other, and sends nothing twice")
    func answered() async throws {
        let (trace, parts) = try await onThread { () throws -> ([String], Int) in
            let server = FakeServer(
                TestProgram { run, program in
                    for second in 1...5 {
                        async let slept: Void = run.sleep(for: .seconds(second))
                        program.trace.append(try await run.activity("greet \(second)"))
                        try await slept
                    }
                    return "done"
                }
            )
            server.partLimit = 1
            for _ in 0..<20 where !server.isClosed {
                server.work()
                for timer in server.timers { server.fire(timer) }
                server.evict()
                server.work()
                for activity in server.activities { server.end(activity: activity) }
                server.evict()
            }
            #expect(server.isClosed && server.lastFailure == nil)
            // Each command once: a fake server takes what it is given.
            #expect(server.events.count { $0.eventType == .timerStarted } == 5)
            #expect(server.events.count { $0.eventType == .activityTaskScheduled } == 5)
            return (try server.replay(), server.parts)
        }
        #expect(trace.count == 5)
        #expect(parts > 20)
    }

    @Test("What payloads refer to bounds a part as well")
    func bytes() {
        #expect(HistoryPart.parts(of: Self.events(rounds: 13, bytes: 20 * 1_048_576), after: 0).count == 3)
        #expect(HistoryPart.parts(of: Self.events(rounds: 3, bytes: .max), after: 0).count <= 3)
    }
}
