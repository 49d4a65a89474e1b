//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a walk does, step by step, as its seed says.
///
/// `Tests/Integration/peers/stress_plan.py` draws the same, so that whoever started a walk knows what it has to come to.
struct Plan {
    /// One thing that a walk does.
    ///
    /// The order counts: walks that are children take from the first ones only.
    enum Kind: String, CaseIterable {
        case activity, refused, local, longLocal, timer, sideEffect, patch, memo, attribute, condition, race, timeout
        case parallel, uuid, scope, localRace, child, leftChild, cancelledChild, signal, cancel, childSignals,
            continueAsNew, nexus, nexusRace

        /// Those that lead to no other workflow.
        static let alone = Self.allCases.prefix(16)
    }

    struct Step {
        var kind: Kind
        var isLarge: Bool
        var chance: UInt64
    }

    /// What a walk does at its end.
    enum Ending {
        case result, failure
        /// A local activity first: time for messages to come while the last task is processed.
        case slowResult
    }

    var steps: [Step] = []
    var ending: Ending
    /// Whether a walk that is cancelled says so; it has a result all the same otherwise.
    var admitsCancellation: Bool

    /// - Parameters:
    ///   - seed: What the plan follows from.
    ///   - depth: How many parents the walk has.
    init(seed: UInt64, depth: Int) {
        var random = SplitMix(state: seed)
        let endings: [Ending] = [
            .failure, .slowResult, .slowResult, .slowResult, .slowResult, .result, .result, .result,
        ]
        self.ending = endings[random.below(8)]
        self.admitsCancellation = random.below(2) == 0
        var count = 2 + random.below(depth == 0 ? 9 : 4)
        // Some have histories of several pages.
        if depth == 0, random.below(16) == 0 { count *= 8 }
        let kinds = depth == 0 ? Kind.allCases[...] : Kind.alone
        for _ in 0..<count {
            let kind = kinds[random.below(kinds.count)]
            self.steps.append(Step(kind: kind, isLarge: random.below(4) == 0, chance: random.next() >> 11))
        }
    }
}

/// SplitMix64: a generator that is the same in every language.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(self.next() % UInt64(bound)) }
}
