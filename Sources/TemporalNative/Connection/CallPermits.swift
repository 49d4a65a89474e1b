//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

/// How many calls of each kind a client and its workers make at the same time.
///
/// HTTP/2 lets 100 calls at a time through one connection unless the server says otherwise, and Temporal's does not.
/// Those beyond would wait inside of the transport, reports behind polls that take a minute; so they wait here, and each
/// kind behind its own.
final class CallPermits: Sendable {
    /// What holds a call up at the server.
    enum Kind: Hashable, Sendable {
        /// Nothing: it is answered at once.
        case ordinary
        /// A poll of a worker: that there is a task.
        case poll
        /// A client's wait for something to happen: a result, an update.
        case wait
    }

    /// How many calls one connection carries that are answered at once, and that are held; together 100.
    static let perConnection = (ordinary: 30, held: 70)
    /// How many of those that are held may be of one kind: there is room for the other in any case.
    static let heldPerConnection = (poll: 60, wait: 50)

    private let ordinary: Pool<Void>
    private let held: Pool<Void>
    private let poll: Pool<Void>
    private let wait: Pool<Void>

    init(connections: Int) {
        func pool(_ perConnection: Int) -> Pool<Void> {
            Pool(Array(repeating: (), count: max(1, connections) * perConnection))
        }
        self.ordinary = pool(Self.perConnection.ordinary)
        self.held = pool(Self.perConnection.held)
        self.poll = pool(Self.heldPerConnection.poll)
        self.wait = pool(Self.heldPerConnection.wait)
    }

    /// Makes a call when there is room for one of its kind; first come, first served.
    ///
    /// - Throws: What the call throws. `CancellationError` if cancelled before; then it has not been made.
    func with<Result>(_ kind: Kind, _ call: () async throws -> Result) async throws -> Result {
        switch kind {
        case .ordinary: try await Self.with(self.ordinary, call)
        case .poll: try await Self.with(self.poll) { try await Self.with(self.held, call) }
        case .wait: try await Self.with(self.wait) { try await Self.with(self.held, call) }
        }
    }

    private static func with<Result>(
        _ pool: Pool<Void>,
        _ call: () async throws -> Result
    ) async throws -> Result {
        // With room it does not matter whether the task is cancelled: that is for the call to say.
        if pool.takeIfAvailable() == nil { try await pool.take() }
        defer { pool.giveBack(()) }
        return try await call()
    }
}
