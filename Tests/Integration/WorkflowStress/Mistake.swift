//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation

/// A mistake that walks make on purpose, so that `Scripts/stress --wrong` sees that it is found.
enum Mistake: String {
    /// Some signals are forgotten.
    case forgetsSignals = "forgets-signals"
    /// Some steps begin with a timer, at random.
    case branchesAtRandom = "branches-at-random"
    /// Some activities return something else.
    case returnsWrongValues = "returns-wrong-values"

    /// The one that is made, if any is.
    static let made = ProcessInfo.processInfo.environment["WORKFLOW_STRESS_MISTAKE"].flatMap(Self.init)
}
