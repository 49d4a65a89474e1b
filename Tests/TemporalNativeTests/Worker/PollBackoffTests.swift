//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("What a poller does after a failed call")
struct PollBackoffTests {
    private let start = ContinuousClock.now

    @Test("Waits begin at 200 ms, double, and stop growing at 10 s")
    func growth() {
        var backoff = PollBackoff()
        let waits = (0..<8).map { _ in backoff.failed(.passing, at: self.start) }
        #expect(
            waits == [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000].map { .wait(.milliseconds($0)) }
        )
    }

    @Test("An answer, with or without a task, begins anew")
    func answered() {
        var backoff = PollBackoff()
        _ = backoff.failed(.passing, at: self.start)
        _ = backoff.failed(.passing, at: self.start)
        backoff.answered()
        #expect(backoff.failed(.passing, at: self.start) == .wait(.milliseconds(200)))
    }

    @Test("A suspicious failure is tolerated for a minute without success")
    func suspicious() {
        var backoff = PollBackoff()
        #expect(backoff.failed(.suspicious, at: self.start) != .giveUp)
        #expect(backoff.failed(.suspicious, at: self.start + .seconds(59)) != .giveUp)
        #expect(backoff.failed(.suspicious, at: self.start + .seconds(60)) == .giveUp)
    }

    @Test("The minute begins anew when the server answered, or failed otherwise", arguments: [true, false])
    func suspicionEnds(answered: Bool) {
        var backoff = PollBackoff()
        _ = backoff.failed(.suspicious, at: self.start)
        if answered { backoff.answered() } else { _ = backoff.failed(.passing, at: self.start + .seconds(30)) }
        #expect(backoff.failed(.suspicious, at: self.start + .seconds(61)) != .giveUp)
    }

    @Test("What no later call can cure ends the worker at once")
    func hopeless() {
        var backoff = PollBackoff()
        #expect(backoff.failed(.hopeless, at: self.start) == .giveUp)
    }

    @Test(
        "Errors are classified",
        arguments: [
            (TemporalError.Code.namespaceNotFound, PollBackoff.Trouble.hopeless),
            (.invalidArgument, .hopeless),
            (.unauthenticated, .suspicious),
            (.permissionDenied, .suspicious),
            (.unimplemented, .suspicious),
            (.notFound, .suspicious),
            (.unavailable, .passing),
            (.resourceExhausted, .passing),
            (.timedOut, .passing),
            (.canceled, .passing),
            (.serverFailed, .passing),
            (.namespaceUnavailable, .passing),
        ]
    )
    func classification(code: TemporalError.Code, trouble: PollBackoff.Trouble) {
        #expect(PollBackoff.Trouble(TemporalError(code: code, message: "")) == trouble)
    }
}
