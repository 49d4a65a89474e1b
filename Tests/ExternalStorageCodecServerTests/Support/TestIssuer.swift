//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import Foundation
import JWTKit
import NIOConcurrencyHelpers

@testable import ExternalStorageCodecServer

/// An issuer of tokens that publishes its key, with a clock of its own.
final class TestIssuer: JWTKeyFetcher {
    struct Down: Error {}

    private enum Key: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case rsa
    }

    private struct State {
        var kid = "k1"
        var publishes = true
        var key: Key
        var fetches = 0
        var isDown = false
        var now = Date(timeIntervalSince1970: 1_800_000_000)
        var extraKeys: [String] = []
    }

    private let algorithm: String
    private let state: NIOLockedValueBox<State>

    init() {
        self.algorithm = "ES256"
        self.state = NIOLockedValueBox(State(key: .p256(.init())))
    }

    init(algorithm: String) throws {
        self.algorithm = algorithm
        let key: Key =
            switch algorithm {
            case "ES384": .p384(.init())
            case "EdDSA": .ed25519(.init())
            case "RS256", "PS256": .rsa
            default: .p256(.init())
            }
        self.state = NIOLockedValueBox(State(key: key))
    }

    var now: Date {
        get { self.state.withLockedValue { $0.now } }
        set { self.state.withLockedValue { $0.now = newValue } }
    }

    var fetches: Int { self.state.withLockedValue { $0.fetches } }

    var isDown: Bool {
        get { self.state.withLockedValue { $0.isDown } }
        set { self.state.withLockedValue { $0.isDown = newValue } }
    }

    var extraKeys: [String] {
        get { self.state.withLockedValue { $0.extraKeys } }
        set { self.state.withLockedValue { $0.extraKeys = newValue } }
    }

    /// What somebody who only knows the public key might take for a secret.
    var publicText: String { self.publishedKey }

    func rotate(to kid: String, publishes: Bool = true) {
        self.state.withLockedValue { state in
            state.kid = kid
            state.publishes = publishes
            state.key = .p256(.init())
        }
    }

    func fetch() async throws -> Data {
        try self.state.withLockedValue { state in
            state.fetches += 1
            if state.isDown { throw Down() }
        }
        let own = self.state.withLockedValue { $0.publishes } ? [self.publishedKey] : []
        return Data("{\"keys\":[\((self.extraKeys + own).joined(separator: ","))]}".utf8)
    }

    /// A token that is good but for these claims; nil takes a claim away.
    func token(_ claims: [String: Any?]) async throws -> String {
        var all: [String: Any?] = [
            "iss": "https://issuer.example.com", "aud": "codec", "sub": "somebody",
            "exp": self.now.timeIntervalSince1970 + 300,
        ]
        all.merge(claims) { $1 }
        let (kid, key) = self.state.withLockedValue { ($0.kid, $0.key) }
        let payload = try JSONSerialization.data(withJSONObject: all.compactMapValues { $0 }).base64URL
        let signed = "\(Data(#"{"alg":"\#(self.algorithm)","kid":"\#(kid)","typ":"JWT"}"#.utf8).base64URL).\(payload)"
        let bytes = Data(signed.utf8)
        let signature: Data
        switch key {
        case .p256(let key): signature = try key.signature(for: bytes).rawRepresentation
        case .p384(let key): signature = try key.signature(for: bytes).rawRepresentation
        case .ed25519(let key): signature = try key.signature(for: bytes)
        case .rsa: signature = Data(try await Self.rsaSigner(self.algorithm).sign(bytes))
        }
        return "\(signed).\(signature.base64URL)"
    }

    private var publishedKey: String {
        let (kid, key) = self.state.withLockedValue { ($0.kid, $0.key) }
        func ec(_ curve: String, _ point: Data) -> String {
            let half = point.count / 2
            let (x, y) = (point.prefix(half).base64URL, point.suffix(half).base64URL)
            return
                #"{"kty":"EC","kid":"\#(kid)","crv":"\#(curve)","x":"\#(x)","y":"\#(y)","use":"sig","alg":"\#(self.algorithm)"}"#
        }
        return switch key {
        case .p256(let key): ec("P-256", key.publicKey.rawRepresentation)
        case .p384(let key): ec("P-384", key.publicKey.rawRepresentation)
        case .ed25519(let key):
            #"{"kty":"OKP","kid":"\#(kid)","crv":"Ed25519","x":"\#(key.publicKey.rawRepresentation.base64URL)","alg":"EdDSA"}"#
        case .rsa:
            #"{"kty":"RSA","kid":"\#(kid)","n":"\#(RSAKey.modulus)","e":"AQAB","alg":"\#(self.algorithm)"}"#
        }
    }

    private static func rsaSigner(_ algorithm: String) async throws -> any JWTAlgorithm {
        let key = try Insecure.RSA.PrivateKey(pem: RSAKey.pem)
        let keys = JWTKeyCollection()
        if algorithm == "PS256" {
            await keys.add(pss: key, digestAlgorithm: .sha256)
        } else {
            await keys.add(rsa: key, digestAlgorithm: .sha256)
        }
        return try await keys.getKey()
    }
}

extension Data {
    /// Base64 with the URL-safe alphabet and without padding.
    var base64URL: String {
        self.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
