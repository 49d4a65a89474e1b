//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Something that knows the credentials to sign with, now.
///
/// Asked once per attempt of a request. An implementer caches, refreshes before expiry and lets callers that come
/// at the same time share one refresh; cancelling one of them must not cancel the others.
public protocol AWSCredentialsProvider: Sendable {
    /// The credentials to sign the next request with.
    ///
    /// - Returns: Credentials that are valid now, as far as the provider can tell.
    /// - Throws: Why there are none, in words that name the source and nothing secret; `CancellationError`.
    func credentials() async throws -> AWSCredentials

    /// Forgets credentials that a service has just refused as expired, unless newer ones are known already.
    ///
    /// The next call of ``credentials()`` asks the source again. Providers whose credentials never change ignore it.
    ///
    /// - Parameter credentials: What the refused request was signed with.
    func invalidate(_ credentials: AWSCredentials) async
}

extension AWSCredentialsProvider {
    /// Does nothing.
    ///
    /// - Parameter credentials: Ignored.
    public func invalidate(_ credentials: AWSCredentials) async {}
}

/// Credentials that never change.
public struct StaticAWSCredentialsProvider: AWSCredentialsProvider {
    private let value: AWSCredentials

    /// Creates a provider that always gives the same credentials.
    ///
    /// - Parameter credentials: What to sign with.
    public init(_ credentials: AWSCredentials) {
        self.value = credentials
    }

    /// The credentials given at creation.
    ///
    /// Never throws.
    ///
    /// - Returns: Always the same value.
    public func credentials() async -> AWSCredentials { self.value }
}
