//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import Crypto
internal import CryptoExtras
internal import Groundwork

/// What a service account says of itself to get a token (RFC 7523).
struct JWTAssertion: Sendable {
    /// How long the assertion is good for, in seconds: the longest that Google accepts.
    static let lifetime: Int64 = 3600

    var issuer: String
    var subject: String?
    var scope: String
    var audience: String
    /// Seconds since 1970-01-01T00:00:00Z.
    var issuedAt: Int64

    /// The assertion with its signature, RS256.
    ///
    /// - Parameters:
    ///   - key: An RSA key in PEM, as PKCS#8 or PKCS#1.
    ///   - keyID: Which of the account's keys it is.
    /// - Returns: Header, claims and signature.
    /// - Throws: ``CredentialsError`` of code `invalidConfiguration`; nothing of the key is in it.
    func signed(withKey key: String, keyID: String?) throws(CredentialsError) -> String {
        var header = [
            JSONValue.Member(key: "alg", value: .string("RS256")), JSONValue.Member(key: "typ", value: .string("JWT")),
        ]
        if let keyID { header.append(.init(key: "kid", value: .string(keyID))) }
        var claims = [JSONValue.Member(key: "iss", value: .string(self.issuer))]
        if let subject = self.subject { claims.append(.init(key: "sub", value: .string(subject))) }
        claims.append(.init(key: "scope", value: .string(self.scope)))
        claims.append(.init(key: "aud", value: .string(self.audience)))
        claims.append(.init(key: "iat", value: .integer(self.issuedAt)))
        claims.append(.init(key: "exp", value: .integer(self.issuedAt + Self.lifetime)))
        let parts = [header, claims].map { Base64.encodeForURL(JSONValue.object($0).bytes) }
        let text = parts.joined(separator: ".")
        do {
            let key = try _RSA.Signing.PrivateKey(pemRepresentation: key)
            // The signature scheme of RS256; nothing is decrypted with this padding.
            let signature = try key.signature(
                for: SHA256.hash(data: Array(text.utf8)),
                padding: .insecurePKCS1v1_5
            )
            return "\(text).\(Base64.encodeForURL(signature.rawRepresentation))"
        } catch {
            throw CredentialsError(
                .invalidConfiguration,
                source: "service account",
                "\"private_key\" is no RSA key of at least 2048 bits in PEM"
            )
        }
    }
}
