//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore
internal import NIOPosix

/// The clock of deadlines that hardly ever come: a sleep costs next to nothing, and nothing is left of it when it is
/// cancelled.
///
/// `Task.sleep` keeps what it was to wake until the time has come, cancelled or not. Sleeps here are timers of the event
/// loop they begin on, or of any loop. A deadline that is further away than 292 years never comes.
package struct EventLoopClock: Clock {
    /// Creates the clock.
    package init() {}

    package var now: ContinuousClock.Instant { ContinuousClock.now }
    package var minimumResolution: Duration { .milliseconds(1) }

    /// Returns at the instant, or throws `CancellationError`.
    package func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration? = nil) async throws {
        let duration = self.now.duration(to: deadline)
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(duration)) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch {
            // Cancelled, or the process ends: nothing else lets a timer fail.
            throw CancellationError()
        }
    }
}
