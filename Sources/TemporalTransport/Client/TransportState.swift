//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore

/// What a transport has and what waits for it: decisions, without any waiting.
struct TransportState {
    typealias Waiter = @Sendable (Result<ClientConnection, any Error>) -> Void

    /// What a caller gets.
    enum Answer {
        case connection(ClientConnection)
        case failure(any Error)
        case wait
    }

    /// What is to be done outside of the lock.
    struct Effects {
        var waiters: [(Waiter, Result<ClientConnection, any Error>)] = []
        var draining: [ClientConnection] = []
    }

    private enum Phase {
        case connecting
        case ready(ClientConnection)
        /// The last try failed; calls fail with its error until one succeeds.
        case failed(RPCError)
        case ended
    }

    private var phase = Phase.connecting
    private var waiters: [Int: (waiter: Waiter, waitsForReady: Bool)] = [:]
    private var nextID = 0
    private(set) var isShuttingDown = false
    private var hasConnected = false
    /// All that are open, those included that take no more calls.
    private(set) var connections: [ClientConnection] = []

    private static var isShutDown: RPCError {
        RPCError(code: .unavailable, message: "The transport is shut down.")
    }

    /// Whether any connection is open.
    var isConnected: Bool { self.connections.contains { $0.channel.isActive } }

    /// Whether this is the first time that the transport is asked to connect.
    mutating func beginConnecting() -> Bool {
        defer { self.hasConnected = true }
        return !self.hasConnected
    }

    /// A number for a waiter.
    mutating func makeID() -> Int {
        self.nextID += 1
        return self.nextID
    }

    /// The connection for a call, or why there is none.
    func connection(waitsForReady: Bool) -> Answer {
        guard !self.isShuttingDown else { return .failure(Self.isShutDown) }
        switch self.phase {
        case .ready(let connection): return .connection(connection)
        case .connecting: return .wait
        case .failed(let error): return waitsForReady ? .wait : .failure(error)
        case .ended: return .failure(Self.isShutDown)
        }
    }

    /// Keeps a waiter, unless there is an answer by now.
    mutating func wait(
        id: Int,
        waitsForReady: Bool,
        _ waiter: @escaping Waiter
    ) -> Result<ClientConnection, any Error>? {
        switch self.connection(waitsForReady: waitsForReady) {
        case .connection(let connection): return .success(connection)
        case .failure(let error): return .failure(error)
        case .wait:
            self.waiters[id] = (waiter, waitsForReady)
            return nil
        }
    }

    /// Gives up a waiter.
    mutating func cancel(_ id: Int) -> Waiter? {
        self.waiters.removeValue(forKey: id)?.waiter
    }

    /// There is a connection.
    mutating func connected(_ connection: ClientConnection) -> Effects {
        self.connections.removeAll { !$0.channel.isActive }
        self.connections.append(connection)
        guard !self.isShuttingDown else { return Effects(draining: [connection]) }
        // It may have come and gone.
        guard !connection.isRetired else { return Effects() }
        self.phase = .ready(connection)
        return self.takeWaiters { _ in .success(connection) }
    }

    /// A connection takes no more calls.
    mutating func retired(_ channel: any Channel) {
        self.connections.removeAll { !$0.channel.isActive && $0.channel !== channel }
        guard case .ready(let connection) = self.phase, connection.channel === channel else { return }
        self.phase = .connecting
    }

    /// A try to connect has failed.
    mutating func failed(_ error: RPCError) -> Effects {
        self.phase = .failed(error)
        return self.takeWaiters { $0 ? nil : .failure(error) }
    }

    /// No new calls from now on.
    mutating func shutDown() -> Effects {
        self.isShuttingDown = true
        var effects = self.takeWaiters { _ in .failure(Self.isShutDown) }
        effects.draining = self.connections
        return effects
    }

    /// Nothing is left.
    mutating func end() -> Effects {
        self.isShuttingDown = true
        self.phase = .ended
        self.connections = []
        return self.takeWaiters { _ in .failure(Self.isShutDown) }
    }

    private mutating func takeWaiters(_ result: (Bool) -> Result<ClientConnection, any Error>?) -> Effects {
        var effects = Effects()
        for (id, entry) in self.waiters {
            guard let result = result(entry.waitsForReady) else { continue }
            effects.waiters.append((entry.waiter, result))
            self.waiters[id] = nil
        }
        return effects
    }
}
