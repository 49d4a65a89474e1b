//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning
public import Logging
internal import Synchronization

/// Keeps the credentials of another provider, and fetches new ones before they expire.
///
/// - Some time before the end, one caller fetches new ones while the others go on with the old; if that fails, everybody
///   does, and the source is left alone for 5 to 10 minutes.
/// - In the last minute, and in the beginning, callers wait for one call of the source that they share. One that is
///   cancelled does not disturb the others; the last one to be cancelled cancels the call.
/// - A failure is thrown to those who waited for it and is not kept.
public final class CachedAWSCredentials: AWSCredentialsProvider {
    private struct State {
        var current: AWSCredentials?
        var schedule = RefreshSchedule(expiration: nil, now: 0)
        var isRefreshingEarly = false
        var shared: SharedRefresh?
    }

    private enum Step {
        case use(AWSCredentials)
        case refreshEarly(AWSCredentials)
        case wait(SharedRefresh, id: Int, isFirst: Bool)
    }

    private let base: any AWSCredentialsProvider
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let random: @Sendable () -> Double
    private let state = Mutex(State())

    /// Creates a cache in front of a provider.
    ///
    /// - Parameters:
    ///   - base: Where credentials come from.
    ///   - logger: Is told when an early refresh fails.
    public convenience init(wrapping base: any AWSCredentialsProvider, logger: Logger) {
        self.init(
            wrapping: base,
            logger: logger,
            now: { WallClock.secondsSince1970() },
            random: { Double.random(in: 0..<1) }
        )
    }

    /// Creates a cache with a clock and chance of the caller's choice.
    ///
    /// - Parameters:
    ///   - base: Where credentials come from.
    ///   - logger: Is told when an early refresh fails.
    ///   - now: The time in seconds since 1970-01-01T00:00:00Z.
    ///   - random: A number in 0..<1.
    public init(
        wrapping base: any AWSCredentialsProvider,
        logger: Logger,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.base = base
        self.logger = logger
        self.now = now
        self.random = random
    }

    /// How many callers wait for the source.
    ///
    /// For tests.
    package var waiters: Int { self.state.withLock { $0.shared?.members ?? 0 } }

    /// Credentials that are good for at least a minute, unless their whole life is shorter.
    ///
    /// - Returns: What is kept, or what the source has just given.
    /// - Throws: What the source throws; ``AWSCredentialsError/Code/unavailable`` if it gives credentials that have
    ///   expired already; `CancellationError`.
    public func credentials() async throws -> AWSCredentials {
        while true {
            switch self.state.withLock({ self.step(&$0) }) {
            case .use(let credentials): return credentials
            case .refreshEarly(let old): return try await self.refreshEarly(old)
            case .wait(let shared, let id, let isFirst):
                if isFirst { shared.begin { try await self.refresh(shared) } }
                return try await shared.result(of: id)
            }
        }
    }

    /// Forgets credentials that a service has refused, unless newer ones are known already.
    ///
    /// - Parameter credentials: What the refused request was signed with.
    public func invalidate(_ credentials: AWSCredentials) async {
        self.state.withLock { state in
            if state.current == credentials { state.current = nil }
        }
        await self.base.invalidate(credentials)
    }

    private func step(_ state: inout State) -> Step {
        if let current = state.current {
            switch state.schedule.advice(at: self.now()) {
            case .use: return .use(current)
            case .mayRefresh:
                guard !state.isRefreshingEarly else { return .use(current) }
                state.isRefreshingEarly = true
                return .refreshEarly(current)
            case .mustRefresh: break
            }
        }
        if let shared = state.shared, let id = shared.join() { return .wait(shared, id: id, isFirst: false) }
        let shared = SharedRefresh()
        state.shared = shared
        // A new one can always be joined.
        return .wait(shared, id: shared.join() ?? 0, isFirst: true)
    }

    private func refreshEarly(_ old: AWSCredentials) async throws -> AWSCredentials {
        do {
            let credentials = try await self.fetch()
            self.state.withLock { state in
                state.isRefreshingEarly = false
                self.keep(credentials, in: &state)
            }
            return credentials
        } catch {
            let isCancelled = error is CancellationError || Task.isCancelled
            self.state.withLock { state in
                state.isRefreshingEarly = false
                guard !isCancelled else { return }
                state.schedule.postpone(until: self.now() + 300 + Int64(300 * self.random()))
            }
            guard !isCancelled else { throw error }
            self.logger.warning(
                "AWS credentials could not be refreshed early; the present ones stay in use",
                metadata: ["error": "\(error)"]
            )
            return old
        }
    }

    private func refresh(_ shared: SharedRefresh) async throws -> AWSCredentials {
        let outcome: Result<AWSCredentials, any Error>
        do { outcome = .success(try await self.fetch()) } catch { outcome = .failure(error) }
        self.state.withLock { state in
            if state.shared === shared { state.shared = nil }
            if case .success(let credentials) = outcome { self.keep(credentials, in: &state) }
        }
        return try outcome.get()
    }

    private func fetch() async throws -> AWSCredentials {
        let credentials = try await self.base.credentials()
        guard let expiration = credentials.expiration, expiration <= self.now() else { return credentials }
        throw AWSCredentialsError(
            .unavailable,
            source: "credentials",
            "the source gave credentials that have expired already; check the clock of this machine"
        )
    }

    private func keep(_ credentials: AWSCredentials, in state: inout State) {
        state.current = credentials
        state.schedule = RefreshSchedule(expiration: credentials.expiration, now: self.now())
    }
}

extension CachedAWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type's name.
    public var description: String { "CachedAWSCredentials" }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// Shows nothing: what is wrapped may lead to secrets.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
