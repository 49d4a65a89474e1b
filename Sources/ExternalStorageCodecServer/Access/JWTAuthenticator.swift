//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import JWTKit
internal import NIOCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Callers that show a JSON Web Token, signed with a key of a published set (JWKS).
///
/// The signature, the expiry, the issuer and the audience are checked, in this order. Only asymmetric algorithms are
/// accepted: `none` and the `HS` family never are, whatever the set contains.
public struct JWTAuthenticator: CodecServerAuthenticator {
    private static let algorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
        "Ed25519",
    ]
    /// Longer than what identity providers issue; what is longer is not even decoded.
    private static let tokenSizeLimit = 16 * 1_024

    private let configuration: Configuration
    private let keys: JWTKeySource
    private let now: @Sendable () -> Date

    /// An authenticator; nothing is fetched before the first token comes.
    ///
    /// - Parameter configuration: Where the keys are, and what tokens have to say.
    /// - Throws: ``CodecServerError/Code/invalidConfiguration``: an address that is neither `https` nor on loopback, no
    ///   issuer, no audience, a time below zero.
    public init(configuration: Configuration) throws(CodecServerError) {
        try configuration.validate()
        self.init(configuration: configuration, fetcher: HTTPKeyFetcher(url: configuration.keys), now: { Date.now })
    }

    init(configuration: Configuration, fetcher: any JWTKeyFetcher, now: @escaping @Sendable () -> Date) {
        self.configuration = configuration
        self.keys = JWTKeySource(
            fetcher: fetcher,
            lifetime: configuration.keyLifetime,
            minimumInterval: configuration.minimumRefreshInterval,
            now: now
        )
        self.now = now
    }

    /// Checks a bearer token.
    ///
    /// - Parameter credentials: The header fields of the request.
    /// - Returns: The caller; its permissions are those of the token's claims.
    /// - Throws: ``CodecServer/AuthenticationError``; `CancellationError`.
    public func authenticate(_ credentials: CodecServer.Credentials) async throws -> CodecServer.Caller {
        guard let authorization = credentials.authorization, !authorization.isEmpty else {
            throw CodecServer.AuthenticationError(
                message: "The request has no token. Turn on \"pass access token\" in the Web UI (it needs an https "
                    + "endpoint), or give the CLI --codec-auth \"Bearer …\"."
            )
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Self.invalid("The authorization is not a bearer token.")
        }
        guard authorization.utf8.count <= Self.tokenSizeLimit else {
            throw CodecServer.AuthenticationError(
                message: "The token is too large: \(authorization.utf8.count) bytes, of which at most "
                    + "\(Self.tokenSizeLimit) are accepted. Ask whoever issues tokens to put fewer claims into them.",
                detail: "\(authorization.utf8.count) bytes"
            )
        }
        let claims = try await self.verifiedClaims(of: parts[1].drop { $0 == " " })
        try self.configuration.check(claims, now: self.now())
        return self.configuration.caller(claims)
    }

    /// The claims of a token, once its signature has been found to be right.
    private func verifiedClaims(of token: Substring) async throws -> JSONTree {
        let segments = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count == 3, let header = Self.json(segments[0]), case .object(let fields) = header,
            case .string(let algorithm)? = fields["alg"]
        else { throw Self.invalid("The token is not a JSON Web Token.") }
        guard Self.algorithms.contains(algorithm) else {
            throw Self.invalid("The token is signed in a way that is not accepted.", detail: "alg is \(algorithm)")
        }
        guard fields["crit"] == nil else {
            throw Self.invalid("The token demands extensions that are not known.")
        }
        var identifier: String?
        if case .string(let text)? = fields["kid"] { identifier = text }
        let signed = Array(segments[0]) + [UInt8(ascii: ".")] + Array(segments[1])
        guard let signature = Self.bytes(segments[2]) else {
            throw Self.invalid("The signature of the token is wrong.")
        }
        try await self.keys.verify(identifier, algorithm: algorithm) { key in
            (try? key.verify(signature, signs: signed)) == true
        }
        guard let claims = Self.json(segments[1]), case .object = claims else {
            throw Self.invalid("The token has no claims.")
        }
        return claims
    }

    static func invalid(_ message: String, detail: String? = nil) -> CodecServer.AuthenticationError {
        CodecServer.AuthenticationError(message: message + " Sign in again.", detail: detail)
    }

    private static func bytes(_ segment: Substring.UTF8View) -> [UInt8]? {
        // JSON Web Tokens have no padding.
        guard !segment.contains(UInt8(ascii: "=")) else { return nil }
        return Base64.decode(Array(segment).span).map { Array($0.readableBytesView) }
    }

    private static func json(_ segment: Substring.UTF8View) -> JSONTree? {
        Self.bytes(segment).flatMap { try? JSONDecoder().decode(JSONTree.self, from: Data($0)) }
    }
}
