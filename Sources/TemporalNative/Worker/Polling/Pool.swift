//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// Things to borrow, first come, first served: the waiting around ``PoolQueue``.
final class Pool<Element: Sendable>: Sendable {
    private let queue: NIOLockedValueBox<PoolQueue<Element, CheckedContinuation<Element, any Error>>>

    init(_ elements: [Element]) {
        precondition(!elements.isEmpty, "an empty pool would never hand anything out")
        self.queue = NIOLockedValueBox(PoolQueue(elements))
    }

    /// How many are not borrowed.
    var freeCount: Int { self.queue.withLockedValue { $0.freeCount } }

    /// Borrows one, and waits for it if none is left.
    ///
    /// - Throws: `CancellationError`; then nothing has been taken.
    func take() async throws -> Element {
        try Task.checkCancellation()
        let ticket = self.queue.withLockedValue { $0.ticket() }
        defer { self.queue.withLockedValue { $0.forget(ticket) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch self.queue.withLockedValue({ $0.take(ticket, continuation) }) {
                case .taken(let element): continuation.resume(returning: element)
                case .wait: break
                case .cancelled: continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            self.queue.withLockedValue { $0.cancel(ticket) }?.resume(throwing: CancellationError())
        }
    }

    /// Gives one back: to the first who waits, if anybody does.
    func giveBack(_ element: Element) {
        self.queue.withLockedValue { $0.giveBack(element) }?.resume(returning: element)
    }
}
