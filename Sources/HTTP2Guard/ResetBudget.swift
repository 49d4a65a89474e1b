//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// How many calls a client may give up within a time before it counts as an attacker.
struct ResetBudget: Sendable {
    /// As many as a client may have under way at once, by default.
    static let limit = 10_000
    static let window = TimeAmount.seconds(30)

    private var start: NIODeadline?
    private var taken = 0

    /// Whether there is one left at this time; if so, it is taken.
    mutating func take(at time: NIODeadline) -> Bool {
        if let start = self.start, time - start < Self.window {
            guard self.taken < Self.limit else { return false }
            self.taken += 1
        } else {
            self.start = time
            self.taken = 1
        }
        return true
    }
}
