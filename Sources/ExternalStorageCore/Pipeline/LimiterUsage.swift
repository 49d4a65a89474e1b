//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// What one driver call did with its limiter.
final class LimiterUsage: Sendable {
    struct Totals: Sendable {
        /// How many permits were taken.
        var permits = 0
        /// How many of them had to be waited for.
        var waits = 0
        /// For how long, all of them together.
        var waited = Duration.zero
    }

    private let state = NIOLockedValueBox(Totals())

    var totals: Totals { self.state.withLockedValue { $0 } }

    func permitTaken(waited: Duration?) {
        self.state.withLockedValue { totals in
            totals.permits += 1
            guard let waited else { return }
            totals.waits += 1
            totals.waited += waited
        }
    }
}
