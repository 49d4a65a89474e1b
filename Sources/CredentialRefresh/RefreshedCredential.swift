//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
package import Logging
internal import Synchronization

/// Keeps a credential, and fetches the next one before it expires.
///
/// - Some time before the end, one caller fetches the next one while the others go on with the old one; if that fails,
///   everybody does, and the source is left alone for 5 to 10 minutes.
/// - In the last minute, and in the beginning, callers wait for one call of the source that they share. One that is
///   cancelled does not disturb the others; the last one to be cancelled cancels the call. If it fails, a credential
///   that is still good is used to its end.
/// - A failure is remembered for a second: whoever asks meanwhile gets it, or the credential that is still good, without
///   another call of the source.
package final class RefreshedCredential<Value: Sendable>: Sendable {
    private typealias Kept = ExpiringCredential<Value>

    private struct State {
        var current: Kept?
        var schedule = RefreshSchedule(expiration: nil, now: 0)
        var isRefreshingEarly = false
        var shared: SharedRefresh<Value>?
        var failure: (error: any Error, time: Int64)?
    }

    private enum Step {
        case use(Value)
        case refreshEarly(Value)
        case wait(SharedRefresh<Value>, Waiter<Value>)
        case fail(any Error)
    }

    /// How long a failure is remembered, in whole seconds of the clock: it is forgotten after one to two.
    private static var memory: Int64 { 1 }

    private let name: String
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let random: @Sendable () -> Double
    private let source: @Sendable () async throws -> ExpiringCredential<Value>
    private let state = Mutex(State())

    /// Creates a keeper.
    ///
    /// - Parameters:
    ///   - name: What is kept, for the log, such as `AWS credentials`.
    ///   - logger: Is told when a refresh fails and what is there is used on.
    ///   - now: The time in seconds since 1970-01-01T00:00:00Z.
    ///   - random: A number in 0..<1.
    ///   - source: Fetches a credential. What it gives must not have expired: it knows best what to say then.
    package init(
        name: String,
        logger: Logger,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        source: @escaping @Sendable () async throws -> ExpiringCredential<Value>
    ) {
        self.name = name
        self.logger = logger
        self.now = now
        self.random = random
        self.source = source
    }

    /// How many callers wait for the source.
    ///
    /// For tests.
    package var waiters: Int { self.state.withLock { $0.shared?.members ?? 0 } }

    /// A credential that is good for at least a minute, unless its whole life is shorter or its source fails.
    ///
    /// - Returns: What is kept, or what the source has just given.
    /// - Throws: What the source throws, now or a moment ago, if nothing is there that is still good;
    ///   `CancellationError` if the caller is cancelled.
    package func value() async throws -> Value {
        switch self.state.withLock({ self.step(&$0) }) {
        case .use(let value): return value
        case .fail(let error): throw error
        case .refreshEarly(let old): return try await self.refreshEarly(old)
        case .wait(let shared, let member):
            if member === shared.first { shared.begin { try await self.refresh(shared) } }
            return try await shared.result(of: member)
        }
    }

    /// What is kept at the moment, with its times; nil before ``value()`` has given anything.
    package var kept: ExpiringCredential<Value>? { self.state.withLock { $0.current } }

    /// Forgets a credential that a service has refused.
    ///
    /// - Parameter isRefused: Tells whether what is kept is the one: a newer one stays.
    package func invalidate(where isRefused: (Value) -> Bool) {
        self.state.withLock { state in
            if let current = state.current, isRefused(current.value) { state.current = nil }
        }
    }

    private func step(_ state: inout State) -> Step {
        let now = self.now()
        if let current = state.current {
            switch state.schedule.advice(at: now) {
            case .use: return .use(current.value)
            case .mayRefresh:
                guard !state.isRefreshingEarly else { return .use(current.value) }
                state.isRefreshingEarly = true
                return .refreshEarly(current.value)
            case .mustRefresh: break
            }
        }
        if let failure = state.failure {
            // A clock that was set back must not make the failure last.
            if (failure.time...failure.time + Self.memory).contains(now) {
                return self.good(state.current, at: now).map { .use($0) } ?? .fail(failure.error)
            }
            state.failure = nil
        }
        if let shared = state.shared, let member = shared.join() { return .wait(shared, member) }
        let shared = SharedRefresh<Value>()
        state.shared = shared
        return .wait(shared, shared.first)
    }

    /// What is kept, as long as it has not expired.
    private func good(_ credential: Kept?, at now: Int64) -> Value? {
        guard let credential, credential.expiration.map({ $0 > now }) ?? true else { return nil }
        return credential.value
    }

    private func refreshEarly(_ old: Value) async throws -> Value {
        do {
            let credential = try await self.source()
            self.state.withLock { state in
                state.isRefreshingEarly = false
                self.keep(credential, in: &state)
            }
            return credential.value
        } catch {
            let isCancelled = Task.isCancelled
            self.state.withLock { state in
                state.isRefreshingEarly = false
                guard !isCancelled else { return }
                state.schedule.postpone(until: self.now() + 300 + Int64(300 * self.random()))
            }
            // What a source throws in a cancelled task is a cancellation, whatever its type.
            guard !isCancelled else { throw CancellationError() }
            self.tell(error)
            return old
        }
    }

    private func refresh(_ shared: SharedRefresh<Value>) async throws -> Value {
        do {
            let credential = try await self.source()
            self.state.withLock { state in
                if state.shared === shared { state.shared = nil }
                self.keep(credential, in: &state)
            }
            return credential.value
        } catch {
            // Nobody waits any more if the task was cancelled, and the next caller begins anew.
            let isCancelled = Task.isCancelled
            let good = self.state.withLock { state -> Value? in
                if state.shared === shared { state.shared = nil }
                guard !isCancelled else { return nil }
                state.failure = (error, self.now())
                return self.good(state.current, at: self.now())
            }
            guard let good else { throw error }
            self.tell(error)
            return good
        }
    }

    private func keep(_ credential: ExpiringCredential<Value>, in state: inout State) {
        state.current = credential
        state.failure = nil
        state.schedule = RefreshSchedule(
            expiration: credential.expiration,
            refresh: credential.refresh,
            now: self.now()
        )
    }

    private func tell(_ error: any Error) {
        self.logger.warning(
            "\(self.name) could not be refreshed; the present ones stay in use",
            metadata: ["error": "\(error)"]
        )
    }
}

extension RefreshedCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "RefreshedCredential(\(self.name))" }

    package var debugDescription: String { self.description }

    /// Shows nothing: what is kept is secret, and so may be what the source holds.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
