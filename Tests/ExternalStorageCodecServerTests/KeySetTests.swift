//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import Foundation
import JWTKit
import Testing

@testable import ExternalStorageCodecServer

/// Sets and tokens as identity providers make them; the keys are made here.
@Suite("Key sets and the tokens that they are for", .timeLimit(.minutes(1)))
struct KeySetTests {
    /// A private key, and its entry in a set.
    enum Key: Sendable {
        case rsa
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)

        /// The entry, with further members; a member that is nil is left out.
        func entry(_ members: [String: Any?] = [:]) -> [String: Any] {
            func ec(_ curve: String, _ point: Data) -> [String: Any] {
                let half = point.count / 2
                return [
                    "kty": "EC", "crv": curve, "x": point.prefix(half).base64URL, "y": point.suffix(half).base64URL,
                ]
            }
            var entry: [String: Any] =
                switch self {
                case .rsa: ["kty": "RSA", "n": RSAKey.modulus, "e": "AQAB"]
                case .p256(let key): ec("P-256", key.publicKey.rawRepresentation)
                case .p384(let key): ec("P-384", key.publicKey.rawRepresentation)
                case .p521(let key): ec("P-521", key.publicKey.rawRepresentation)
                case .ed25519(let key):
                    ["kty": "OKP", "crv": "Ed25519", "x": key.publicKey.rawRepresentation.base64URL]
                }
            for (name, value) in members { entry[name] = value }
            return entry
        }

        func signature(_ bytes: Data, _ algorithm: String) async throws -> Data {
            switch self {
            case .p256(let key): return try key.signature(for: bytes).rawRepresentation
            case .p384(let key): return try key.signature(for: bytes).rawRepresentation
            case .p521(let key): return try key.signature(for: bytes).rawRepresentation
            case .ed25519(let key): return try key.signature(for: bytes)
            case .rsa:
                let key = try Insecure.RSA.PrivateKey(pem: RSAKey.pem)
                let digest: DigestAlgorithm =
                    switch algorithm.suffix(3) {
                    case "384": .sha384
                    case "512": .sha512
                    default: .sha256
                    }
                let keys = JWTKeyCollection()
                if algorithm.hasPrefix("PS") {
                    await keys.add(pss: key, digestAlgorithm: digest)
                } else {
                    await keys.add(rsa: key, digestAlgorithm: digest)
                }
                return Data(try await keys.getKey().sign(bytes))
            }
        }
    }

    /// A set, a token, and whether the one is for the other.
    struct Pair: Sendable, CustomTestStringConvertible {
        var name: String
        var set: Data
        var algorithm: String
        var kid: String?
        var key: Key
        var isGood: Bool

        init(_ name: String, _ set: [Any], _ algorithm: String, _ kid: String?, _ key: Key, _ isGood: Bool = true) {
            self.name = name
            // Texts and entries, which JSON can always say.
            self.set = (try? JSONSerialization.data(withJSONObject: ["keys": set])) ?? Data()
            self.algorithm = algorithm
            self.kid = kid
            self.key = key
            self.isGood = isGood
        }

        var testDescription: String { self.name }
    }

    private struct Fetcher: JWTKeyFetcher {
        var set: Data
        func fetch() async throws -> Data { self.set }
    }

    static let (a, b): (Key, Key) = (.p256(.init()), .p256(.init()))
    static let (p384, p521, ed): (Key, Key, Key) = (.p384(.init()), .p521(.init()), .ed25519(.init()))
    static let rsa = Key.rsa
    /// One RSA key for three algorithms, as some providers publish it.
    static var three: [[String: Any]] {
        ["RS256", "PS256", "RS512"].map { rsa.entry(["kid": "k", "alg": $0, "use": "sig"]) }
    }
    static var mixed: [[String: Any]] { [rsa.entry(["kid": "k"]), a.entry(["kid": "k"])] }

    static let pairs: [Pair] = [
        .init("one RSA key", [rsa.entry(["kid": "k", "alg": "RS256", "use": "sig"])], "RS256", "k", rsa),
        .init("one kid, three algorithms: the first", three, "RS256", "k", rsa),
        .init("one kid, three algorithms: the second", three, "PS256", "k", rsa),
        .init("one kid, three algorithms: the third", three, "RS512", "k", rsa),
        .init("one kid, three algorithms, backwards: the first", three.reversed(), "RS256", "k", rsa),
        .init("one kid, three algorithms, backwards: the last", three.reversed(), "RS512", "k", rsa),
        .init("one kid, three algorithms: none of them", three, "RS384", "k", rsa, false),
        .init("one kid, RSA and EC: RSA", mixed, "RS256", "k", rsa),
        .init("one kid, RSA and EC: EC", mixed, "ES256", "k", a),
        .init("one kid, EC and RSA: RSA", mixed.reversed(), "RS256", "k", rsa),
        .init("one kid, EC and RSA: EC", mixed.reversed(), "ES256", "k", a),
        .init("one kid, two EC keys: the second", [b.entry(["kid": "k"]), a.entry(["kid": "k"])], "ES256", "k", a),
        .init("no alg: PS384", [rsa.entry(["kid": "k"])], "PS384", "k", rsa),
        .init("no alg: RS384", [rsa.entry(["kid": "k"])], "RS384", "k", rsa),
        .init("no alg: PS512", [rsa.entry(["kid": "k"])], "PS512", "k", rsa),
        .init("no kid in either", [rsa.entry()], "RS256", nil, rsa),
        .init("no kid in the set", [rsa.entry(["alg": "RS256"])], "RS256", "k", rsa),
        .init("no kid in the token", [rsa.entry(["kid": "k"])], "RS256", nil, rsa),
        .init("no kid in the token, one key fits", mixed, "ES256", nil, a),
        .init("no kid, two that fit: the second", [b.entry(["kid": "1"]), a.entry(["kid": "2"])], "ES256", nil, a),
        .init("no kid, none of two", [b.entry(["kid": "1"]), b.entry(["kid": "2"])], "ES256", nil, a, false),
        .init("the kid is another key's", [a.entry(["kid": "1"]), b.entry(["kid": "2"])], "ES256", "2", a, false),
        .init("the kid is nobody's", [a.entry(["kid": "1"])], "ES256", "2", a, false),
        .init("the kid only looks the same", [a.entry(["kid": "K"])], "ES256", "\u{212A}", a, false),
        .init("a kid that is no text is none", [a.entry(["kid": 7])], "ES256", nil, a),
        .init(
            "an encryption key under the same kid",
            [rsa.entry(["kid": "k", "use": "enc"]), rsa.entry(["kid": "k", "use": "sig"])],
            "RS256",
            "k",
            rsa
        ),
        .init("an encryption key alone", [rsa.entry(["kid": "k", "use": "enc"])], "RS256", "k", rsa, false),
        .init("key_ops: verify", [a.entry(["kid": "k", "key_ops": ["verify"]])], "ES256", "k", a),
        .init("key_ops: encrypt", [a.entry(["kid": "k", "key_ops": ["encrypt"]])], "ES256", "k", a, false),
        .init(
            "RSA-OAEP under the same kid",
            [rsa.entry(["kid": "k", "alg": "RSA-OAEP"]), rsa.entry(["kid": "k"])],
            "RS256",
            "k",
            rsa
        ),
        .init("RSA-OAEP alone", [rsa.entry(["kid": "k", "alg": "RSA-OAEP"])], "RS256", "k", rsa, false),
        .init(
            "RSA-OAEP-256, which no library knows",
            [rsa.entry(["kid": "k", "alg": "RSA-OAEP-256"])],
            "RS256",
            "k",
            rsa,
            false
        ),
        .init(
            "a key for PS256 and a token of RS256",
            [rsa.entry(["kid": "k", "alg": "PS256"])],
            "RS256",
            "k",
            rsa,
            false
        ),
        .init("ES384", [p384.entry(["kid": "k", "alg": "ES384"])], "ES384", "k", p384),
        .init("ES512", [p521.entry(["kid": "k"])], "ES512", "k", p521),
        .init("a curve that the algorithm does not have", [p384.entry(["kid": "k"])], "ES256", "k", a, false),
        .init("EdDSA", [ed.entry(["kid": "k", "alg": "EdDSA"])], "EdDSA", "k", ed),
        .init(
            "Ed25519 by its new name, the key by the old one",
            [ed.entry(["kid": "k", "alg": "EdDSA"])],
            "Ed25519",
            "k",
            ed
        ),
        .init("Ed25519, both by the new name", [ed.entry(["kid": "k", "alg": "Ed25519"])], "Ed25519", "k", ed),
        .init("Ed25519, the key by the new name", [ed.entry(["kid": "k", "alg": "Ed25519"])], "EdDSA", "k", ed),
        .init("Ed25519 without alg", [ed.entry(["kid": "k"])], "Ed25519", "k", ed),
        .init(
            "a symmetric key beside",
            [["kty": "oct", "kid": "k", "k": "AAAA"], a.entry(["kid": "k"])],
            "ES256",
            "k",
            a
        ),
        .init(
            "a symmetric key alone",
            [["kty": "oct", "kid": "k", "k": "AAAA", "alg": "ES256"]],
            "ES256",
            "k",
            a,
            false
        ),
        .init(
            "a kind of the future beside",
            [["kty": "AKP", "kid": "k", "alg": "ML-DSA-44"], a.entry(["kid": "k"])],
            "ES256",
            "k",
            a
        ),
        .init(
            "a curve of others beside",
            [["kty": "EC", "crv": "secp256k1", "kid": "k", "x": "AA", "y": "AA"], a.entry(["kid": "k"])],
            "ES256",
            "k",
            a
        ),
        .init("rubbish beside", ["text", ["kty": 7], rsa.entry(["n": nil]), a.entry(["kid": "k"])], "ES256", "k", a),
        .init(
            "certificates beside the numbers",
            [rsa.entry(["kid": "k", "x5c": ["MII"], "x5t": "t"])],
            "RS256",
            "k",
            rsa
        ),
        .init("an empty set", [], "ES256", "k", a, false),
    ]

    @Test("A token is good if a key of the set signed it that is for it", arguments: pairs)
    func pair(_ pair: Pair) async throws {
        let authenticator = JWTAuthenticator(
            configuration: .init(keys: "https://i.example.com/k", issuers: ["i"], audiences: ["a"]),
            fetcher: Fetcher(set: pair.set),
            now: { Date(timeIntervalSince1970: 1_000) }
        )
        var header: [String: Any] = ["alg": pair.algorithm]
        header["kid"] = pair.kid
        let claims: [String: Any] = ["iss": "i", "aud": "a", "sub": "s", "exp": 2_000]
        let signed = try [header, claims].map { try JSONSerialization.data(withJSONObject: $0).base64URL }
            .joined(separator: ".")
        let signature = try await pair.key.signature(Data(signed.utf8), pair.algorithm)
        let credentials = CodecServer.Credentials(authorization: "Bearer \(signed).\(signature.base64URL)")
        if pair.isGood {
            #expect(try await authenticator.authenticate(credentials).subject == "s")
        } else {
            await #expect(throws: CodecServer.AuthenticationError.self) {
                try await authenticator.authenticate(credentials)
            }
        }
        // One bit of the signature, and nothing fits any more.
        var changed = signature
        changed[changed.startIndex + 3] ^= 1
        await #expect(throws: CodecServer.AuthenticationError.self) {
            try await authenticator.authenticate(.init(authorization: "Bearer \(signed).\(changed.base64URL)"))
        }
    }

    @Test("There are at least forty pairs, and both answers among them")
    func count() {
        #expect(Self.pairs.count >= 40)
        #expect(Self.pairs.contains { $0.isGood } && Self.pairs.contains { !$0.isGood })
    }
}
