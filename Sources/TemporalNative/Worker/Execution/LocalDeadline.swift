//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// When an attempt is over by the worker's own clock.
///
/// The server ends an attempt at its timeouts and then wants no answer; it cannot tell an activity that never asks. So
/// the worker cancels it by itself, a little later than the server, lest it be earlier because clocks differ.
struct LocalDeadline: Hashable, Sendable {
    static let margin = Duration.seconds(5)

    /// When start-to-close or schedule-to-close run out, whichever is earlier.
    let end: ContinuousClock.Instant?
    private let started: ContinuousClock.Instant
    private let heartbeatTimeout: Duration?

    /// - Parameters:
    ///   - started: When the worker got the task.
    ///   - startToClose: The timeout of the attempt; nil or zero for none.
    ///   - scheduleToClose: The timeout of all attempts; nil or zero for none.
    ///   - waited: How much of `scheduleToClose` was over when the attempt started, by the server's clock.
    ///   - heartbeat: The heartbeat timeout; nil or zero for none.
    init(
        started: ContinuousClock.Instant,
        startToClose: Duration?,
        scheduleToClose: Duration?,
        waited: Duration,
        heartbeat: Duration?
    ) {
        func real(_ timeout: Duration?) -> Duration? { timeout.flatMap { $0 > .zero ? $0 : nil } }
        let rest = real(scheduleToClose).map { max(.zero, $0 - waited) }
        self.started = started
        self.heartbeatTimeout = real(heartbeat)
        self.end = [real(startToClose), rest].compactMap { $0 }.min().map { started + $0 }
    }

    /// When to cancel the attempt, if the last heartbeat was then.
    ///
    /// Nil if it has no timeouts.
    func guardTime(lastHeartbeat: ContinuousClock.Instant?) -> ContinuousClock.Instant? {
        let silence = self.heartbeatTimeout.map { (lastHeartbeat ?? self.started) + $0 }
        return [self.end, silence].compactMap { $0 }.min().map { $0 + Self.margin }
    }
}
