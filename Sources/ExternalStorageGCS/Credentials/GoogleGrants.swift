//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import CredentialRefresh
internal import Logging
internal import StoreHTTP

/// What a request is authorised with, and for which cloud.
struct GoogleGrant: Sendable, Hashable {
    /// Nil for anonymous requests.
    var token: String?
    /// The project that requests count for, if it is not the token's own.
    var quotaProject: String?
    /// The domain of the cloud.
    var universeDomain = GCSEndpoint.defaultUniverse
    /// Where it is from, in words: whose identity, and in which file.
    var origin = "anonymous"

    /// Storage, to read and to write.
    static let storageScope = "https://www.googleapis.com/auth/devstorage.read_write"
    /// Everything that the identity may do: what a token needs that another one is made of.
    static let platformScope = "https://www.googleapis.com/auth/cloud-platform"
}

extension GoogleGrant: CustomStringConvertible, CustomReflectable {
    var description: String { "GoogleGrant(\(self.origin))" }

    /// Shows where it is from alone.
    var customMirror: Mirror { Mirror(self, children: ["origin": self.origin]) }
}

/// Keeps the grant that is in use, and gets the next one before it expires.
struct GoogleGrants: Sendable {
    private let kept: RefreshedCredential<GoogleGrant>?

    init(_ credentials: GoogleCredentials, machine: CredentialMachine, logger: Logger) {
        guard !credentials.isAnonymous else {
            self.kept = nil
            return
        }
        let source = GoogleTokenSource(machine: machine)
        self.kept = RefreshedCredential(
            name: "Google credentials",
            logger: logger,
            now: machine.now,
            random: machine.random
        ) {
            try await source.grant(credentials.base)
        }
    }

    func grant() async throws -> GoogleGrant {
        try await self.kept?.value() ?? GoogleGrant()
    }

    /// What requests carry, in words.
    func inUse() async throws -> CredentialsInUse {
        guard let kept else { return CredentialsInUse("none: requests are anonymous") }
        let grant = try await kept.value()
        return CredentialsInUse(grant.origin, expiration: kept.kept?.expiration)
    }

    /// Forgets a token that was refused, unless there is a newer one already.
    func invalidate(_ token: String) {
        self.kept?.invalidate { $0.token == token }
    }
}
