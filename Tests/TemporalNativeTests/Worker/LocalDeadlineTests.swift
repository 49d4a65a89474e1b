//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("When an attempt is over by the worker's clock")
struct LocalDeadlineTests {
    private let start = ContinuousClock.now

    private func after(_ instant: ContinuousClock.Instant?) -> Duration? {
        instant.map { self.start.duration(to: $0) }
    }

    private func deadline(
        startToClose: Duration? = nil,
        scheduleToClose: Duration? = nil,
        waited: Duration = .zero,
        heartbeat: Duration? = nil
    ) -> LocalDeadline {
        LocalDeadline(
            started: self.start,
            startToClose: startToClose,
            scheduleToClose: scheduleToClose,
            waited: waited,
            heartbeat: heartbeat
        )
    }

    @Test("Start-to-close and what is left of schedule-to-close, whichever is earlier, and five seconds more")
    func ends() {
        let both = self.deadline(startToClose: .seconds(30), scheduleToClose: .seconds(40), waited: .seconds(20))
        #expect(self.after(both.end) == .seconds(20))
        #expect(self.after(both.guardTime(lastHeartbeat: nil)) == .seconds(25))
        let first = self.deadline(startToClose: .seconds(10), scheduleToClose: .seconds(40), waited: .seconds(20))
        #expect(self.after(first.guardTime(lastHeartbeat: nil)) == .seconds(15))
    }

    @Test("A heartbeat puts the silence off, but not the end")
    func heartbeats() {
        let deadline = self.deadline(startToClose: .seconds(30), heartbeat: .seconds(10))
        #expect(self.after(deadline.guardTime(lastHeartbeat: nil)) == .seconds(15))
        #expect(self.after(deadline.guardTime(lastHeartbeat: self.start + .seconds(7))) == .seconds(22))
        #expect(self.after(deadline.guardTime(lastHeartbeat: self.start + .seconds(29))) == .seconds(35))
    }

    @Test("Without timeouts there is no deadline; zero is none")
    func none() {
        #expect(self.deadline().guardTime(lastHeartbeat: nil) == nil)
        #expect(self.deadline(startToClose: .zero, heartbeat: .zero).guardTime(lastHeartbeat: nil) == nil)
    }
}
