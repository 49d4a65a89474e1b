//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Whether one more task may be taken on.
///
/// Pure: the load and the moment are parameters.
struct SlotGate: Sendable {
    enum Answer: Hashable, Sendable {
        case now
        /// Not yet; it is worth asking again after this time.
        case later(Duration)
    }

    /// After how long a machine that is too busy is looked at again.
    static let patience = Duration.milliseconds(100)

    private let supplier: SlotSupplier
    private var lastGrant: ContinuousClock.Instant?

    init(_ supplier: SlotSupplier) {
        self.supplier = supplier
    }

    /// Asks for a slot.
    ///
    /// - Parameters:
    ///   - held: How many others are held.
    ///   - load: How busy the machine is; nil if that is not known.
    ///   - now: The moment.
    /// - Returns: Whether it is given.
    mutating func ask(
        held: Int,
        load: @autoclosure () -> MachineLoad?,
        at now: ContinuousClock.Instant
    ) -> Answer {
        guard let targets = self.supplier.targets else { return .now }
        if held >= self.supplier.minimum {
            let next = self.lastGrant.map { $0 + self.supplier.rampThrottle } ?? now
            guard next <= now else { return .later(now.duration(to: next)) }
            guard let load = load(), load.memory < targets.memory, load.processors < targets.processors else {
                return .later(Self.patience)
            }
        }
        self.lastGrant = now
        return .now
    }
}
