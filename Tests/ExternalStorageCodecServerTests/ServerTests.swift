//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import ExternalStorageCodecServer

@Suite("The server over HTTP", .timeLimit(.minutes(1)))
struct ServerTests {
    private static let payload = Payload.sample(1, sizeInBytes: 300_000)

    @Test("Encode, decode and download, at any prefix, with what the Web UI and the CLI send")
    func routes() async throws {
        let store = try Store()
        let references = try await store.references(to: [Self.payload])
        try await withCodecServer(storage: store.storage) { server in
            for path in ["/decode", "/any/prefix/decode", "//download", "/download?preserveStorageRefs=true"] {
                let answer = try await server.send(path, payloads: references)
                #expect(answer.status == 200)
                #expect(answer.headers["Content-Type"] == ["application/json"])
                #expect(answer.headers["Content-Length"] == ["\(answer.body.utf8.count)"])
                #expect(try answer.payloads == [Self.payload])
            }
            let kept = try await server.send("/decode?preserveStorageRefs=true", payloads: references + [.text("a")])
            #expect(try kept.payloads == references + [.text("a")])
            #expect(kept.body.contains("\"externalPayloads\":[{\"sizeBytes\":\"\(Self.payload.sizeInBytes)\"}]"))
            let encoded = try await server.send("/encode", payloads: [.text("a"), Self.payload])
            #expect(try encoded.payloads.map(\.isReference) == [false, true])
            // What it has encoded it decodes, with no more allowed than by default.
            let decoded = try await server.send("/decode", payloads: encoded.payloads)
            #expect(try decoded.payloads == [.text("a"), Self.payload])
            let elsewhere = [("X-Namespace", "other")]
            let foreign = try await server.send("/decode", payloads: encoded.payloads, headers: elsewhere)
            #expect(foreign.status == 403)
        }
    }

    @Test("A connection is used for one request after the other")
    func keepAlive() async throws {
        try await withCodecServer { server in
            let text = try await server.connect { inbound, outbound, _ in
                let request =
                    "POST /decode HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                try await outbound.write(ByteBuffer(string: "\(request)\r\n{}"))
                var text = ""
                var iterator = inbound.makeAsyncIterator()
                while !text.contains("]}"), let part = try await iterator.next() { text += String(buffer: part) }
                try await outbound.write(ByteBuffer(string: "\(request)Connection: close\r\n\r\n{}"))
                while let part = try await iterator.next() { text += String(buffer: part) }
                return text
            }
            #expect(text.ranges(of: "HTTP/1.1 200 OK").count == 2)
        }
    }

    @Test("Other methods are 405 with Allow, other paths 404, other types 415")
    func refused() async throws {
        try await withCodecServer { server in
            for method in [HTTPMethod.GET, .PUT, .DELETE, .HEAD] {
                let answer = try await server.send("/decode", method: method)
                #expect(answer.status == 405)
                #expect(answer.headers["Allow"] == ["POST, OPTIONS"])
            }
            #expect(try await server.send("/other", "{}").status == 404)
            for type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
                #expect(try await server.send("/decode", "{}", headers: [("Content-Type", type)]).status == 415)
            }
            for type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
                #expect(try await server.send("/decode", "{}", headers: [("Content-Type", type)]).status == 200)
            }
            for body in ["", "nonsense", "{\"payloads\":[{\"data\":\"*\"}]}"] {
                #expect(try await server.send("/decode", body).status == 400)
            }
            #expect(try await server.send("/download", payloads: []).status == 404)
            let health = try await server.send("/healthz", method: .GET)
            #expect(health.status == 200 && health.body == "ok\n")
        }
    }

    @Test("Errors are text with a request id; the log has the details under it, and neither has what is secret")
    func errors() async throws {
        let recorder = LogRecorder()
        let store = try Store()
        let error = ExternalStorageError(code: .notFound, message: "[bucket=secret-bucket, key=secret-key]")
        let reference = try await store.references(to: [Self.payload])[0]
        let faulty = FaultyStorageDriver(name: "memory", fault: .throwing(error))
        try await withCodecServer(storage: try Store.storage(faulty), logger: recorder.logger) { server in
            let answer = try await server.send(
                "/download?token=secret-token",
                payloads: [reference],
                headers: [("Authorization", "Bearer secret-token")]
            )
            #expect(answer.status == 400)
            #expect(answer.headers["Content-Type"] == ["text/plain; charset=utf-8"])
            let id = try #require(answer.headers["X-Request-Id"].first)
            #expect(answer.body.contains("(request \(id))"))
            #expect(answer.body.contains("lifecycle rules"))
            #expect(!answer.body.contains("secret"))
            #expect(recorder.lines.contains { $0.contains(id) && $0.contains("secret-bucket") })
            _ = try await server.send("/decode", payloads: [.text("secret-value")])
        }
        // The line of an answer that succeeds is written when all of it is on its way: the client may have it before.
        let text = recorder.lines.joined()
        #expect(!text.contains("secret-value") && !text.contains("InNlY3JldC12YWx1ZSI="))
        #expect(!text.contains("secret-token"))
        #expect(text.contains("route: decode") || text.contains("\"route\": decode"))
    }

    @Test("A preflight is answered before anything else; errors bear the fields of CORS too")
    func preflight() async throws {
        let issuer = TestIssuer()
        try await withCodecServer {
            $0.authenticator = Self.authenticator(issuer)
            $0.crossOrigin.origins = ["https://ui.example.com"]
        } _: { server in
            let answer = try await server.send(
                "/default/decode",
                method: .OPTIONS,
                headers: [
                    ("Origin", "https://ui.example.com"), ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "authorization,content-type,x-namespace"),
                ]
            )
            #expect(answer.status == 204)
            #expect(answer.headers["Access-Control-Allow-Origin"] == ["https://ui.example.com"])
            #expect(answer.headers["Access-Control-Allow-Methods"] == ["POST, OPTIONS"])
            #expect(answer.headers["Vary"] == ["Origin"])

            let unauthorized = try await server.send("/decode", "{}", headers: [("Origin", "https://ui.example.com")])
            #expect(unauthorized.status == 401)
            #expect(unauthorized.headers["Access-Control-Allow-Origin"] == ["https://ui.example.com"])
            #expect(unauthorized.headers["WWW-Authenticate"] == ["Bearer"])

            for method in [HTTPMethod.OPTIONS, .POST] {
                let foreign = try await server.send(
                    "/decode",
                    "{}",
                    method: method,
                    headers: [("Origin", "https://x.com")]
                )
                #expect(foreign.status == 403)
                #expect(foreign.headers["Access-Control-Allow-Origin"].isEmpty)
                #expect(foreign.headers["Vary"] == ["Origin"])
            }
            for path in ["/nothing", "/decode"] {
                let answer = try await server.send(path, "{}")
                #expect(answer.headers["Vary"] == ["Origin"])
            }
        }
    }

    private static func authenticator(_ issuer: TestIssuer) -> JWTAuthenticator {
        JWTAuthenticator(
            configuration: .init(
                keys: "https://issuer.example.com/jwks.json",
                issuers: ["https://issuer.example.com"],
                audiences: ["codec"]
            ),
            fetcher: issuer,
            now: { issuer.now }
        )
    }

    @Test("A caller needs a token, a role in the namespace, and the namespace of the reference")
    func authorization() async throws {
        let issuer = TestIssuer()
        let store = try Store()
        let own = try await store.references(to: [Self.payload])
        let foreign = try await store.references(to: [Self.payload], namespace: "other")
        try await withCodecServer(storage: store.storage) {
            $0.authenticator = Self.authenticator(issuer)
        } _: { server in
            let token = "Bearer " + (try await issuer.token(["permissions": ["default:read"]]))
            func status(
                _ path: String,
                _ payloads: [Payload],
                token: String = token,
                namespace: String = "default"
            ) async throws -> Int {
                try await server.send(
                    path,
                    payloads: payloads,
                    headers: [("Authorization", token), ("X-Namespace", namespace)]
                ).status
            }
            #expect(try await status("/download", own) == 200)
            #expect(try await status("/decode", own) == 200)
            #expect(try await status("/encode", []) == 403)
            #expect(try await status("/download", own, namespace: "other") == 403)
            #expect(try await status("/decode", [], namespace: "") == 400)
            #expect(try await status("/download", foreign) == 403)
            #expect(try await status("/download", own, token: "") == 401)
            #expect(try await status("/download", own, token: "Bearer x.y.z") == 401)
            let expired = "Bearer " + (try await issuer.token(["exp": 1, "permissions": ["default:read"]]))
            #expect(try await status("/download", own, token: expired) == 401)
            let writer = "Bearer " + (try await issuer.token(["permissions": ["default:write"]]))
            #expect(try await status("/encode", [], token: writer) == 200)
            #expect(store.driver.retrieves.count == 2)
        }
    }

    @Test("The namespace of the path counts if that is switched on, and must not differ from the header")
    func pathNamespace() async throws {
        let store = try Store()
        let own = try await store.references(to: [Self.payload])
        try await withCodecServer(storage: store.storage) {
            $0.readsNamespaceFromPath = true
        } _: { server in
            for (path, header, status) in [
                ("/default/download", "default", 200), ("/codec/default/download", "", 200),
                ("/other/download", "", 403), ("/other/download", "default", 400), ("/download", "default", 400),
            ] {
                let answer = try await server.send(path, payloads: own, headers: [("X-Namespace", header)])
                #expect(answer.status == status, "\(path) \(header)")
            }
        }
        // Without it a path is only a path.
        try await withCodecServer(storage: store.storage) { server in
            for (path, header, status) in [("/other/download", "default", 200), ("/default/download", "", 403)] {
                let answer = try await server.send(path, payloads: own, headers: [("X-Namespace", header)])
                #expect(answer.status == status, "\(path) \(header)")
            }
        }
    }

    @Test("A body over the limit is 413, announced or not")
    func bodyLimit() async throws {
        try await withCodecServer {
            $0.limits.bodySizeInBytes = 1_000
        } _: { server in
            let answer = try await server.send("/decode", String(repeating: " ", count: 1_001))
            #expect(answer.status == 413)
            #expect(answer.body.contains("1000 bytes"))
            let text = try await server.connect { inbound, outbound, _ in
                let head = "POST /decode HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                try await outbound.write(ByteBuffer(string: "\(head)Transfer-Encoding: chunked\r\n\r\n"))
                try await outbound.write(ByteBuffer(string: "3e9\r\n" + String(repeating: " ", count: 1_001) + "\r\n"))
                return String(buffer: try await inbound.first { _ in true } ?? ByteBuffer())
            }
            #expect(text.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("A response to HEAD has no body: the next one follows its head", arguments: ["/decode", "/healthz"])
    func head(_ path: String) async throws {
        try await withCodecServer { server in
            let text = try await server.connect { inbound, outbound, _ in
                try await outbound.write(ByteBuffer(string: "HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n"))
                let health = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                try await outbound.write(ByteBuffer(string: health))
                var text = ""
                for try await part in inbound { text += String(buffer: part) }
                return text
            }
            let parts = text.split(separator: "\r\n\r\n")
            #expect(parts.count == 3 && parts[1].hasPrefix("HTTP/1.1 200 ") && parts[2] == "ok\n", "\(text)")
            #expect(parts[0].lowercased().contains("content-length: "))
        }
    }

    @Test("A refused request is answered when it has ended, and its connection is used on; one of over 1 MiB ends it")
    func refusedBody() async throws {
        try await withCodecServer { server in
            let refused = "POST /other HTTP/1.1\r\nHost: x\r\n"
            let health = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let small = try await server.connect { inbound, outbound, _ in
                try await outbound.write(ByteBuffer(string: "\(refused)Content-Length: 2\r\n\r\n{"))
                try await outbound.write(ByteBuffer(string: "}\(health)"))
                var text = ""
                for try await part in inbound { text += String(buffer: part) }
                return text
            }
            #expect(small.ranges(of: "HTTP/1.1 ").count == 2)
            #expect(small.hasPrefix("HTTP/1.1 404 ") && small.contains("HTTP/1.1 200 "))
            #expect(!small.prefix(400).lowercased().contains("connection: close"))
            let large = try await server.connect { inbound, outbound, _ in
                try await outbound.write(ByteBuffer(string: "\(refused)Content-Length: 9000000\r\n\r\n"))
                try await outbound.write(ByteBuffer(repeating: 0x20, count: 1_500_000))
                return String(buffer: try await inbound.first { _ in true } ?? ByteBuffer())
            }
            #expect(large.hasPrefix("HTTP/1.1 404 ") && large.lowercased().contains("connection: close"))
            let waiting = try await server.connect { inbound, outbound, _ in
                let head = "\(refused)Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
                try await outbound.write(ByteBuffer(string: head))
                return String(buffer: try await inbound.first { _ in true } ?? ByteBuffer())
            }
            #expect(waiting.hasPrefix("HTTP/1.1 404 ") && waiting.lowercased().contains("connection: close"))
        }
    }

    @Test("Requests over the rate of a caller are 429 and say when to come back; tries without a token are counted too")
    func rate() async throws {
        let issuer = TestIssuer()
        try await withCodecServer {
            $0.rateLimit = .init(requestsPerSecond: 0.01, burst: 2)
            $0.authenticator = Self.authenticator(issuer)
        } _: { server in
            for status in [401, 401, 429] {
                let answer = try await server.send("/decode", "{}")
                #expect(answer.status == status)
                #expect(answer.headers["Retry-After"].isEmpty == (status != 429))
            }
        }
    }

    @Test("An address in use is an error that says so")
    func addressInUse() async throws {
        try await withCodecServer { server in
            var configuration = CodecServer.Configuration()
            configuration.port = server.port
            let second = try CodecServer(storage: nil, configuration: configuration, logger: .silent)
            let error = await #expect(throws: CodecServerError.self) { try await second.run() }
            #expect(error?.code == .cannotListen)
            #expect(error?.message.contains("\(server.port)") == true)
        }
    }

    @Test("An error while it is announced where the server listens ends it")
    func announcement() async throws {
        struct Failure: Error {}
        var configuration = CodecServer.Configuration()
        configuration.port = 0
        let server = try CodecServer(storage: nil, configuration: configuration, logger: .silent) { _ in throw Failure()
        }
        await #expect(throws: Failure.self) { try await server.run() }
    }
}
