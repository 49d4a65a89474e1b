//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("The limit of attempts a second")
struct RateLimitTests {
    private let start = ContinuousClock.now

    @Test("Tokens are spaced by the rate, and one is there at once")
    func spacing() {
        var limit = RateLimit(perSecond: 4)
        let waits = (0..<4).map { _ in limit.take(at: self.start) }
        #expect(waits == [.zero, .milliseconds(250), .milliseconds(500), .milliseconds(750)])
    }

    @Test("A tenth of a second's worth is saved up, and no more")
    func burst() {
        var limit = RateLimit(perSecond: 100)
        #expect((0..<10).allSatisfy { _ in limit.take(at: self.start) == .zero })
        #expect(limit.take(at: self.start) == .milliseconds(10))
        let later = self.start + .seconds(60)
        #expect((0..<10).allSatisfy { _ in limit.take(at: later) == .zero })
        #expect(limit.take(at: later) == .milliseconds(10))
    }

    @Test("Timers that fire late do not lower the rate")
    func lateness() {
        var limit = RateLimit(perSecond: 10)
        #expect(limit.take(at: self.start) == .zero)
        #expect(limit.take(at: self.start) == .milliseconds(100))
        // The second token is used 40 ms late; the third is promised for 200 ms all the same.
        #expect(limit.take(at: self.start + .milliseconds(140)) == .milliseconds(60))
    }

    @Test("In any ten seconds there are no more than the rate and the burst allow")
    func sum() {
        var limit = RateLimit(perSecond: 50)
        var now = self.start
        var taken = 0
        while now < self.start + .seconds(10) {
            now = now + limit.take(at: now)
            taken += 1
        }
        #expect((500...506).contains(taken))
    }
}
