//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// Bytes that were taken from a ``ByteBudget``.
///
/// They are given back by ``giveBack(_:)`` in parts, and for the rest when nobody keeps the share any more: whatever
/// happens to the work, nothing is lost. It grows and shrinks at the hands of one owner: it is not to give back while it
/// waits to grow.
package final class ByteShare: Sendable {
    private let budget: ByteBudget
    private let held: NIOLockedValueBox<Int>

    init(of budget: ByteBudget, _ bytes: Int) {
        self.budget = budget
        self.held = NIOLockedValueBox(bytes)
    }

    deinit { self.budget.give(self.bytes) }

    /// How many bytes it holds.
    package var bytes: Int { self.held.withLockedValue { $0 } }

    /// Takes more, and waits for it if it has to, before requests that have nothing yet.
    ///
    /// - Parameter bytes: How many more; not negative.
    /// - Throws: ``ByteBudgetError``: `tooLarge` if the share would be larger than the budget; `stuck` if all that is
    ///   taken is held by shares that wait to grow, so that none would ever be served: give this one back, and begin
    ///   again later. `CancellationError`. The share holds what it held then.
    package func grow(by bytes: Int) async throws {
        try await self.budget.take(bytes, held: self.bytes)
        self.held.withLockedValue { $0 += bytes }
    }

    /// Takes more if it is there.
    ///
    /// - Parameter bytes: How many more; not negative.
    /// - Returns: Whether the share holds it now.
    package func growIfAvailable(by bytes: Int) -> Bool {
        guard self.budget.takeIfAvailable(bytes, isGrowth: true) else { return false }
        self.held.withLockedValue { $0 += bytes }
        return true
    }

    /// Counts bytes that are there already, whether or not the budget has them.
    ///
    /// The budget may be exceeded by it; then nobody gets anything until that is made up for.
    ///
    /// - Parameter bytes: How many more; not negative.
    package func charge(_ bytes: Int) {
        self.budget.charge(bytes)
        self.held.withLockedValue { $0 += bytes }
    }

    /// Takes more, and waits for it as long as that is of use; what can never be had otherwise is taken all the same.
    ///
    /// So nobody waits for ever: not who wants more than there is in all, and not those who hold all that is taken and
    /// wait for each other. The budget is exceeded by the one that has waited least of those, while the others wait.
    ///
    /// - Parameter bytes: How many more; not negative.
    /// - Throws: `CancellationError`. The share holds what it held then.
    package func growInAnyCase(by bytes: Int) async throws {
        let possible = max(0, min(bytes, self.budget.capacity - self.bytes))
        do {
            try await self.grow(by: possible)
        } catch is ByteBudgetError {
            self.charge(possible)
        }
        self.charge(bytes - possible)
    }

    /// Takes over what another share of the same budget holds.
    package func absorb(_ other: ByteShare) {
        precondition(self.budget === other.budget, "bytes of one budget are none of another")
        let bytes = other.remove(.max)
        self.held.withLockedValue { $0 += bytes }
    }

    /// Takes more or gives back until it holds as many bytes as that; see ``grow(by:)``.
    package func resize(to bytes: Int) async throws {
        let held = self.bytes
        if bytes > held { try await self.grow(by: bytes - held) } else { self.giveBack(held - bytes) }
    }

    /// Gives bytes back.
    ///
    /// - Parameter bytes: How many; all there are if it holds less.
    package func giveBack(_ bytes: Int = .max) {
        self.budget.give(self.remove(bytes))
    }

    /// Hands a part to somebody else, who gives it back.
    ///
    /// - Parameter bytes: How many; all there are if it holds less.
    /// - Returns: The part, a share like any other.
    package func split(_ bytes: Int) -> ByteShare {
        ByteShare(of: self.budget, self.remove(bytes))
    }

    private func remove(_ bytes: Int) -> Int {
        precondition(bytes >= 0, "a share has no negative size")
        return self.held.withLockedValue { held in
            let removed = min(held, bytes)
            held -= removed
            return removed
        }
    }
}
