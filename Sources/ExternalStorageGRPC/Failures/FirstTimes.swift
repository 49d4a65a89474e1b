//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// What has been said before, so that the log says it once.
final class FirstTimes: Sendable {
    private let seen = NIOLockedValueBox<Set<String>>([])

    /// Whether this is the first time; as many as there are methods are remembered.
    func isFirst(of what: String) -> Bool {
        self.seen.withLockedValue { $0.insert(what).inserted }
    }
}
