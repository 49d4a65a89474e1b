//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import NIOConcurrencyHelpers
import Testing

@testable import TemporalNative

extension ActivityIntegrationTests {
    /// Makes heartbeats until it is cancelled; then throws a cancellation error, or says why it was cancelled.
    ///
    /// Attempts that come here after the first one end at once.
    private static func patient(_ started: TestCounter, ended: TestCounter, returns: Bool) -> Activity {
        Activity("patient") { () -> String in
            let context = try #require(ActivityContext.current)
            started.increment()
            defer { ended.increment() }
            // Not by the number alone: a busy server loses attempts on their way here.
            if started.value > 1 { return context.info.attempt > 1 ? "later attempt" : "first attempt again" }
            while !Task.isCancelled {
                context.heartbeat("alive")
                try? await Task.sleep(for: .milliseconds(100))
            }
            guard returns else { throw CancellationError() }
            return "\(context.cancellationReason?.description ?? "none")"
        }
    }

    private func cancelled(
        _ threshold: ActivityBed.Threshold,
        _ type: String,
        returns: Bool
    ) async throws -> CallOutcome {
        try await ActivityBed.with(threshold) { bed in
            let (started, ended) = (TestCounter(), TestCounter())
            return try await bed.worker(ActivityBed.attentive) {
                Self.patient(started, ended: ended, returns: returns)
            } _: {
                let handle = try await bed.start(
                    CallSpec("patient") { spec in
                        spec.heartbeat = 30
                        spec.cancellation = type
                    }
                )
                try await started.wait(for: 1)
                try await handle.signal("cancel")
                let outcome = try await handle.result()
                // Abandoned, it is cancelled only because its workflow has ended.
                try await ended.wait(for: 1)
                return outcome
            }
        }
    }

    @Test("Cancelled and waited for, an activity ends as it ends", arguments: ActivityBed.Threshold.allCases)
    func waitsForCancellation(threshold: ActivityBed.Threshold) async throws {
        let thrown = try await self.cancelled(threshold, "wait", returns: false)
        #expect(thrown.chain?.map(\.kind) == ["ActivityError", "CancelledError"])
        let returned = try await self.cancelled(threshold, "wait", returns: true)
        #expect(returned.value == "canceled", "\(returned)")
    }

    @Test("Tried to cancel, the workflow goes on at once, and the activity is told", arguments: ["try", "abandon"])
    func triesToCancel(type: String) async throws {
        for threshold in ActivityBed.Threshold.allCases {
            let outcome = try await self.cancelled(threshold, type, returns: true)
            #expect(outcome.chain?.last?.kind == "CancelledError")
        }
    }

    @Test(
        "A paused activity is told, fails its attempt, and goes on when unpaused",
        arguments: ActivityBed.Threshold.allCases
    )
    func pause(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let (started, ended) = (TestCounter(), TestCounter())
            try await bed.worker(ActivityBed.attentive) {
                Self.patient(started, ended: ended, returns: false)
            } _: {
                let handle = try await bed.start(CallSpec("patient") { $0.heartbeat = 30 })
                try await started.wait(for: 1)
                try await Program.temporal("activity", "pause", "--workflow-id", handle.id, "--activity-id", "1")
                try await ended.wait(for: 1)
                let failure = try await bed.lastFailure(of: handle)
                #expect(failure.application?.type == "ActivityPause")
                let pending = try #require(try await handle.describe().pendingActivities.first)
                #expect(pending.state == .paused)
                #expect(started.value == 1)
                try await Program.temporal("activity", "unpause", "--workflow-id", handle.id, "--activity-id", "1")
                let outcome = try await handle.result()
                #expect(outcome.value == "later attempt", "\(outcome)")
            }
        }
    }

    @Test("A reset activity is told, and begins anew", arguments: ActivityBed.Threshold.allCases)
    func reset(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let (attempts, ended) = (TestCounter(), TestCounter())
            let told = NIOLockedValueBox<ActivityCancellationReason?>(nil)
            let isFirst = NIOLockedValueBox(true)
            try await bed.worker(ActivityBed.attentive) {
                Activity("again") { () -> String in
                    let context = try #require(ActivityContext.current)
                    attempts.increment()
                    if attempts.value > 1 { return "anew" }
                    defer { ended.increment() }
                    isFirst.withLockedValue { $0 = context.info.attempt == 1 }
                    while !Task.isCancelled {
                        context.heartbeat()
                        try? await Task.sleep(for: .milliseconds(100))
                    }
                    told.withLockedValue { $0 = context.cancellationReason }
                    throw CancellationError()
                }
            } _: {
                let handle = try await bed.start(CallSpec("again") { $0.heartbeat = 30 })
                try await attempts.wait(for: 1)
                try await Program.temporal("activity", "reset", "--workflow-id", handle.id, "--activity-id", "1")
                let outcome = try await handle.result()
                #expect(outcome.value == "anew", "\(outcome)")
                try await ended.wait(for: 1)
                // Server 1.32.0 says so to a first attempt; a later one is not known to it any more.
                let expected: ActivityCancellationReason = isFirst.withLockedValue { $0 } ? .reset : .notFound
                let reason = told.withLockedValue { $0 }
                #expect(reason == expected)
            }
        }
    }

    @Test(
        "A worker that shuts down in the middle hands the activity to another",
        arguments: ActivityBed.Threshold.allCases
    )
    func shutdown(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let (started, ended) = (TestCounter(), TestCounter())
            let handle = try await bed.worker(ActivityBed.attentive) {
                Self.patient(started, ended: ended, returns: false)
            } _: {
                let handle = try await bed.start(CallSpec("patient") { $0.heartbeat = 30 })
                try await started.wait(for: 1)
                return handle
            }
            let failure = try await bed.lastFailure(of: handle)
            #expect(failure.application?.type == "WorkerShutdown")
            let outcome = try await bed.worker(ActivityBed.attentive) {
                Self.patient(started, ended: ended, returns: false)
            } _: {
                try await handle.result()
            }
            #expect(outcome.value == "later attempt")
        }
    }
}
