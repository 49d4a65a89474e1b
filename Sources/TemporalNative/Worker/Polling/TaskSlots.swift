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
    typealias Meter = @Sendable (ContinuousClock.Instant) -> MachineLoad?

    private struct State: Sendable {
        var gate: SlotGate
        /// How many slots are held; whoever waits for the machine has a permit, and holds none.
        var held = 0
    }

    private let permits: Pool<Void>
    private let state: NIOLockedValueBox<State>
    private let clock: WorkerClock
    private let meter: Meter
    let supplier: SlotSupplier

    init(
        _ supplier: SlotSupplier,
        clock: WorkerClock,
        meter: @escaping Meter = { LoadMeter.shared.load(at: $0) }
    ) {
        self.supplier = supplier
        self.permits = Pool(Array(repeating: (), count: supplier.maximum))
        self.state = NIOLockedValueBox(State(gate: SlotGate(supplier)))
        self.clock = clock
        self.meter = meter
    }

    /// How many there are at most.
    var count: Int { self.supplier.maximum }

    /// How many are not held.
    var freeCount: Int { self.permits.freeCount }

    /// Takes a slot, and waits for one if none is free, or if the machine is too busy.
    ///
    /// - Throws: `CancellationError`; then nothing has been taken.
    func reserve() async throws -> TaskSlot {
        try await self.permits.take()
        do {
            while case .later(let time) = self.ask() { try await self.clock.sleep(for: time) }
        } catch {
            self.permits.giveBack(())
            throw error
        }
        return TaskSlot(of: self)
    }

    /// Takes a slot if one is free now.
    func tryReserve() -> TaskSlot? {
        guard self.permits.takeIfAvailable() != nil else { return nil }
        guard self.ask() == .now else {
            self.permits.giveBack(())
            return nil
        }
        return TaskSlot(of: self)
    }

    /// Whether the permit that has been taken may be used; if so, a slot is held.
    private func ask() -> SlotGate.Answer {
        let now = self.clock.now()
        return self.state.withLockedValue { state in
            let answer = state.gate.ask(held: state.held, load: self.meter(now), at: now)
            if answer == .now { state.held += 1 }
            return answer
        }
    }

    fileprivate func giveBack() {
        self.state.withLockedValue { $0.held -= 1 }
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
