//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
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

    /// Checks a signature.
    ///
    /// If no key that is known fits, or one that only fits did not sign the token, the set is fetched again, unless that
    /// was done a moment ago. A token that names a key which did not sign it is refused at once.
    ///
    /// - Parameters:
    ///   - identifier: `kid` of the token.
    ///   - algorithm: `alg` of the token, an accepted one.
    ///   - verifies: Whether a key has signed the token.
    /// - Throws: ``CodecServer/AuthenticationError``; `CancellationError`.
    func verify(
        _ identifier: String?,
        algorithm: String,
        _ verifies: @Sendable (any JWTAlgorithm) -> Bool
    ) async throws {
        if self.isFresh, try await self.check(identifier, algorithm, verifies, isLast: false) { return }
        // A token that waits for keys for so long is better refused than kept.
        let turn = try await withTimeLimit(.seconds(15)) {
            try await self.turn.take(1)
        } onTimeout: {
            Self.unavailable("others wait for the key set already")
        }
        defer { withExtendedLifetime(turn) {} }
        if self.isFresh, try await self.check(identifier, algorithm, verifies, isLast: false) { return }
        let failure = try await self.refresh()
        if try await self.check(identifier, algorithm, verifies, isLast: true) { return }
        guard self.storage.state.withLockedValue({ $0.keys == nil }) else {
            throw JWTAuthenticator.invalid("The token is signed with a key that is not known.", detail: failure)
        }
        throw Self.unavailable(failure ?? "the last attempt was a moment ago")
    }

    /// - Returns: Whether a known key has signed the token; false if the set may be out of date.
    /// - Throws: ``CodecServer/AuthenticationError`` if there are keys for it which did not, and no newer ones.
    private func check(
        _ identifier: String?,
        _ algorithm: String,
        _ verifies: @Sendable (any JWTAlgorithm) -> Bool,
        isLast: Bool
    ) async throws -> Bool {
        guard let set = self.storage.state.withLockedValue({ $0.keys }) else { return false }
        let candidates = await set.candidates(identifier, algorithm: algorithm)
        if candidates.keys.contains(where: verifies) { return true }
        guard !candidates.keys.isEmpty, candidates.areNamed || isLast else { return false }
        throw JWTAuthenticator.invalid("The signature of the token is wrong.")
    }

    private var isFresh: Bool {
        let age = self.storage.state.withLockedValue { self.now().timeIntervalSince($0.fetchedAt) }
        return age < self.lifetime / .seconds(1)
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
