//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import TemporalNative
import TemporalNativeTesting
import Testing

/// What the documentation shows.
@Suite(
    "The tests that the documentation shows",
    .enabled(
        if: ProcessInfo.processInfo.environment[WorkflowEnvironment.serverVariable] != nil,
        "SKIPPED: no TEMPORAL_TEST_SERVER; it is .tools/venv/bin/temporal-test-server after Scripts/tools"
    ),
    .timeLimit(.minutes(4))
)
struct SnippetTests {
    // snippet.begin
    @Suite(.serialized, .timeSkipping)
    struct ReminderTests {
        @Test func month() async throws {
            let environment = try #require(WorkflowEnvironment.current)
            // Another activity of the same name: nothing is sent.
            let send = Activity("send") { (day: Int) in "day \(day)" }
            try await environment.withWorker(workflows: [Reminder.self], activities: [send]) { taskQueue in
                let said = try await environment.client.executeWorkflow(
                    "Reminder",
                    options: .init(id: "reminder-1", taskQueue: taskQueue),
                    input: 30,
                    returning: [String].self
                )
                #expect(said.count == 30)
            }
        }
    }
    // snippet.end

    @Test("A workflow in an environment of the test's own")
    func own() async throws {
        let send = Activity("send") { (day: Int) in "day \(day)" }
        // snippet.begin
        try await WorkflowEnvironment.withTimeSkipping { environment in
            try await environment.withWorker(workflows: [Reminder.self], activities: [send]) { taskQueue in
                let said = try await environment.client.executeWorkflow(
                    "Reminder",
                    options: WorkflowOptions(id: "reminder-1", taskQueue: taskQueue),
                    input: 30,
                    returning: [String].self
                )
                #expect(said.last == "day 30")
            }
        }
        // snippet.end
    }

    @Test("An activity")
    func activity() async throws {
        @Sendable func charge(_ order: String) async throws -> String { "receipt for \(order)" }
        // snippet.begin
        let environment = try await ActivityEnvironment()
        let receipt: String = try await environment.run(Activity("charge", charge), input: "order-1")
        #expect(receipt == "receipt for order-1")
        // snippet.end
    }

    @Test("An activity that is cancelled when it has come so far")
    func heartbeats() async throws {
        let copy = Activity("copy") { (source: String) async throws -> Int in
            let context = try #require(ActivityContext.current)
            var done = try await context.heartbeatDetails(as: Int.self)
            while context.cancellationReason == nil {
                if done < 50 { done += 1 }
                context.heartbeat(done)
                await Task.yield()
            }
            return done
        }
        // snippet.begin
        let info = ActivityInfo(activityType: "copy", attempt: 2)
        let environment = try await ActivityEnvironment(info: info, heartbeatDetails: [40])
        async let copied: Int = environment.run(copy, input: "source")
        for await heartbeat in environment.heartbeatStream where heartbeat.detail() == 50 { break }
        environment.cancel()
        #expect(try await copied == 50)
        // snippet.end
    }
}
