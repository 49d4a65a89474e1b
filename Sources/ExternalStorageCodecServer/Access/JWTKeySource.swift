//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import JWTKit
internal import NIOConcurrencyHelpers

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Gets the key set from where it is published.
protocol JWTKeyFetcher: Sendable {
    func fetch() async throws -> Data
}

/// The published keys: fetched when the first is needed, again when they are old, and when a token names one that is
/// not among them, but not more often than the minimum interval allows.
///
/// A fetch belongs to the request that makes it; others that need it too wait, and look at its result first. A failed
/// fetch leaves the keys as they are.
struct JWTKeySource: Sendable {
    private struct State {
        var keys: JWTKeySet?
        var fetchedAt = Date.distantPast
        var triedAt = Date.distantPast
    }

    private final class Storage: Sendable {
        let state = NIOLockedValueBox(State())
    }

    private let fetcher: any JWTKeyFetcher
    private let lifetime: Duration
    private let minimumInterval: Duration
    private let now: @Sendable () -> Date
    private let storage = Storage()
    private let turn = ByteBudget(capacity: 1)

    init(
        fetcher: any JWTKeyFetcher,
        lifetime: Duration,
        minimumInterval: Duration,
        now: @escaping @Sendable () -> Date
    ) {
        self.fetcher = fetcher
        self.lifetime = lifetime
        self.minimumInterval = minimumInterval
        self.now = now
    }

    /// - Parameters:
    ///   - identifier: `kid` of the token.
    ///   - algorithm: `alg` of the token, an accepted one.
    /// - Returns: What verifies the token's signature.
    /// - Throws: ``CodecServer/AuthenticationError``; `CancellationError`.
    func key(_ identifier: String?, algorithm: String) async throws -> any JWTAlgorithm {
        if self.isFresh, let key = try await self.known(identifier, algorithm) { return key }
        // A token that waits for keys for so long is better refused than kept.
        let turn: ByteBudget.Hold
        do {
            turn = try await self.turn.take(1, patience: .seconds(15))
        } catch is ByteBudget.Busy {
            throw Self.unavailable("others wait for the key set already")
        }
        defer { withExtendedLifetime(turn) {} }
        if self.isFresh, let key = try await self.known(identifier, algorithm) { return key }
        let failure = try await self.refresh()
        if let key = try await self.known(identifier, algorithm) { return key }
        guard self.storage.state.withLockedValue({ $0.keys == nil }) else {
            throw JWTAuthenticator.invalid("The token is signed with a key that is not known.", detail: failure)
        }
        throw Self.unavailable(failure ?? "the last attempt was a moment ago")
    }

    private var isFresh: Bool {
        let age = self.storage.state.withLockedValue { self.now().timeIntervalSince($0.fetchedAt) }
        return age < self.lifetime / .seconds(1)
    }

    private func known(_ identifier: String?, _ algorithm: String) async throws -> (any JWTAlgorithm)? {
        try await self.storage.state.withLockedValue { $0.keys }?.key(identifier, algorithm: algorithm)
    }

    /// Fetches the set, unless that was tried a moment ago.
    ///
    /// - Returns: Why there are no new keys; nil if there are.
    private func refresh() async throws -> String? {
        let now = self.now()
        let isDue = self.storage.state.withLockedValue { state in
            guard now.timeIntervalSince(state.triedAt) >= self.minimumInterval / .seconds(1) else { return false }
            state.triedAt = now
            return true
        }
        guard isDue else { return "the key set was fetched a moment ago" }
        do {
            let keys = try JWTKeySet(json: try await self.fetcher.fetch())
            self.storage.state.withLockedValue { state in
                state.keys = keys
                state.fetchedAt = now
            }
            return nil
        } catch let error as CancellationError {
            // Whoever comes next tries at once.
            self.storage.state.withLockedValue { $0.triedAt = .distantPast }
            throw error
        } catch {
            return "the key set cannot be fetched: \(String(reflecting: error))"
        }
    }

    private static func unavailable(_ detail: String) -> CodecServer.AuthenticationError {
        CodecServer.AuthenticationError(
            message: "Tokens cannot be checked at the moment, because the key set of their issuer is not to be had. "
                + "Try again.",
            detail: detail
        )
    }
}
