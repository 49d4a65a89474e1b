//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Which parts of the memory and of the processors' time are in use, 0 to 1.
struct MachineLoad: Hashable, Sendable {
    var memory: Double
    var processors: Double

    /// Whether this system says it.
    static var isKnown: Bool { HostUsage.currentTicks() != nil && HostUsage.currentMemoryUsage() != nil }
}

/// Looks at the machine, not more often than the numbers mean something.
final class LoadMeter: Sendable {
    private struct State: Sendable {
        var ticks: HostUsage.Ticks?
        var load: MachineLoad?
        var seen: ContinuousClock.Instant?
    }

    /// All slots of a process are given by the same numbers.
    static let shared = LoadMeter()

    private let state = NIOLockedValueBox(State())

    /// How busy the machine is; nil if it does not say.
    func load(at now: ContinuousClock.Instant) -> MachineLoad? {
        self.state.withLockedValue { state in
            if let seen = state.seen, seen.duration(to: now) < SlotGate.patience { return state.load }
            state.seen = now
            guard let ticks = HostUsage.currentTicks(), let memory = HostUsage.currentMemoryUsage() else { return nil }
            // The first look has nothing to compare with but the time since the machine was started.
            state.load = MachineLoad(
                memory: Double(max(memory, HostUsage.currentContainerMemoryUsage() ?? 0)),
                processors: Double(ticks.usage(since: state.ticks))
            )
            state.ticks = ticks
            return state.load
        }
    }
}
