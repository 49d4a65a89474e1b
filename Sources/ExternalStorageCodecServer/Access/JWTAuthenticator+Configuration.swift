//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JWTAuthenticator {
    /// Where the keys are, what tokens have to say, and what they allow.
    ///
    /// By default tokens are read as a Temporal server reads them: the claim `permissions` is a list of
    /// `<namespace>:<role>`, with the roles `read`, `write`, `worker` and `admin`.
    public struct Configuration: Hashable, Sendable {
        /// The URL of the key set: `https`, or `http` on loopback.
        ///
        /// For Temporal Cloud, `https://login.tmprl.cloud/.well-known/jwks.json`.
        public var keys: String
        /// The accepted values of `iss`; one at least.
        public var issuers: Set<String>
        /// The accepted values of `aud`, of which a token needs one; one at least.
        ///
        /// For Temporal Cloud, `https://saas-api.tmprl.cloud`.
        public var audiences: Set<String>
        /// The claim with the roles: a list of texts, or one text with blanks between them.
        ///
        /// A dot leads into an object, as in `realm_access.roles`; a name that has a dot itself is looked for first.
        public var permissionsClaim = "permissions"
        /// The roles that may call `/decode` and `/download`.
        public var readingRoles: Set<String> = ["read", "write", "worker", "admin"]
        /// The roles that may call `/encode`.
        public var writingRoles: Set<String> = ["write", "worker", "admin"]
        /// What stands for every namespace in front of a role.
        public var everywhere = "temporal-system"
        /// The claim that names the caller.
        public var subjectClaim = "sub"
        /// By how much the clocks of the issuer and of this machine may differ.
        public var leeway: Duration = .seconds(30)
        /// For how long a key set is used before it is fetched again.
        public var keyLifetime: Duration = .seconds(600)
        /// The shortest time between two fetches, however many tokens name unknown keys.
        public var minimumRefreshInterval: Duration = .seconds(30)

        /// Tokens of one or more issuers.
        ///
        /// - Parameters:
        ///   - keys: The URL of the key set.
        ///   - issuers: The accepted values of `iss`.
        ///   - audiences: The accepted values of `aud`.
        public init(keys: String, issuers: Set<String>, audiences: Set<String>) {
            self.keys = keys
            self.issuers = issuers
            self.audiences = audiences
        }
    }
}

extension JWTAuthenticator.Configuration {
    func validate() throws(CodecServerError) {
        guard let url = URL(string: self.keys), let host = url.host(), !host.isEmpty,
            url.scheme == "https" || (url.scheme == "http" && HostName.isLoopback(host))
        else {
            throw .invalidConfiguration(
                "the key set has to be at an https URL (http only on loopback), and \"\(self.keys)\" is none"
            )
        }
        guard !self.issuers.isEmpty, !self.issuers.contains("") else {
            throw .invalidConfiguration("name the issuer of the tokens: without it tokens of any application would do")
        }
        guard !self.audiences.isEmpty, !self.audiences.contains("") else {
            throw .invalidConfiguration("name the audience of the tokens: without it tokens for any service would do")
        }
        guard self.leeway >= .zero, self.keyLifetime > .zero, self.minimumRefreshInterval >= .zero else {
            throw .invalidConfiguration("the times of tokens and keys must not be negative")
        }
    }

    /// Checks what a token says, apart from who signed it.
    ///
    /// Pure.
    func check(_ claims: JSONTree, now: Date) throws(CodecServer.AuthenticationError) {
        let leeway = self.leeway / .seconds(1)
        guard let expiry = claims["exp"]?.number else { throw JWTAuthenticator.invalid("The token has no expiry.") }
        guard now.timeIntervalSince1970 - leeway < expiry else {
            throw JWTAuthenticator.invalid("The token has expired.")
        }
        if let start = claims["nbf"] {
            guard let start = start.number, now.timeIntervalSince1970 + leeway >= start else {
                throw JWTAuthenticator.invalid("The token is not valid yet.")
            }
        }
        guard let issuer = claims["iss"]?.string, self.issuers.contains(where: { isSame($0, issuer) }) else {
            throw JWTAuthenticator.invalid(
                "The token is from another issuer.",
                detail: "iss is \(claims["iss"]?.string ?? "missing")"
            )
        }
        let audiences = claims["aud"]?.texts ?? []
        guard audiences.contains(where: { audience in self.audiences.contains { isSame($0, audience) } }) else {
            throw JWTAuthenticator.invalid("The token is for another service.", detail: "aud is \(audiences)")
        }
    }

    /// What a token allows.
    ///
    /// Pure.
    func caller(_ claims: JSONTree) -> CodecServer.Caller {
        var caller = CodecServer.Caller(subject: claims[self.subjectClaim]?.string, issuer: claims["iss"]?.string)
        for entry in claims.value(at: self.permissionsClaim)?.strings ?? [] {
            // Namespaces have no colons, but roles of other systems may look like anything.
            guard let colon = entry.lastIndex(of: ":") else { continue }
            let namespace = String(entry[..<colon])
            let role = entry[entry.index(after: colon)...].lowercased()
            var permissions: CodecServer.Caller.Permissions = []
            if self.readingRoles.contains(role) { permissions.insert(.read) }
            if self.writingRoles.contains(role) { permissions.insert(.write) }
            if isSame(namespace, self.everywhere) {
                caller.permissionsEverywhere.formUnion(permissions)
            } else {
                caller.permissions[.init(namespace), default: []].formUnion(permissions)
            }
        }
        return caller
    }
}
