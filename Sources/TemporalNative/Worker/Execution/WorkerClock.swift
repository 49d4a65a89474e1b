//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GroundworkNIO

/// The time of a worker: what it reads and what it waits by.
///
/// Tests bring their own.
package struct WorkerClock: Sendable {
    package var now: @Sendable () -> ContinuousClock.Instant
    /// Returns at the instant, or throws `CancellationError`.
    package var sleep: @Sendable (_ until: ContinuousClock.Instant) async throws -> Void

    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    package static let continuous = Self(
        now: { ContinuousClock.now },
        sleep: { try await EventLoopClock().sleep(until: $0) }
    )

    func sleep(for duration: Duration) async throws {
        guard duration > .zero else { return }
        try await self.sleep(self.now() + duration)
    }
}
