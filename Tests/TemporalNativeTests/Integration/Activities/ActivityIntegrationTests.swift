//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import Groundwork
import NIOConcurrencyHelpers
import Testing

@testable import TemporalNative

/// The semantics of activities on the real server, called by workflows in Python.
@Suite(
    "Swift activities, Python workflows, a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(5))
)
struct ActivityIntegrationTests {
    @Test("An attempt that fails is retried as the policy says", arguments: ActivityBed.Threshold.allCases)
    func retries(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            try await bed.worker {
                Activity("third time") { (word: String) -> String in
                    let attempt = ActivityContext.current?.info.attempt ?? 0
                    guard attempt >= 3 else { throw ApplicationFailure("not yet", type: "NotYet") }
                    return "\(word) \(attempt)"
                }
            } _: {
                #expect(try await bed.call(CallSpec("third time", "attempt")).value == "attempt 3")
                let outcome = try await bed.call(CallSpec("third time", "") { $0.retry = .init(attempts: 2) })
                #expect(outcome.chain?.first?.type == "MAXIMUM_ATTEMPTS_REACHED")
                #expect(outcome.chain?.last?.type == "NotYet")
                #expect(outcome.chain?.last?.message == "not yet")
            }
        }
    }

    @Test(
        "A failure that is not to be retried is not, by its own word or by the policy's",
        arguments: ActivityBed.Threshold.allCases
    )
    func nonRetryable(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let attempts = TestCounter()
            try await bed.worker {
                Activity("fail") { (type: String, isFinal: String) in
                    attempts.increment()
                    throw ApplicationFailure("no", type: type, isNonRetryable: isFinal == "final", details: [1, "two"])
                }
            } _: {
                let own = try await bed.call(CallSpec("fail", "Own", "final"))
                #expect(own.chain?.first?.type == "NON_RETRYABLE_FAILURE")
                #expect(own.chain?.last?.nonRetryable == true)
                #expect(own.chain?.last?.details?.count == 2)
                let policy = try await bed.call(
                    CallSpec("fail", "Listed", "") { $0.retry = .init(nonRetryable: ["Listed"]) }
                )
                #expect(policy.chain?.first?.type == "NON_RETRYABLE_FAILURE")
                #expect(attempts.value == 2)
            }
        }
    }

    @Test("A failure can say when the next attempt is", arguments: ActivityBed.Threshold.allCases)
    func nextRetryDelay(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            try await bed.worker {
                Activity("wait") { () -> String in
                    guard ActivityContext.current?.info.attempt == 1 else { return "done" }
                    throw ApplicationFailure("later", nextRetryDelay: .seconds(2))
                }
            } _: {
                let outcome = try await bed.call(CallSpec("wait") { $0.retry = .init(initial: 0.05) })
                #expect(outcome.value == "done")
                #expect(outcome.seconds >= 2)
            }
        }
    }

    @Test(
        "A silent activity times out, and the next attempt has the details of its last heartbeat",
        arguments: ActivityBed.Threshold.allCases
    )
    func heartbeatTimeout(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let text = String(repeating: "details ", count: 50_000)
            try await bed.worker {
                Activity("silent") { () -> String in
                    let context = try #require(ActivityContext.current)
                    // An attempt may be lost on its way here, and a heartbeat may come too late.
                    if let found = try await context.heartbeatDetails(as: String?.self) {
                        return found == text ? "found" : "other"
                    }
                    context.heartbeat(text)
                    await OneShot().wait()
                    // By now the worker knows by itself, for it made no heartbeat that could have been answered in time.
                    let reason = context.cancellationReason
                    #expect([.timedOut, .notFound, .workerShutdown].contains(reason), "\(reason as Any)")
                    throw CancellationError()
                }
            } _: {
                let outcome = try await bed.call(CallSpec("silent") { $0.heartbeat = 3 })
                #expect(outcome.value == "found")
            }
        }
    }

    @Test(
        "Details that the throttle held back are there for the next attempt when the activity fails",
        arguments: ActivityBed.Threshold.allCases
    )
    func heldBackDetails(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            try await bed.worker {
                Activity("steps") { () -> String in
                    let context = try #require(ActivityContext.current)
                    if let step = try await context.heartbeatDetails(as: Int?.self) { return "went on from \(step)" }
                    for step in 1...100 { context.heartbeat(step) }
                    throw ApplicationFailure("interrupted")
                }
            } _: {
                let outcome = try await bed.call(CallSpec("steps") { $0.heartbeat = 30 })
                #expect(outcome.value == "went on from 100")
            }
        }
    }

    @Test("An activity that is not there is retried, and its failure names those that are")
    func notRegistered() async throws {
        try await ActivityBed.with(.standard) { bed in
            try await bed.worker {
                Activity("here") {}
            } _: {
                let outcome = try await bed.call(CallSpec("elsewhere") { $0.retry = .init(attempts: 2) })
                #expect(outcome.chain?.first?.type == "MAXIMUM_ATTEMPTS_REACHED")
                #expect(outcome.chain?.last?.type == "NotFoundError")
                #expect(outcome.chain?.last?.message.contains("here") == true)
            }
        }
    }

    @Test(
        "Somebody else completes an activity: by its token, and from another process by its ids",
        arguments: ActivityBed.Threshold.allCases
    )
    func asyncCompletion(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let (tokens, given) = AsyncStream<Data>.makeStream()
            try await bed.worker {
                Activity("later") {
                    given.yield(try #require(ActivityContext.current).info.taskToken)
                    throw ActivityResultPending()
                }
            } _: {
                var tokens = tokens.makeAsyncIterator()
                let byToken = try await bed.start(CallSpec("later"))
                let token = try #require(await tokens.next())
                try await bed.client.activityHandle(taskToken: token).complete("by token")
                #expect(try await byToken.result().value == "by token")

                let byID = try await bed.start(CallSpec("later"))
                _ = await tokens.next()
                try await Program.temporal(
                    "activity",
                    "complete",
                    "--workflow-id",
                    byID.id,
                    "--activity-id",
                    "1",
                    "--result",
                    "\"by id\""
                )
                #expect(try await byID.result().value == "by id")

                let failed = try await bed.start(CallSpec("later") { $0.retry = .init(attempts: 1) })
                let last = try #require(await tokens.next())
                try await bed.client.activityHandle(taskToken: last).fail(ApplicationFailure("no", type: "Refused"))
                #expect(try await failed.result().chain?.last?.type == "Refused")
            }
        }
    }

    @Test("1,000 activities with 100 slots: all run once, and never more than 100 at a time")
    func thousand() async throws {
        try await ActivityBed.with(.standard) { bed in
            let state = NIOLockedValueBox((now: 0, most: 0, all: 0))
            try await bed.worker {
                Activity("greet") { (name: String) -> String in
                    state.withLockedValue { state in
                        state.now += 1
                        state.all += 1
                        state.most = max(state.most, state.now)
                    }
                    defer { state.withLockedValue { $0.now -= 1 } }
                    await Task.yield()
                    return "Hello, \(name)!"
                }
            } _: {
                struct Burst: Codable, Sendable {
                    var activity = "greet"
                    var taskQueue: String
                    var count = 1_000
                    var parallel = 250
                }
                let handle = try await bed.client.startWorkflow(
                    "Burst",
                    options: WorkflowOptions(id: "burst-\(UUID())", taskQueue: bed.workflows),
                    input: Burst(taskQueue: bed.taskQueue),
                    returning: Int.self
                )
                #expect(try await handle.result() == 1_000)
            }
            let (_, most, all) = state.withLockedValue { $0 }
            #expect(most <= 100)
            #expect(all == 1_000)
        }
    }

    @Test("ES-O3 The server lists the worker, its slots, and the types of its drivers")
    func workerList() async throws {
        try await ActivityBed.with(.standard) { bed in
            try await bed.worker {
                Activity("a") { "done" }
            } _: {
                _ = try await bed.call(CallSpec("a"))
                var found: String?
                // The worker polls already while it tells of itself.
                try await eventually {
                    let list = try await Program.temporal(
                        "worker",
                        "list",
                        "--query",
                        "TaskQueue=\"\(bed.taskQueue)\"",
                        "--output",
                        "json"
                    )
                    found = list.firstMatch(of: #/"workerInstanceKey":\s*"([^"]+)"/#).map { String($0.output.1) }
                    return found != nil
                }
                let key = try #require(found)
                let description = try await Program.temporal(
                    "worker",
                    "describe",
                    "--worker-instance-key",
                    key,
                    "--output",
                    "json"
                )
                #expect(description.contains("aws.s3driver"), "\(description)")
                #expect(description.contains(bed.taskQueue))
                #expect(description.contains("activityTaskSlotsInfo") || description.contains("SlotsInfo"))
            }
        }
    }
}
