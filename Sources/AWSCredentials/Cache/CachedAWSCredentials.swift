//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning
internal import CredentialRefresh
internal import Groundwork
public import Logging

/// Keeps the credentials of another provider, and fetches new ones before they expire.
///
/// - Some time before the end, one caller fetches new ones while the others go on with the old; if that fails, everybody
///   does, and the source is left alone for 5 to 10 minutes.
/// - In the last minute, and in the beginning, callers wait for one call of the source that they share. One that is
///   cancelled does not disturb the others; the last one to be cancelled cancels the call. If it fails, credentials that
///   are still good are used to their end.
/// - A failure is remembered for a second, so that a burst of requests does not fall upon a source that is in trouble.
public final class CachedAWSCredentials: AWSCredentialsProvider {
    private let base: any AWSCredentialsProvider
    private let kept: RefreshedCredential<AWSCredentials>

    /// Creates a cache in front of a provider.
    ///
    /// - Parameters:
    ///   - base: Where credentials come from.
    ///   - logger: Is told when a refresh fails and the present credentials are used on.
    public convenience init(wrapping base: any AWSCredentialsProvider, logger: Logger = .current) {
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
    ///   - logger: Is told when a refresh fails and the present credentials are used on.
    ///   - now: The time in seconds since 1970-01-01T00:00:00Z.
    ///   - random: A number in 0..<1.
    public init(
        wrapping base: any AWSCredentialsProvider,
        logger: Logger = .current,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.base = base
        self.kept = RefreshedCredential(name: "AWS credentials", logger: logger, now: now, random: random) {
            let credentials = try await base.credentials()
            if let expiration = credentials.expiration, expiration <= now() {
                throw AWSCredentialsError(
                    .unavailable,
                    source: "credentials",
                    "the source gave credentials that have expired already; check the clock of this machine"
                )
            }
            return ExpiringCredential(credentials, expiration: credentials.expiration)
        }
    }

    /// How many callers wait for the source.
    ///
    /// For tests.
    package var waiters: Int { self.kept.waiters }

    /// Credentials that are good for at least a minute, unless their whole life is shorter or their source fails.
    ///
    /// - Returns: What is kept, or what the source has just given.
    /// - Throws: What the source throws, now or in the last second; ``AWSCredentialsError/Code/unavailable`` if it gives
    ///   credentials that have expired already; `CancellationError`.
    public func credentials() async throws -> AWSCredentials {
        try await self.kept.value()
    }

    /// Forgets credentials that a service has refused, unless newer ones are known already.
    ///
    /// - Parameter credentials: What the refused request was signed with.
    public func invalidate(_ credentials: AWSCredentials) async {
        self.kept.invalidate { $0 == credentials }
        await self.base.invalidate(credentials)
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
