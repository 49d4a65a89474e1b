//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization

/// How far a pass is, for whoever looks at it.
package final class PassProgress: Sendable {
    /// A look at it.
    package struct Snapshot: Sendable, Hashable {
        package var itemsListed = 0
        package var itemsRead = 0
        package var references = 0
        package var problems = 0
        package var findings = 0
        package var objects = 0
        /// How many objects there are, once that is known; zero before.
        package var objectsExpected = 0
        package var stage = ""

        package init() {}
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { self.state.withLock { $0 } }

    package func update(_ change: (inout Snapshot) -> Void) {
        self.state.withLock { change(&$0) }
    }
}
