//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers

/// The room that a worker has for tasks of one kind.
///
/// Whoever wants a task has a slot first, and whoever holds the slot gives it back: when there was no task, or when the
/// task has been answered.
final class TaskSlots: Sendable {
    private let permits: Pool<Void>
    /// How many there are.
    let count: Int

    init(count: Int) {
        self.count = count
        self.permits = Pool(Array(repeating: (), count: count))
    }

    /// How many are not held.
    var freeCount: Int { self.permits.freeCount }

    /// Takes a slot, and waits for one if none is free; first come, first served.
    ///
    /// - Throws: `CancellationError`; then nothing has been taken.
    func reserve() async throws -> TaskSlot {
        try await self.permits.take()
        return TaskSlot(of: self)
    }

    /// Takes a slot if one is free.
    func tryReserve() -> TaskSlot? {
        self.permits.takeIfAvailable().map { TaskSlot(of: self) }
    }

    fileprivate func giveBack() {
        self.permits.giveBack(())
    }
}

/// Room for one task, until whoever holds it releases it.
final class TaskSlot: Sendable {
    private let slots: TaskSlots
    private let isHeld = NIOLockedValueBox(true)

    fileprivate init(of slots: TaskSlots) {
        self.slots = slots
    }

    /// Gives the slot back.
    ///
    /// Again: nothing.
    func release() {
        let wasHeld = self.isHeld.withLockedValue { isHeld in
            defer { isHeld = false }
            return isHeld
        }
        if wasHeld { self.slots.giveBack() }
    }
}
