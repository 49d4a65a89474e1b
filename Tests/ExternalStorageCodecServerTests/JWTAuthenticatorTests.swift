//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import Foundation
import JWTKit
import NIOConcurrencyHelpers
import Testing

@testable import ExternalStorageCodecServer

@Suite("JSON Web Tokens", .timeLimit(.minutes(1)))
struct JWTAuthenticatorTests {
    private static let configuration = JWTAuthenticator.Configuration(
        keys: "https://issuer.example.com/jwks.json",
        issuers: ["https://issuer.example.com"],
        audiences: ["codec"]
    )

    private static func authenticator(
        _ issuer: TestIssuer,
        configuration: JWTAuthenticator.Configuration = Self.configuration
    ) -> JWTAuthenticator {
        JWTAuthenticator(configuration: configuration, fetcher: issuer, now: { issuer.now })
    }

    private static func reason(_ authenticator: JWTAuthenticator, _ authorization: String?) async throws -> String? {
        do {
            _ = try await authenticator.authenticate(.init(authorization: authorization))
            return nil
        } catch let error as CodecServer.AuthenticationError {
            return error.message
        }
    }

    @Test("A good token names its caller, and the roles per namespace of the claim")
    func good() async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        let token = try await issuer.token([
            "sub": "ann",
            "permissions": ["a:read", "b:write", "c:unknown", "nothing", "temporal-system:READ", "d:e:admin"],
        ])
        for scheme in ["Bearer", "bearer", "BEARER "] {
            let caller = try await authenticator.authenticate(.init(authorization: "\(scheme) \(token)"))
            #expect(caller.subject == "ann")
            #expect(caller.permissions == ["a": .read, "b": [.read, .write], "c": [], "d:e": [.read, .write]])
            #expect(caller.permissionsEverywhere == .read)
        }
        #expect(issuer.fetches == 1)
    }

    @Test("Claims can be mapped: another name or path, other roles, one text instead of a list")
    func mapping() async throws {
        let issuer = TestIssuer()
        var configuration = Self.configuration
        configuration.permissionsClaim = "realm_access.roles"
        configuration.readingRoles = ["viewer"]
        configuration.writingRoles = []
        configuration.everywhere = "*"
        configuration.subjectClaim = "email"
        let authenticator = Self.authenticator(issuer, configuration: configuration)
        let token = try await issuer.token([
            "email": "a@example.com", "realm_access": ["roles": "x:viewer *:viewer y:read"],
        ])
        let caller = try await authenticator.authenticate(.init(authorization: "Bearer \(token)"))
        #expect(
            caller
                == .init(
                    subject: "a@example.com",
                    issuer: "https://issuer.example.com",
                    permissions: ["x": .read, "y": []],
                    permissionsEverywhere: .read
                )
        )
    }

    @Test("All asymmetric algorithms are understood", arguments: ["ES256", "ES384", "RS256", "PS256", "EdDSA"])
    func algorithms(_ algorithm: String) async throws {
        let issuer = try TestIssuer(algorithm: algorithm)
        let token = try await issuer.token([:])
        #expect(try await Self.reason(Self.authenticator(issuer), "Bearer \(token)") == nil)
    }

    @Test("Expired, not yet valid, of another issuer, for another service, without expiry: all are refused")
    func claims() async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        let now = issuer.now.timeIntervalSince1970
        for (claims, text) in [
            (["exp": now - 31], "has expired"), (["exp": "soon"], "no expiry"), (["exp": nil], "no expiry"),
            (["nbf": now + 31], "not valid yet"), (["nbf": "x"], "not valid yet"),
            (["iss": "https://other.example.com"], "another issuer"), (["iss": nil], "another issuer"),
            (["iss": ["https://issuer.example.com"]], "another issuer"),
            (["aud": "other"], "another service"), (["aud": nil], "another service"),
            (["aud": ["x", "y"]], "another service"),
            // One text is one audience, whatever blanks it has.
            (["aud": "x codec"], "another service"), (["aud": "codec x"], "another service"),
        ] as [([String: Any?], String)] {
            let reason = try await Self.reason(authenticator, "Bearer \(try await issuer.token(claims))")
            #expect(reason?.contains(text) == true, "\(claims)")
        }
        for claims in [["exp": now - 29], ["nbf": now + 29], ["aud": ["x", "codec"]]] as [[String: Any?]] {
            #expect(try await Self.reason(authenticator, "Bearer \(try await issuer.token(claims))") == nil)
        }
    }

    @Test("A namespace is its bytes: one that only looks the same is another")
    func looksTheSame() async throws {
        let issuer = TestIssuer()
        let token = try await issuer.token(["permissions": ["\u{212A}afka:read", "Kafka:write"]])
        let caller = try await Self.authenticator(issuer).authenticate(.init(authorization: "Bearer \(token)"))
        #expect(caller.permissions.count == 2)
        #expect(caller.may(.read, in: "\u{212A}afka"))
        #expect(!caller.may(.write, in: "\u{212A}afka"))
        #expect(caller.may(.write, in: "Kafka"))
    }

    @Test("A token without a subject has none, and does not share one with others")
    func nobody() async throws {
        let issuer = TestIssuer()
        let token = try await issuer.token(["sub": nil])
        let caller = try await Self.authenticator(issuer).authenticate(.init(authorization: "Bearer \(token)"))
        #expect(caller.subject == nil)
        #expect(caller.issuer == "https://issuer.example.com")
    }

    @Test("A token over the limit says that it is too large, and by how much")
    func tooLarge() async throws {
        let issuer = TestIssuer()
        let token = try await issuer.token(["groups": String(repeating: "a", count: 20_000)])
        let reason = try await Self.reason(Self.authenticator(issuer), "Bearer \(token)")
        #expect(reason?.contains("too large") == true)
        #expect(reason?.contains("16384") == true)
        #expect(issuer.fetches == 0)
    }

    @Test("A token whose signature, header or claims were changed is refused: one bit is enough")
    func changed() async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        let token = Array(try await issuer.token([:]).utf8)
        // The last character of each part may hold unused bits, which change nothing.
        for index in token.indices where index % 3 == 0 && token[index] != UInt8(ascii: ".") {
            let next = token.index(after: index)
            guard next < token.endIndex, token[next] != UInt8(ascii: ".") else { continue }
            var changed = token
            changed[index] = token[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(try await Self.reason(authenticator, "Bearer \(String(decoding: changed, as: UTF8.self))") != nil)
        }
    }

    @Test("A token that another key signed under the same name is refused")
    func otherKey() async throws {
        let (issuer, other) = (TestIssuer(), TestIssuer())
        let token = try await other.token([:])
        #expect(
            try await Self.reason(Self.authenticator(issuer), "Bearer \(token)")?.contains("signature") == true
        )
    }

    @Test("alg none is refused, with and without a signature", arguments: ["none", "None", "NONE", ""])
    func unsigned(_ algorithm: String) async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        let parts = try await issuer.token([:]).split(separator: ".")
        let header = Data(#"{"alg":"\#(algorithm)","kid":"k1"}"#.utf8).base64URL
        for signature in ["", String(parts[2])] {
            let reason = try await Self.reason(authenticator, "Bearer \(header).\(parts[1]).\(signature)")
            #expect(reason?.contains("not accepted") == true)
        }
        #expect(issuer.fetches == 0)
    }

    @Test("A symmetric signature made with the public key is refused, even if the set lists a symmetric key")
    func symmetric() async throws {
        let issuer = TestIssuer()
        let secret = SymmetricKey(data: Data(issuer.publicText.utf8))
        issuer.extraKeys = [#"{"kty":"oct","kid":"k2","k":"\#(Data(issuer.publicText.utf8).base64URL)","alg":"HS256"}"#]
        let authenticator = Self.authenticator(issuer)
        let parts = try await issuer.token([:]).split(separator: ".")
        for (kid, name) in [("k1", "HS256"), ("k2", "HS256"), ("k2", "RS256"), ("k2", "ES256")] {
            let header = Data(#"{"alg":"\#(name)","kid":"\#(kid)"}"#.utf8).base64URL
            let signed = "\(header).\(parts[1])"
            let signature = Data(HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: secret)).base64URL
            #expect(try await Self.reason(authenticator, "Bearer \(signed).\(signature)") != nil)
        }
        // The odd key does not keep the good one from being used.
        #expect(try await Self.reason(authenticator, "Bearer \(try await issuer.token([:]))") == nil)
    }

    @Test(
        "A key for one algorithm is not used for another",
        arguments: [("RS256", "PS256"), ("RS256", "RS512"), ("ES256", "RS256")]
    )
    func confusion(_ algorithm: String, _ other: String) async throws {
        let issuer = try TestIssuer(algorithm: algorithm)
        let parts = try await issuer.token([:]).split(separator: ".")
        let header = Data(#"{"alg":"\#(other)","kid":"k1"}"#.utf8).base64URL
        #expect(try await Self.reason(Self.authenticator(issuer), "Bearer \(header).\(parts[1]).\(parts[2])") != nil)
    }

    @Test(
        "What is no token is refused without asking for keys",
        arguments: [
            nil, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b", "Bearer a.b.c.d", "Bearer ..", "Bearer e30.e30.",
            "Bearer " + String(repeating: "a", count: 20_000),
        ]
    )
    func noToken(_ authorization: String?) async throws {
        let issuer = TestIssuer()
        #expect(try await Self.reason(Self.authenticator(issuer), authorization) != nil)
        #expect(issuer.fetches == 0)
    }

    @Test("Keys are kept for their time, fetched again for an unknown one, but not more often than allowed")
    func refreshing() async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        let token = try await issuer.token([:])
        #expect(try await Self.reason(authenticator, "Bearer \(token)") == nil)

        issuer.rotate(to: "k2")
        let rotated = try await issuer.token([:])
        #expect(try await Self.reason(authenticator, "Bearer \(rotated)")?.contains("not known") == true)
        #expect(issuer.fetches == 1)

        issuer.now += 31
        #expect(try await Self.reason(authenticator, "Bearer \(rotated)") == nil)
        #expect(issuer.fetches == 2)
        // The key that was taken from the set is no longer good.
        #expect(try await Self.reason(authenticator, "Bearer \(token)") != nil)

        issuer.now += 601
        let late = try await issuer.token([:])
        #expect(try await Self.reason(authenticator, "Bearer \(late)") == nil)
        #expect(issuer.fetches == 3)
    }

    @Test("A burst of unknown keys makes one fetch")
    func burst() async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        issuer.rotate(to: "unpublished", publishes: false)
        let token = try await issuer.token([:])
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await Self.reason(authenticator, "Bearer \(token)") } }
            for try await reason in group { #expect(reason != nil) }
        }
        #expect(issuer.fetches == 1)
    }

    @Test("While the set cannot be fetched, known keys stay good, and without any the text says so")
    func outage() async throws {
        let issuer = TestIssuer()
        let authenticator = Self.authenticator(issuer)
        issuer.isDown = true
        let token = try await issuer.token([:])
        #expect(try await Self.reason(authenticator, "Bearer \(token)")?.contains("not to be had") == true)
        issuer.isDown = false
        issuer.now += 31
        #expect(try await Self.reason(authenticator, "Bearer \(try await issuer.token([:]))") == nil)
        issuer.isDown = true
        issuer.now += 700
        #expect(try await Self.reason(authenticator, "Bearer \(try await issuer.token([:]))") == nil)
        #expect(issuer.fetches == 3)
    }

    @Test("Keys over plain HTTP, and tokens of any issuer or for any audience, are no configuration")
    func configuration() {
        let good = Self.configuration
        func isValid(_ change: (inout JWTAuthenticator.Configuration) -> Void) -> Bool {
            var configuration = good
            change(&configuration)
            return (try? JWTAuthenticator(configuration: configuration)) != nil
        }
        #expect(isValid { _ in })
        #expect(isValid { $0.keys = "http://127.0.0.1:80/keys" })
        for url in ["http://issuer.example.com/keys", "", "keys", "file:///keys", "https://"] {
            #expect(!isValid { $0.keys = url }, "\(url)")
        }
        #expect(!isValid { $0.issuers = [] })
        #expect(!isValid { $0.audiences = [] })
        #expect(!isValid { $0.keyLifetime = .zero })
    }
}
