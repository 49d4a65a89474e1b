//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Testing

@testable import TemporalNative

@Suite(
    "The client drives Python workflows on a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct WorkflowTests {
    @Test("A large value goes in and comes out, and history holds references", arguments: StorageMode.allCases)
    func echo(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let handle = try await client.startWorkflow(
                "Echo",
                options: mode.options("echo"),
                input: value,
                returning: [UInt8].self
            )
            #expect(try await handle.result() == value)
            let info = try await handle.describe().info
            #expect(info.status == .completed)
            #expect(info.type == "Echo")
            #expect(info.externalPayloadCount == 2)
            #expect(info.externalPayloadSizeInBytes > 600_000)
            #expect(info.historySizeInBytes < 10_000)
            #expect(info.runID == handle.firstRunID)
            let other = client.workflowHandle(id: handle.id, returning: [UInt8].self)
            #expect(try await other.result() == value)
            let untyped = try await client.workflowHandle(id: handle.id).result()
            #expect(try DataConverter().value(from: untyped, as: [UInt8].self) == value)
        }
    }

    @Test("Values of several types are what Python gets; nothing is nothing", arguments: StorageMode.allCases)
    func types(_ mode: StorageMode) async throws {
        try await mode.withClient { client in
            let joined = try await client.executeWorkflow(
                "Join",
                options: mode.options("join"),
                input: "é/",
                2,
                ["x", "y"],
                returning: [String: String].self
            )
            #expect(joined == ["joined": "é/é/xy"])
            try await client.executeWorkflow("Nothing", options: mode.options("nothing"), returning: Void.self)
            let none = try await client.executeWorkflow(
                "Nothing",
                options: mode.options("nothing"),
                returning: String?.self
            )
            #expect(none == nil)
            let error = await #expect(throws: TemporalError.self) {
                try await client.executeWorkflow("Nothing", options: mode.options("nothing"), returning: Int.self)
            }
            #expect(error?.code == .conversionFailed)
        }
    }

    @Test("Results are followed through continue-as-new and retries", arguments: StorageMode.allCases)
    func chains(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let countdown = try await client.startWorkflow(
                "Countdown",
                options: mode.options("countdown"),
                input: 3,
                value,
                returning: [UInt8].self
            )
            #expect(try await countdown.result() == value)
            let error = await #expect(throws: TemporalError.self) {
                try await countdown.result(followingRuns: false)
            }
            #expect(error?.code == .workflowContinuedAsNew)
            #expect(error?.runID != nil)

            var options = try mode.options("fails-at-first")
            options.retryPolicy = RetryPolicy(initialInterval: .milliseconds(100), maximumAttempts: 3)
            let retried = try await client.startWorkflow(
                "FailsAtFirst",
                options: options,
                input: value,
                returning: [UInt8].self
            )
            #expect(try await retried.result() == value)
            let first = await #expect(throws: TemporalError.self) {
                try await retried.result(followingRuns: false)
            }
            #expect(first?.code == .workflowFailed)
            #expect(first?.failure?.application?.type == "NotYet")
        }
    }

    @Test("A failure comes with its type, details and causes", arguments: StorageMode.allCases)
    func failure(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let error = await #expect(throws: TemporalError.self) {
                try await client.executeWorkflow(
                    "Fails",
                    options: mode.options("fails"),
                    input: value,
                    returning: Void.self
                )
            }
            #expect(error?.code == .workflowFailed)
            let failure = try #require(error?.failure)
            #expect(failure.message == "it failed")
            #expect(failure.application?.type == "Planned")
            #expect(failure.application?.isNonRetryable == true)
            #expect(failure.cause?.application?.type == "Deep")
            let (bytes, number) = try failure.details(as: [UInt8].self, Int.self)
            #expect(bytes == value)
            #expect(number == 7)
        }
    }

    @Test("Cancel, terminate, timeout: each ends in its own error", arguments: StorageMode.allCases)
    func ends(_ mode: StorageMode) async throws {
        try await mode.withClient { client in
            func end(
                _ options: WorkflowOptions,
                by action: (WorkflowHandle<Void>) async throws -> Void
            ) async throws -> TemporalError? {
                let handle = try await client.startWorkflow("Waits", options: options, returning: Void.self)
                try await action(handle)
                return await #expect(throws: TemporalError.self) { try await handle.result() }
            }
            let canceled = try await end(mode.options("waits")) { handle in
                try await handle.cancel(reason: "enough")
                try await handle.cancel(reason: "again")
            }
            #expect(canceled?.code == .workflowCanceled)
            #expect(canceled?.failure?.kind == .canceled)
            let terminated = try await end(mode.options("waits")) { handle in
                try await handle.terminate(reason: "stop", details: mode.blob())
            }
            #expect(terminated?.code == .workflowTerminated)
            #expect(terminated?.message.contains("stop") == true)
            var options = try mode.options("waits")
            options.runTimeout = .seconds(1)
            #expect(try await end(options) { _ in }?.code == .workflowTimedOut)
        }
    }

    @Test("Ids are taken once, as the policies say", arguments: StorageMode.allCases)
    func conflicts(_ mode: StorageMode) async throws {
        try await mode.withClient { client in
            var options = try mode.options("waits")
            let handle = try await client.startWorkflow("Waits", options: options, returning: Void.self)
            let error = await #expect(throws: TemporalError.self) {
                try await client.startWorkflow("Waits", options: options, returning: Void.self)
            }
            #expect(error?.code == .workflowAlreadyStarted)
            #expect(error?.runID == handle.firstRunID)
            options.idConflictPolicy = .useExisting
            let same = try await client.startWorkflow("Waits", options: options, returning: Void.self)
            #expect(same.firstRunID == handle.firstRunID)
            options.idConflictPolicy = .terminateExisting
            let next = try await client.startWorkflow("Waits", options: options, returning: Void.self)
            #expect(next.firstRunID != handle.firstRunID)
            // The handle is for its own chain, and does not end the other one.
            let over = await #expect(throws: TemporalError.self) { try await handle.terminate() }
            #expect(over?.code == .notFound)
            try await next.terminate()
            options.idConflictPolicy = nil
            options.idReusePolicy = .rejectDuplicate
            let rejected = await #expect(throws: TemporalError.self) {
                try await client.startWorkflow("Waits", options: options, returning: Void.self)
            }
            #expect(rejected?.code == .workflowAlreadyStarted)
        }
    }

    @Test("Memo, summary, search attributes and options arrive", arguments: StorageMode.allCases)
    func description(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            var options = try mode.options("waits")
            options.memo = ["large": value, "small": "s"]
            options.summary = "one line"
            options.details = "more lines"
            options.searchAttributes = ["CustomKeywordField": .keyword("native"), "CustomIntField": .int(5)]
            options.priority = Priority(key: 2)
            options.headers = ["h": "v"]
            let handle = try await client.startWorkflow("Waits", options: options, returning: Void.self)
            let description = try await handle.describe()
            #expect(description.info.status == .running)
            #expect(description.info.memo.names == ["large", "small"])
            #expect(try await description.info.memo.value("large", as: [UInt8].self) == value)
            #expect(try await description.info.memo.value("small", as: String.self) == "s")
            #expect(try await description.info.memo.value("none", as: String.self) == nil)
            #expect(description.summary == "one line")
            #expect(description.details == "more lines")
            #expect(description.info.searchAttributes["CustomKeywordField"] == .keyword("native"))
            #expect(description.info.searchAttributes["CustomIntField"] == .int(5))
            try await handle.terminate()
        }
    }

    @Test("List pages through all runs, count counts them", arguments: StorageMode.allCases)
    func visibility(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let queue = try "\(mode.options("x").taskQueue)-list"
            for number in 0..<5 {
                var options = WorkflowOptions(id: "list-\(number)-\(UUID().uuidString)", taskQueue: queue)
                options.memo = ["v": value]
                try await client.startWorkflow("Nobody", options: options)
            }
            let query = "TaskQueue = '\(queue)'"
            // What can be found lags behind what was started.
            try await eventually { try await client.countWorkflows(query).count == 5 }
            var ids: [String] = []
            for try await run in client.listWorkflows(query, pageSize: 2) {
                ids.append(run.id)
                #expect(try await run.memo.value("v", as: [UInt8].self) == value)
            }
            #expect(Set(ids).count == 5)
            let grouped = try await client.countWorkflows("\(query) GROUP BY ExecutionStatus")
            #expect(grouped.groups == [.init(values: [.keyword("Running")], count: 5)])
            for id in ids { try await client.workflowHandle(id: id).terminate() }
            let wrong = await #expect(throws: TemporalError.self) { try await client.countWorkflows("nonsense ===") }
            #expect(wrong?.code == .invalidArgument)
        }
    }

    @Test("A cron schedule goes on after a result, which is read without following", arguments: [StorageMode.standard])
    func cron(_ mode: StorageMode) async throws {
        try await mode.withClient { client in
            var options = try mode.options("cron")
            options.cronSchedule = "@every 1s"
            let value = mode.blob()
            let handle = try await client.startWorkflow(
                "Echo",
                options: options,
                input: value,
                returning: [UInt8].self
            )
            #expect(try await handle.result(followingRuns: false) == value)
            try await client.workflowHandle(id: handle.id).terminate()
            // Following ends where the chain does.
            let end = await #expect(throws: TemporalError.self) { try await handle.result() }
            #expect(end?.code == .workflowTerminated)
        }
    }
}

/// Asks again until something holds that the server brings about by itself; the test's time limit bounds it.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try await Task.sleep(for: .milliseconds(100))
    }
}
