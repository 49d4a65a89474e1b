//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

/// An activity that takes its time, says how far it is, and goes on from there when it has been interrupted.
struct Counting: ActivityContainer {
    func count(to end: Int, millisecondsPerStep: Int?) async throws -> String {
        guard let context = ActivityContext.current else { throw ApplicationFailure("not in an activity") }
        let start = try await context.heartbeatDetails(as: Int?.self) ?? 0
        for step in start..<end {
            try await Task.sleep(for: .milliseconds(millisecondsPerStep ?? 100))
            context.heartbeat(step + 1)
        }
        return "from \(start) to \(end) in attempt \(context.info.attempt)"
    }

    var activities: [Activity] {
        Activity("count", self.count)
    }
}
