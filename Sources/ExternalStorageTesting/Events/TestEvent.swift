//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Something that happens once, and that one can wait for.
package final class TestEvent: Sendable {
    private let counter = TestCounter()

    package init() {}

    package var hasHappened: Bool { self.counter.value > 0 }

    package func fire() {
        self.counter.increment()
    }

    /// - Throws: `CancellationError`.
    package func wait() async throws {
        try await self.counter.wait(for: 1)
    }
}
