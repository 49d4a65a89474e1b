//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("Which heartbeats are sent, and when")
struct HeartbeatThrottleTests {
    private let start = ContinuousClock.now

    private func text(_ step: HeartbeatThrottle<Int>.Step) -> String {
        switch step {
        case .send(let details): "send \(details)"
        case .wait(let until): "wait \(self.start.duration(to: until))"
        case .rest: "rest"
        }
    }

    @Test("The first is sent at once, the newest of the interval when that ends")
    func newest() {
        var throttle = HeartbeatThrottle<Int>(interval: .seconds(8))
        #expect(self.text(throttle.next(at: self.start)) == "rest")
        throttle.record(1)
        #expect(self.text(throttle.next(at: self.start)) == "send 1")
        throttle.sent(at: self.start + .seconds(1))
        #expect(self.text(throttle.next(at: self.start + .seconds(2))) == "rest")
        throttle.record(2)
        throttle.record(3)
        #expect(self.text(throttle.next(at: self.start + .seconds(3))) == "wait 9.0 seconds")
        #expect(self.text(throttle.next(at: self.start + .seconds(9))) == "send 3")
        throttle.sent(at: self.start + .seconds(9))
        #expect(throttle.takeUnsent() == nil)
    }

    @Test("A lost one is sent again after the interval, unless there is a newer one", arguments: [false, true])
    func lost(newer: Bool) {
        var throttle = HeartbeatThrottle<Int>(interval: .seconds(8))
        throttle.record(1)
        _ = throttle.next(at: self.start)
        if newer { throttle.record(2) }
        throttle.lost(at: self.start)
        #expect(self.text(throttle.next(at: self.start)) == "wait 8.0 seconds")
        #expect(self.text(throttle.next(at: self.start + .seconds(8))) == "send \(newer ? 2 : 1)")
    }

    @Test("At the end, the newest that the server does not have is left, also one that is on its way")
    func unsent() {
        var throttle = HeartbeatThrottle<Int>(interval: .seconds(8))
        throttle.record(1)
        _ = throttle.next(at: self.start)
        #expect(throttle.takeUnsent() == 1)
        throttle.record(2)
        #expect(throttle.takeUnsent() == 2)
        #expect(throttle.takeUnsent() == nil)
    }

    @Test("The interval is 80 % of the timeout, within the limits")
    func interval() {
        func interval(_ timeout: Duration?) -> Duration {
            HeartbeatThrottle<Int>.interval(
                heartbeatTimeout: timeout,
                longest: .seconds(60),
                fallback: .seconds(30)
            )
        }
        #expect(interval(.seconds(10)) == .seconds(8))
        #expect(interval(.seconds(600)) == .seconds(60))
        #expect(interval(nil) == .seconds(30))
        #expect(interval(.zero) == .seconds(30))
    }
}
