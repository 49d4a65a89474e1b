//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// A number of permits and those who wait for one, first come, first served.
final class PermitPool: Sendable {
    private let state: NIOLockedValueBox<PermitQueue<CheckedContinuation<Void, any Error>>>

    init(_ permits: Int) {
        precondition(permits > 0, "a pool without permits would never hand one out")
        self.state = NIOLockedValueBox(PermitQueue(permits: permits))
    }

    /// How many wait at the moment.
    ///
    /// For tests.
    var waiting: Int { self.state.withLockedValue { $0.waiting } }

    /// Takes a permit, and waits for one if none is left.
    ///
    /// - Returns: Whether it had to wait.
    /// - Throws: `CancellationError`; then no permit has been taken.
    func acquire() async throws -> Bool {
        try Task.checkCancellation()
        guard let ticket = self.state.withLockedValue({ $0.acquire() }) else { return false }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch self.state.withLockedValue({ $0.wait(ticket, continuation) }) {
                case .wait: break
                case .proceed: continuation.resume()
                case .cancelled: continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            self.state.withLockedValue { $0.cancel(ticket) }?.resume(throwing: CancellationError())
        }
        return true
    }

    /// Gives a permit back: to the first who waits, if anybody does.
    func release() {
        self.state.withLockedValue { $0.release() }?.resume()
    }
}
