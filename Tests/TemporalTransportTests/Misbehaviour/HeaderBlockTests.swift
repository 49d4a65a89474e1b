//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import NIOCore
import RawHTTP2
import Testing

@testable import TemporalTransport

@Suite("Header blocks of any size, and what is none", .serialized, .timeLimit(.minutes(1)))
struct HeaderBlockTests {
    /// Small enough for Huffman codes without optimization; `wire.py` has larger ones.
    static let sizes = [15_000, 40_000]

    @Test("ES-R1 A header block larger than a frame goes through, both ways, and harms no other call", arguments: sizes)
    func large(size: Int) async throws {
        let answer: @Sendable (ServerCall) async -> Void = { call in
            if call.metadata["wait"].first(where: { _ in true }) != nil { return await LoopbackTests.silent(call) }
            let length = call.metadata[stringValues: "large"].first(where: { _ in true })?.utf8.count ?? 0
            call.send(["initial": .string(String(repeating: "i", count: length))])
            try? await call.send(ByteBuffer(bytes: [1]), isOnly: false)
            call.finish(
                Status(code: .notFound, message: "gone"),
                ["trailing": .string(String(repeating: "t", count: length))]
            )
        }
        try await LoopbackTests.withListener(answer) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                try await withThrowingTaskGroup(of: Outcome.self) { group in
                    // Another call on the same connection.
                    group.addTask { await Outcome.unary(transport, metadata: ["wait": "1"]) }
                    for _ in 0..<2 {
                        let value = String(repeating: "v", count: size)
                        let outcome = await Outcome.unary(transport, metadata: ["large": .string(value)])
                        #expect(outcome.code == .notFound, "\(outcome.text)")
                        #expect(outcome.metadata[stringValues: "trailing"].first { _ in true }?.utf8.count == size)
                    }
                    group.cancelAll()
                    // Given up by us, and not lost.
                    let other = try await group.next()
                    #expect(other?.code == .cancelled)
                }
            }
        }
    }

    @Test("ES-R1 No frame is larger than the peer takes, and what follows is understood")
    func frames() async throws {
        try await Outcome.withRawServer { server, transport in
            async let first = Outcome.unary(
                transport,
                metadata: ["large": .string(String(repeating: "x", count: 50_000))]
            )
            let connection = try await server.next()
            let call = try await connection.call()
            // Huffman codes make of 50,000 x some 44,000 bytes.
            #expect(call.blockFrames == 3)
            #expect(call.field("large")?.count == 50_000)
            connection.answer(call.stream, [7])
            #expect(await first.message == [7])
            // The tables of both sides are in step.
            async let second = Outcome.unary(transport, metadata: ["large": "small"])
            let next = try await connection.call()
            #expect(next.field("large") == "small")
            connection.answer(next.stream, [8])
            #expect(await second.message == [8])
        }
    }

    @Test("ES-R1 A peer that announces larger frames gets them", arguments: [20_000, 60_000])
    func largerFrames(size: Int) async throws {
        try await Outcome.withRawServer { server, transport in
            async let outcome = Outcome.unary(
                transport,
                Array(repeating: 3, count: 200_000),
                metadata: ["large": .string(String(repeating: "x", count: 50_000))]
            )
            let connection = try await server.next(settings: [(RawFrame.Setting.maxFrameSize, UInt32(size))])
            let call = try await connection.next(.headers)
            #expect(call.blockFrames == (size == 20_000 ? 3 : 1))
            var longest = 0
            while true {
                let data = try await connection.next(.data, on: call.stream)
                longest = max(longest, data.payload.readableBytes)
                if data.endsStream { break }
            }
            #expect(longest > 16_384 && longest <= size)
            connection.answer(call.stream, [7])
            #expect(await outcome.message == [7])
        }
    }

    @Test("ES-R1 Metadata that cannot be sent fails that call alone, at once, with a text that says why")
    func malformed() async throws {
        try await LoopbackTests.withListener { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let values: [Metadata] = [
                    ["authorization": "Bearer secret\n"], ["authorization": "a\r\nb"], ["x": "a\0b"],
                    ["a key": "value"], ["": "value"], ["schl\u{fc}ssel": "value"], ["a:b": "value"],
                ]
                for metadata in values {
                    let outcome = await Outcome.unary(transport, metadata: metadata)
                    #expect(outcome.code == .invalidArgument, "\(metadata)")
                    #expect(outcome.text.contains("cannot be sent"))
                    #expect(!outcome.text.contains("secret"))
                    #expect(await Outcome.unary(transport).message == [1])
                }
            }
        }
    }

    @Test("ES-R1 Metadata that the peer does not take fails that call alone, and never reaches the peer")
    func beyondThePeersLimit() async throws {
        try await Outcome.withRawServer { server, transport in
            async let outcome = Outcome.unary(
                transport,
                metadata: ["large": .string(String(repeating: "x", count: 20_000))]
            )
            let connection = try await server.next(settings: [(RawFrame.Setting.maxHeaderListSize, 16_384)])
            let refused = await outcome
            #expect(refused.code == .invalidArgument)
            #expect(refused.text.contains("16384"))
            async let next = Outcome.unary(transport)
            let call = try await connection.call()
            #expect(call.stream == 1)
            connection.answer(call.stream, [2])
            #expect(await next.message == [2])
        }
    }

    @Test("ES-R1 A client that sends what no header may be loses that stream, and nothing else")
    func malformedRequests() async throws {
        try await LoopbackTests.withListener { port, _ in
            let client = try await RawConnection.client(to: port)
            var stream = 1
            let bad: [(String, String)] = [
                ("x", "a\0b"), ("x", "a\nb"), ("x", "a\rb"), ("Upper", "a"), ("connection", "close"),
                (":late", "x"), (":path", "/other"), ("a b", "x"),
            ]
            for field in bad {
                client.headers(RawConnection.requestHeaders("/test.Service/Echo", [field]), on: stream)
                let reset = try await client.next(.reset)
                #expect(reset.stream == stream, "\(field)")
                stream += 2
            }
            client.headers(RawConnection.requestHeaders("/test.Service/Echo"), on: stream)
            client.data(RawConnection.message([5]), on: stream, endsStream: true)
            #expect(try await client.next(.headers).field(":status") == "200")
            #expect(try await client.body(on: stream) == RawConnection.message([5]))
            client.close()
        }
    }

    /// Fields with the empty name, as a block has them: kept in the table, not kept, never kept, with a Huffman code.
    private static let nameless: [[UInt8]] = [
        [0x40, 0, 1, 0x76], [0, 0, 0], [0x10, 0, 2, 0x76, 0x76], [0x40, 0x80, 0x81, 0x1f],
    ]

    /// Fields as a block has them that are not kept in the table.
    private static func block(_ fields: [(String, String)]) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0, UInt8(name.utf8.count)]
            block += Array(name.utf8)
            block.append(UInt8(value.utf8.count))
            block += Array(value.utf8)
        }
        return block
    }

    @Test("ES-R1 A header without a name ends that request, and nothing else", arguments: [1, 7, 16_384])
    func namelessRequests(frameSize: Int) async throws {
        try await LoopbackTests.withListener { port, _ in
            let client = try await RawConnection.client(to: port)
            let request = Self.block(RawConnection.requestHeaders("/test.Service/Echo"))
            var stream = 1
            // The last one refers to the field before it in the table.
            for field in Self.nameless + [[0xbe]] {
                let block = request + field + Self.block([("b", "b")])
                client.headers([], on: stream, frameSize: frameSize, encoded: block)
                let reset = try await client.next(.reset)
                #expect(reset.stream == stream, "\(field)")
                stream += 2
            }
            client.headers([], on: stream, frameSize: frameSize, encoded: request + [0x40, 1, 0x61, 1, 0x61, 0xbe])
            client.data(RawConnection.message([5]), on: stream, endsStream: true)
            let headers = try await client.next(.headers)
            #expect(headers.field(":status") == "200" && headers.field("a") == "a")
            #expect(try await client.body(on: stream) == RawConnection.message([5]))
            client.close()
        }
    }

    @Test("ES-R1 A header without a name ends that response, and nothing else")
    func namelessResponses() async throws {
        try await Outcome.withRawServer { server, transport in
            async let begun = Outcome.begin(transport)
            let connection = try await server.next()
            let (other, waiting) = (try await begun, try await connection.call())
            let response = Self.block(RawConnection.responseHeaders)
            for field in Self.nameless {
                for isTrailer in [false, true] {
                    async let outcome = Outcome.unary(transport)
                    let stream = try await connection.call().stream
                    connection.headers([], on: stream, encoded: response + (isTrailer ? [] : field))
                    if isTrailer {
                        connection.data(RawConnection.message([1]), on: stream)
                        let trailers = Self.block([("grpc-status", "0")])
                        connection.headers([], on: stream, endsStream: true, encoded: trailers + field)
                    }
                    let failed = await outcome
                    #expect(failed.code == .internalError && failed.text.contains("no name of a header"))
                }
            }
            connection.answer(waiting.stream, [6])
            #expect(await Outcome(of: other).message == [6])
        }
    }

    @Test(
        "ES-R2 A header list over the limit ends the call with a status, not the connection",
        arguments: [200, 16_384]
    )
    func listTooLarge(frameSize: Int) async throws {
        try await LoopbackTests.withListener { port, _ in
            let client = try await RawConnection.client(to: port)
            // After the first, one byte each: they are in the table of headers.
            let large = Array(repeating: ("large", String(repeating: "x", count: 4_000)), count: 1_300)
            client.headers(
                RawConnection.requestHeaders("/test.Service/Echo", large),
                on: 1,
                endsStream: true,
                frameSize: frameSize
            )
            let answer = try await client.next(.headers)
            #expect(answer.field("grpc-status") == "8")
            client.headers(RawConnection.requestHeaders("/test.Service/Echo"), on: 3)
            client.data(RawConnection.message([5]), on: 3, endsStream: true)
            #expect(try await client.body(on: 3) == RawConnection.message([5]))
            client.close()
        }
    }

    @Test("ES-R2 The limit that is announced is the one that holds")
    func announcement() async throws {
        try await LoopbackTests.withListener { port, _ in
            let client = try await RawConnection.client(to: port)
            var settings = try await client.next(.settings)
            var announced: UInt32?
            while let (id, value) = settings.payload.readMultipleIntegers(as: (UInt16, UInt32).self) {
                if id == RawFrame.Setting.maxHeaderListSize { announced = value }
            }
            #expect(announced == UInt32(HeaderList.limit))
            client.close()
        }
    }

    @Test(
        "ES-R2 Code and message reach a client whatever the details are; details go as far as it takes them",
        arguments: [(20_000, true), (70_000, true), (4_200_000, false)]
    )
    func details(size: Int, arrive: Bool) async throws {
        let answer: @Sendable (ServerCall) async -> Void = { call in
            call.finish(
                Status(code: .invalidArgument, message: "the query failed: \u{e9}"),
                ["grpc-status-details-bin": .string(String(repeating: "A", count: size)), "other": "kept"]
            )
        }
        try await LoopbackTests.withListener(answer) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let outcome = await Outcome.unary(transport)
                #expect(outcome.code == .invalidArgument)
                #expect(outcome.text == "the query failed: \u{e9}")
                let details = outcome.metadata[stringValues: "grpc-status-details-bin"].first { _ in true }
                #expect(details?.utf8.count == (arrive ? size : nil))
                #expect(Array(outcome.metadata[stringValues: "other"]) == ["kept"])
            }
        }
    }

    @Test("ES-R2 A client that takes little gets the status without the details, and a message that fits")
    func smallClient() async throws {
        let answer: @Sendable (ServerCall) async -> Void = { call in
            let length = Int(call.metadata[stringValues: "length"].first { _ in true } ?? "") ?? 0
            call.finish(
                Status(code: .notFound, message: String(repeating: "\u{e9}", count: length)),
                ["grpc-status-details-bin": .string(String(repeating: "A", count: 20_000))]
            )
        }
        try await LoopbackTests.withListener(answer) { port, _ in
            let client = try await RawConnection.client(
                to: port,
                settings: [(RawFrame.Setting.maxHeaderListSize, 16_384)]
            )
            for (stream, length) in [(1, 10), (3, 20_000)] {
                client.headers(
                    RawConnection.requestHeaders("/test.Service/Echo", [("length", "\(length)")]),
                    on: stream,
                    endsStream: true
                )
                let trailers = try await client.next(.headers, on: stream)
                #expect(trailers.field("grpc-status") == "5")
                #expect(trailers.field("grpc-status-details-bin") == nil)
                let message = trailers.field("grpc-message") ?? ""
                #expect(message.hasPrefix("%C3%A9%C3%A9") && message.utf8.count < 16_384)
                if length == 10 { #expect(message.utf8.count == 60) }
            }
            client.close()
        }
    }

    @Test(
        "ES-R4 What describes the framing of one hop is not forwarded",
        arguments: ["content-length", "transfer-encoding"]
    )
    func hops(name: String) async throws {
        let answer: @Sendable (ServerCall) async -> Void = { call in
            let isThere = call.metadata[name].first { _ in true } != nil
            call.finish(Status(code: isThere ? .unknown : .notFound, message: ""), [name: "7", "other": "kept"])
        }
        try await LoopbackTests.withListener(answer) { port, _ in
            let client = try await RawConnection.client(to: port)
            let fields = RawConnection.requestHeaders("/test.Service/Echo", [(name, "8")])
            client.headers(fields, on: 1)
            client.data(RawConnection.message([1, 2, 3]), on: 1, endsStream: true)
            let trailers = try await client.next(.headers)
            #expect(trailers.field("grpc-status") == "5")
            #expect(trailers.field(name) == nil)
            #expect(trailers.field("other") == "kept")
            client.close()
        }
    }

    @Test(
        "A content type that only begins like that of gRPC is none",
        arguments: [
            ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc;x=y", true),
            ("application/grpcfoo", false), ("application/grpc-web", false), ("text/html", false),
        ]
    )
    func contentType(type: String, isGRPC: Bool) async throws {
        try await LoopbackTests.withListener { port, _ in
            let client = try await RawConnection.client(to: port)
            var fields = RawConnection.requestHeaders("/test.Service/Echo")
            fields[5].1 = type
            client.headers(fields, on: 1, endsStream: true)
            #expect(try await client.next(.headers).field(":status") == (isGRPC ? "200" : "415"))
            client.close()
        }
    }
}
