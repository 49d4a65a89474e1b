//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("What the server is told of an attempt")
struct ActivityVerdictTests {
    typealias Reason = ActivityCancellationReason
    private static let reasons: [Reason?] = [
        nil, .canceled, .paused, .reset, .workerShutdown, .timedOut, .notFound, .heartbeatFailed,
    ]

    @Test("ES-F5 A result is a result, although the activity was cancelled, paused or reset")
    func results() {
        for reason: Reason? in [nil, .canceled, .paused, .reset, .workerShutdown] {
            #expect(ActivityVerdict.rule(for: .returned, cancellation: reason) == .completed)
        }
    }

    @Test("A cancellation error says why the activity was cancelled")
    func cancellations() {
        let verdicts: [Reason?: ActivityVerdict] = [
            nil: .failed, .canceled: .canceled, .paused: .interrupted(.paused), .reset: .interrupted(.reset),
            .workerShutdown: .interrupted(.workerShutdown),
        ]
        for (reason, verdict) in verdicts {
            #expect(ActivityVerdict.rule(for: .threwCancellation, cancellation: reason) == verdict)
        }
    }

    @Test("Another error is a failure, although the activity was cancelled")
    func errors() {
        for reason: Reason? in [nil, .canceled, .paused, .reset, .workerShutdown] {
            #expect(ActivityVerdict.rule(for: .threw, cancellation: reason) == .failed)
            #expect(ActivityVerdict.rule(for: .threwFinal, cancellation: reason) == .failed)
        }
    }

    @Test(
        "Nothing is reported of an attempt that the server has given up",
        arguments: [ActivityVerdict.Ending.returned, .pending, .threw, .threwFinal, .threwCancellation]
    )
    func silence(ending: ActivityVerdict.Ending) {
        #expect(ActivityVerdict.rule(for: ending, cancellation: .timedOut) == .nothing)
        #expect(ActivityVerdict.rule(for: ending, cancellation: .notFound) == .nothing)
    }

    @Test("Nothing is reported of a pending result")
    func pending() {
        for reason in Self.reasons where reason != .heartbeatFailed {
            #expect(ActivityVerdict.rule(for: .pending, cancellation: reason) == .nothing)
        }
    }

    @Test("ES-F6 After a heartbeat that failed, a failure that is not to be retried stays one")
    func lastWord() {
        #expect(ActivityVerdict.rule(for: .threwFinal, cancellation: .heartbeatFailed) == .failed)
    }

    @Test("A heartbeat that cannot be encoded or stored fails the attempt, however else it ends")
    func heartbeatFailure() {
        for ending: ActivityVerdict.Ending in [.returned, .pending, .threw, .threwCancellation] {
            #expect(ActivityVerdict.rule(for: ending, cancellation: .heartbeatFailed) == .heartbeatFailed)
        }
    }

    @Test("Details that were not sent precede a failure and a cancellation, and no result")
    func flushing() {
        #expect([ActivityVerdict.failed, .canceled, .interrupted(.paused)].allSatisfy { $0.flushesHeartbeats })
        #expect(![ActivityVerdict.completed, .nothing, .heartbeatFailed].contains { $0.flushesHeartbeats })
    }

    @Test("An answer to a heartbeat cancels before it resets, and resets before it pauses")
    func priorities() {
        func reason(_ canceled: Bool, _ reset: Bool, _ paused: Bool) -> Reason? {
            .reason(cancelRequested: canceled, activityReset: reset, activityPaused: paused)
        }
        #expect(reason(true, true, true) == .canceled)
        #expect(reason(false, true, true) == .reset)
        #expect(reason(false, false, true) == .paused)
        #expect(reason(false, false, false) == nil)
    }
}
