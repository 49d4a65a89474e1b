//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

/// A number of permits and those who wait for one, first come, first served.
final class PermitPool: Sendable {
    /// How many are out at most.
    let permits: Int
    private let pool: Pool<Void>

    init(_ permits: Int) {
        self.permits = permits
        self.pool = Pool(Array(repeating: (), count: permits))
    }

    /// How many wait at the moment.
    ///
    /// For tests.
    var waiting: Int { self.pool.waitingCount }

    /// Takes a permit, and waits for one if none is left.
    ///
    /// - Returns: Whether it had to wait.
    /// - Throws: `CancellationError`; then no permit has been taken.
    func acquire() async throws -> Bool {
        try Task.checkCancellation()
        if self.pool.takeIfAvailable() != nil { return false }
        try await self.pool.take()
        return true
    }

    /// Gives a permit back: to the first who waits, if anybody does.
    func release() {
        self.pool.giveBack(())
    }
}
