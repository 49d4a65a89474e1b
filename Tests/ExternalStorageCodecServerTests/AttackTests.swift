//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import ExternalStorageCore
import ExternalStorageTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import ExternalStorageCodecServer

/// Everybody is who they say they are.
private struct Honest: CodecServerAuthenticator {
    func authenticate(_ credentials: CodecServer.Credentials) async throws -> CodecServer.Caller {
        CodecServer.Caller(subject: credentials.authorization ?? "nobody", permissionsEverywhere: [.read, .write])
    }
}

@Suite("What one caller can do to the others", .timeLimit(.minutes(3)))
struct AttackTests {
    private static func head(_ path: String, _ size: Int, caller: String = "mallory") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Namespace: default\r\n"
            + "Authorization: \(caller)\r\nContent-Length: \(size)\r\n\r\n"
    }

    /// Has a server give up on nobody who stalls, so that others get through for another reason, or not while a test lasts.
    private static func neverGiveUp(_ configuration: inout CodecServer.Configuration) {
        configuration.timeouts.request = .seconds(3_600)
        configuration.timeouts.slowTransfer = .seconds(3_600)
        configuration.timeouts.admission = .seconds(3_600)
        configuration.timeouts.stalledResponse = .seconds(3_600)
        configuration.timeouts.response = .seconds(3_600)
    }

    private static let ann = ("Authorization", "ann")

    /// Runs `body` while connections are there on which this was sent, and of whose answers nothing is read.
    private static func withConnections(
        _ count: Int,
        to server: RunningServer,
        sending text: String,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard count > 0 else { return try await body() }
        try await server.connect { _, outbound, _ in
            try await outbound.write(ByteBuffer(string: text))
            try await Self.withConnections(count - 1, to: server, sending: text, body)
        }
    }

    @Test("Announcements without bodies reserve nothing")
    func announcements() async throws {
        try await withCodecServer {
            Self.neverGiveUp(&$0)
        } _: { server in
            let text = Self.head("/decode", 8_388_608) + "{"
            try await Self.withConnections(20, to: server, sending: text) {
                for _ in 0..<10 {
                    let answer = try await server.send("/decode", "{}")
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test("Bodies that stop half way take no more than their caller's part")
    func halfBodies() async throws {
        try await withCodecServer {
            $0.authenticator = Honest()
            $0.limits.bodySizeInBytes = 256 * 1_024
            $0.limits.requestMemoryInBytes = 1_048_576
            Self.neverGiveUp(&$0)
        } _: { server in
            let text = Self.head("/decode", 250_000) + String(repeating: " ", count: 240_000)
            try await Self.withConnections(8, to: server, sending: text) {
                let body = RunningServer.json([.sample(1, sizeInBytes: 50_000)])
                for _ in 0..<10 {
                    let answer = try await server.send("/decode", body, headers: [Self.ann])
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test("Answers that nobody reads take no more than their caller's part")
    func unreadAnswers() async throws {
        let store = try Store()
        let references = try await store.references(to: [.sample(1, sizeInBytes: 3_500_000)])
        try await withCodecServer(storage: store.storage) {
            $0.authenticator = Honest()
            $0.limits.responseMemoryInBytes = 8_000_000
            Self.neverGiveUp(&$0)
        } _: { server in
            let body = RunningServer.json(references)
            try await Self.withConnections(4, to: server, sending: Self.head("/download", body.utf8.count) + body) {
                for _ in 0..<5 {
                    let answer = try await server.send("/download", payloads: references, headers: [Self.ann])
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test("An answer that takes all memory, and is hardly read, is cut off when others wait")
    func slowAnswer() async throws {
        let store = try Store()
        let large = try await store.references(to: [.sample(1, sizeInBytes: 7_500_000)])
        let small = try await store.references(to: [.sample(2, sizeInBytes: 3_000_000)])
        try await withCodecServer(storage: store.storage) {
            $0.authenticator = Honest()
            $0.limits.responseMemoryInBytes = 8_000_000
            Self.neverGiveUp(&$0)
            $0.timeouts.slowTransfer = .seconds(1)
        } _: { server in
            let body = RunningServer.json(large)
            try await server.connect { inbound, outbound, _ in
                try await outbound.write(ByteBuffer(string: Self.head("/download", body.utf8.count) + body))
                var iterator = inbound.makeAsyncIterator()
                _ = try await iterator.next()
                let answer = try await server.send("/download", payloads: small, headers: [Self.ann])
                #expect(answer.status == 200)
            }
        }
    }

    @Test("A connection may be idle for longer than a request may take, and for longer than load balancers keep it")
    func idle() async throws {
        #expect(CodecServer.Timeouts().idle >= .seconds(75))
        #expect(CodecServer.Timeouts().request == .seconds(30))
        try await withCodecServer {
            $0.timeouts.request = .seconds(1)
        } _: { server in
            try await server.connect { inbound, outbound, _ in
                var iterator = inbound.makeAsyncIterator()
                for _ in 0..<2 {
                    // The time itself is what this is about.
                    try await Task.sleep(for: .milliseconds(1_300))
                    try await outbound.write(ByteBuffer(string: Self.head("/decode", 2) + "{}"))
                    var answer = ""
                    while !answer.contains("payloads"), let part = try await iterator.next() {
                        answer += String(buffer: part)
                    }
                    #expect(answer.hasPrefix("HTTP/1.1 200"))
                }
            }
        }
    }

    @Test("A namespace that only looks like the owner's gets nothing")
    func looksTheSame() async throws {
        let store = try Store()
        try await withCodecServer(storage: store.storage) {
            $0.readsNamespaceFromPath = true
            $0.limits.payloadSizeInBytes = 1_000_000
        } _: { server in
            let stored = try await server.send(
                "/Kafka/encode",
                payloads: [.sample(1, sizeInBytes: 300_000)],
                headers: [("X-Namespace", "")]
            )
            #expect(stored.status == 200)
            let references = try stored.payloads
            #expect(references.count == 1)
            for (path, status) in [("/Kafka", 200), ("/%4Bafka", 200), ("/%E2%84%AAafka", 403), ("/kafka", 403)] {
                let answer = try await server.send(
                    "\(path)/download",
                    payloads: references,
                    headers: [("X-Namespace", "")]
                )
                #expect(answer.status == status, "\(path)")
            }
        }
    }

    @Test("A place is its bytes too")
    func places() {
        let policy = CodecServer.ReferencePolicy(places: [.init(bucket: "arn:Kafka", prefix: "v0/ns/\u{E9}")])
        #expect(policy.places.contains(.init(bucket: "arn:Kafka", prefix: "v0/ns/\u{E9}")))
        #expect(!policy.places.contains(.init(bucket: "arn:\u{212A}afka", prefix: "v0/ns/\u{E9}")))
        let place = CodecServer.ReferencePolicy.Place(bucket: "Kafka", prefix: "\u{E9}")
        #expect(place.holds(bucket: "Kafka", key: "\u{E9}/x"))
        #expect(!place.holds(bucket: "\u{212A}afka", key: "\u{E9}/x"))
        #expect(!place.holds(bucket: "Kafka", key: "e\u{301}/x"))
    }

    @Test("The log says of a request that failed what it brought")
    func failures() async throws {
        let store = try Store()
        let references = try await store.references(to: [.sample(1, sizeInBytes: 5_000)])
        let recorder = LogRecorder()
        try await withCodecServer(storage: store.storage, logger: recorder.logger) {
            $0.limits.bodySizeInBytes = 100_000
        } _: { server in
            let statuses = [
                try await server.send("/download", payloads: references, headers: [("X-Namespace", "x")]).status,
                try await server.send("/decode", "{ rubbish").status,
                try await server.send("/decode", String(repeating: " ", count: 100_001)).status,
                try await server.send("/decode", "{}", headers: [("Content-Type", "text/plain")]).status,
            ]
            #expect(statuses == [403, 400, 413, 415])
        }
        let size = RunningServer.json(references).utf8.count
        let lines = recorder.lines.map { line in
            line.replacing("\"", with: "").replacing(": ", with: "=").replacing(",", with: " ").replacing(
                "]",
                with: " "
            )
        }
        #expect(lines.contains { $0.contains("payloads=1 ") && $0.contains("request_bytes=\(size) ") }, "\(lines)")
        #expect(lines.contains { $0.contains("request_bytes=9 ") && $0.contains("reason=malformedBody") }, "\(lines)")
        #expect(
            lines.contains { $0.contains("request_bytes=100001 ") && $0.contains("reason=bodyTooLarge") },
            "\(lines)"
        )
        #expect(lines.contains { $0.contains("request_bytes=2 ") && $0.contains("reason=wrongType") }, "\(lines)")
    }
}
