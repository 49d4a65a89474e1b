//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@testable import ExternalStorageProxy

@Suite("Calls go through the proxy as if it were not there", .timeLimit(.minutes(1)))
struct FidelityTests {
    @Test("Metadata goes both ways: repeated keys, binary values, credentials, deadline")
    func metadata() async throws {
        let fake = FakeTemporal()
        var metadata: Metadata = ["x-one": "1", "x-many": "a", "x-many": "b", "authorization": "Bearer abc"]
        metadata.addBinary([0, 0xff, 0x2c], forKey: "x-bytes-bin")
        metadata.addBinary([], forKey: "x-bytes-bin")
        metadata.addString("5000m", forKey: "grpc-timeout")
        metadata.addString("temporal-python", forKey: "client-name")
        let sent = metadata

        let answer = try await self.throughProxy(fake) { try await $0.call("Echo", metadata: sent) }

        let received = try #require(fake.metadata.first)
        for key in ["x-one", "x-many", "authorization", "grpc-timeout", "client-name"] {
            #expect(received.strings(key) == sent.strings(key), "\(key)")
        }
        #expect(received.binaries("x-bytes-bin") == [[0, 0xff, 0x2c], []])
        for metadata in [try #require(answer.initialMetadata), answer.trailers] {
            #expect(metadata.strings("x-many") == ["a", "b"])
            #expect(metadata.binaries("x-bytes-bin") == [[0, 0xff, 0x2c], []])
        }
        #expect(answer.status.code == .ok)
    }

    @Test("What belongs to a connection is made anew by the proxy, and is there once")
    func connectionHeaders() async throws {
        let fake = FakeTemporal()

        _ = try await self.throughProxy(fake, isCompressed: true) { try await $0.call("Echo") }

        let received = try #require(fake.metadata.first)
        for key in ["content-type", "te", ":path", ":authority"] {
            #expect(Array(received[key]).count == 1, "\(key)")
        }
        #expect(received.strings("grpc-encoding").isEmpty)
        #expect(received.strings("grpc-accept-encoding").isEmpty)
    }

    @Test("A failure keeps its code, text, details and trailers")
    func failure() async throws {
        let answer = try await self.throughProxy { try await $0.call("Fail") }

        #expect(answer.status == Status(code: .failedPrecondition, message: FakeTemporal.failureText))
        #expect(answer.trailers.binaries("grpc-status-details-bin") == [FakeTemporal.failureDetails])
        #expect(answer.trailers.strings("x-trailer") == ["a", "b"])
        #expect(answer.messages.isEmpty)
    }

    @Test("A method that nobody knows is the server's business")
    func unknownMethod() async throws {
        let answer = try await self.throughProxy { try await $0.call("NoSuchMethod") }

        #expect(answer.status.code == .unimplemented)
        #expect(answer.status.message == "unknown method test.Service/NoSuchMethod")
    }

    @Test("Messages of 10 MiB go both ways unchanged, also compressed by the client", arguments: [false, true])
    func largeMessages(isCompressed: Bool) async throws {
        let message = Self.bytes(10 * 1_048_576)

        let answer = try await self.throughProxy(isCompressed: isCompressed) { try await $0.call("Echo", [message]) }

        #expect(answer.status.code == .ok)
        #expect(answer.messages.map { $0.count } == [message.count])
        #expect(answer.messages.first == message)
    }

    @Test("Streams of messages keep their order and their number")
    func streaming() async throws {
        let messages = (0..<50).map { Self.bytes($0 * 100) }

        let answer = try await self.throughProxy { try await $0.call("Echo", messages) }

        #expect(answer.messages == messages)
    }

    @Test("A message comes back before the request is complete, if the server answers so")
    func bidirectional() async throws {
        let (first, second) = try await self.throughProxy { client in
            let descriptor = MethodDescriptor(fullyQualifiedService: "test.Service", method: "Echo")
            return try await client.withStream(descriptor: descriptor, options: .defaults) { stream, _ in
                try await stream.outbound.write(.metadata([:]))
                try await stream.outbound.write(.message(GRPCNIOTransportBytes([1])))
                var responses = stream.inbound.makeAsyncIterator()
                var parts: [String] = []
                while parts.last != "message", let part = try await responses.next(isolation: nil) {
                    switch part {
                    case .metadata: parts.append("metadata")
                    case .message: parts.append("message")
                    case .status: parts.append("status")
                    }
                }
                await stream.outbound.finish()
                let last = try await responses.next(isolation: nil)
                guard case .status(let status, _)? = last else { return (parts, Status.Code.unknown) }
                return (parts, status.code)
            }
        }

        #expect(first == ["metadata", "message"])
        #expect(second == .ok)
    }

    @Test("A status that comes before the request is complete ends the call")
    func earlyStatus() async throws {
        let code = try await self.throughProxy { client in
            let descriptor = MethodDescriptor(fullyQualifiedService: "test.Service", method: "Refuse")
            return try await client.withStream(descriptor: descriptor, options: .defaults) { stream, _ in
                try await stream.outbound.write(.metadata([:]))
                return try await Answer(stream.inbound).status.code
            }
        }

        #expect(code == .permissionDenied)
    }

    @Test("150 calls at a time on one connection, none fails")
    func concurrency() async throws {
        let fake = FakeTemporal()
        let methods = (0..<150).map { "Hang\($0)" }

        let codes = try await self.throughProxy(fake, connections: 4) { client in
            try await withThrowingTaskGroup(of: Status.Code.self) { group in
                for method in methods { group.addTask { try await client.call(method).status.code } }
                var waiting = Set(methods)
                for await case .began(let method) in fake.events {
                    waiting.remove(method)
                    if waiting.isEmpty { break }
                }
                for method in methods { fake.release(method) }
                return try await group.reduce(into: [Status.Code]()) { $0.append($1) }
            }
        }

        #expect(codes.count == 150)
        #expect(codes.allSatisfy { $0 == .ok })
    }

    /// The bytes of a generator with a fixed seed, which do not compress to nothing.
    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt32 = 0x9e37_79b9
        let block = (0..<65_521).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24) & 0x3f
        }
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += block.prefix(count - bytes.count) }
        return bytes
    }

    private func throughProxy<Result: Sendable>(
        _ fake: FakeTemporal = FakeTemporal(),
        connections: Int = 2,
        isCompressed: Bool = false,
        _ body: (HTTP2ClientTransport.Posix) async throws -> Result
    ) async throws -> Result {
        try await withServer(fake) { server in
            try await withProxy(to: server, connections: connections) { proxy in
                try await withClient(to: proxy.address, isCompressed: isCompressed, body)
            }
        }
    }
}
