//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import NIOHTTP1
import Testing

@testable import ExternalStorageCodecServer

@Suite("Key sets over HTTP, from a real server", .timeLimit(.minutes(1)))
struct HTTPKeyFetcherTests {
    private static func reason(_ fetcher: HTTPKeyFetcher) async throws -> String? {
        do {
            _ = try await fetcher.fetch()
            return nil
        } catch let failure as HTTPKeyFetcher.Failure {
            return failure.reason
        }
    }

    @Test("A key set is what the server answers, byte for byte")
    func good() async throws {
        try await withKeyServer { server in
            server.answer("/keys?set=1", .text("{\"keys\":[]}"))
            let data = try await HTTPKeyFetcher(url: server.url("/keys?set=1")).fetch()
            #expect(data == Data("{\"keys\":[]}".utf8))
        }
    }

    @Test("Every status but 200 is a failure, which names it", arguments: [201, 204, 304, 401, 404, 429, 500, 503])
    func status(_ code: Int) async throws {
        try await withKeyServer { server in
            server.answer("/keys", .status(.init(statusCode: code)))
            let reason = try await Self.reason(HTTPKeyFetcher(url: server.url("/keys")))
            #expect(reason == "status \(code)")
            // A failed fetch is not repeated behind the back of the minimum interval.
            #expect(server.paths == ["/keys"])
        }
    }

    @Test("A redirect is not followed: keys come from where the operator said", arguments: [301, 302, 307, 308])
    func redirect(_ code: Int) async throws {
        try await withKeyServer { server in
            server.answer("/keys", .status(.init(statusCode: code), ["location": server.url("/others")]))
            server.answer("/others", .text("{\"keys\":[]}"))
            let reason = try await Self.reason(HTTPKeyFetcher(url: server.url("/keys")))
            #expect(reason == "status \(code)")
            #expect(server.paths == ["/keys"])
        }
    }

    @Test("A set of 1 MiB is read, one of a byte more is refused, and so is one without an end")
    func size() async throws {
        try await withKeyServer { server in
            server.answer("/full", .bytes(HTTPKeyFetcher.sizeLimit))
            server.answer("/larger", .bytes(HTTPKeyFetcher.sizeLimit + 1))
            server.answer("/endless", .endless)
            let data = try await HTTPKeyFetcher(url: server.url("/full")).fetch()
            #expect(data.count == HTTPKeyFetcher.sizeLimit)
            for path in ["/larger", "/endless"] {
                let reason = try await Self.reason(HTTPKeyFetcher(url: server.url(path)))
                #expect(reason == "it has more than 1048576 bytes", "\(path)")
            }
        }
    }

    @Test("An answer that does not come in time is a failure, also one whose bytes come one by one")
    func timeLimit() async throws {
        try await withKeyServer { server in
            server.answer("/nothing", .nothing)
            server.answer("/dripping", .dripping)
            for path in ["/nothing", "/dripping"] {
                let fetcher = HTTPKeyFetcher(url: server.url(path), timeLimit: .milliseconds(300))
                let reason = try await Self.reason(fetcher)
                #expect(reason?.hasPrefix("it did not come within") == true, "\(path)")
            }
        }
    }

    @Test("Where nobody listens, the fetch fails")
    func unreachable() async throws {
        await #expect(throws: (any Error).self) { try await HTTPKeyFetcher(url: "http://127.0.0.1:1/keys").fetch() }
    }

    // MARK: Tokens

    private static func authenticator(_ issuer: TestIssuer, _ server: KeyServer) -> JWTAuthenticator {
        JWTAuthenticator(
            configuration: .init(
                keys: server.url("/keys"),
                issuers: ["https://issuer.example.com"],
                audiences: ["codec"]
            ),
            fetcher: HTTPKeyFetcher(url: server.url("/keys"), timeLimit: .seconds(4)),
            now: { issuer.now }
        )
    }

    private static func refusal(_ authenticator: JWTAuthenticator, _ token: String) async throws -> String? {
        do {
            _ = try await authenticator.authenticate(.init(authorization: "Bearer \(token)"))
            return nil
        } catch let error as CodecServer.AuthenticationError {
            return error.message
        }
    }

    @Test(
        "After a rotation, tokens of the new key are good once the set may be fetched again, those of the old are not"
    )
    func rotation() async throws {
        try await withKeyServer { server in
            let issuer = TestIssuer()
            func publish() async throws {
                server.answer("/keys", .text(String(decoding: try await issuer.fetch(), as: UTF8.self)))
            }
            try await publish()
            let authenticator = Self.authenticator(issuer, server)
            let old = try await issuer.token([:])
            #expect(try await Self.refusal(authenticator, old) == nil)

            issuer.rotate(to: "k2")
            try await publish()
            let new = try await issuer.token([:])
            #expect(try await Self.refusal(authenticator, new)?.contains("not known") == true)
            #expect(server.paths.count == 1)
            issuer.now += 31
            #expect(try await Self.refusal(authenticator, new) == nil)
            #expect(try await Self.refusal(authenticator, old)?.contains("not known") == true)
            #expect(server.paths.count == 2)
        }
    }

    @Test(
        "What is no key set, whatever it is, refuses tokens with a text that says so, and leaves known keys as they are",
        arguments: [
            .status(.internalServerError), .nothing, .dripping, .endless, .text("<html>"), .text(""), .text("[]"),
            .text("{}"), .text("{\"keys\":{}}"),
        ] as [KeyServer.Answer]
    )
    func noKeys(_ answer: KeyServer.Answer) async throws {
        try await withKeyServer { server in
            let issuer = TestIssuer()
            let authenticator = Self.authenticator(issuer, server)
            server.answer("/keys", answer)
            let text = "not to be had"
            var token = try await issuer.token([:])
            #expect(try await Self.refusal(authenticator, token)?.contains(text) == true)

            server.answer("/keys", .text(String(decoding: try await issuer.fetch(), as: UTF8.self)))
            issuer.now += 31
            #expect(try await Self.refusal(authenticator, token) == nil)
            server.answer("/keys", answer)
            issuer.now += 700
            token = try await issuer.token([:])
            #expect(try await Self.refusal(authenticator, token) == nil)
            #expect(server.paths.count == 3)
        }
    }
}
