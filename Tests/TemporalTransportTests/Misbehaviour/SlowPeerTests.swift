//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import RawHTTP2
import Testing

@testable import TemporalTransport

@Suite("Peers that are slow, say little, or say more than they should", .timeLimit(.minutes(1)))
struct SlowPeerTests {
    @Test("ES-R1 Cancelling a stream does not wait for a window that is full")
    func cancelWithoutWindow() async throws {
        var habits = RawConnection.Habits()
        habits.growsWindows = false
        try await Outcome.withRawServer(habits: habits) { server, transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await transport.withStream(
                        descriptor: LoopbackTests.descriptor,
                        options: .defaults
                    ) { stream, _ in
                        try await stream.outbound.write(.metadata([:]))
                        for _ in 0..<10 {
                            try await stream.outbound.write(.message(BufferBytes(Array(repeating: 0, count: 100_000))))
                        }
                    }
                }
                let connection = try await server.next()
                let headers = try await connection.next(.headers)
                _ = try await connection.next(.data)
                group.cancelAll()
                try await group.waitForAll()
                #expect(try await connection.next(.reset).stream == headers.stream)
            }
        }
    }

    @Test("ES-R1 Nor does it wait for a peer that reads nothing at all")
    func cancelWithoutReader() async throws {
        try await Outcome.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await transport.withStream(
                        descriptor: LoopbackTests.descriptor,
                        options: .defaults
                    ) { stream, _ in
                        try await stream.outbound.write(.metadata([:]))
                        while true {
                            try await stream.outbound.write(
                                .message(BufferBytes(Array(repeating: 0, count: 8_000_000)))
                            )
                        }
                    }
                }
                let connection = try await server.next()
                _ = try await connection.next(.headers)
                connection.window(100_000_000)
                connection.window(100_000_000, on: 1)
                try await connection.stopReading()
                // Time for buffers to fill; where they do not, there is nothing to wait for.
                try await Task.sleep(for: .milliseconds(200))
                group.cancelAll()
                try await group.waitForAll()
                connection.close()
            }
        }
    }

    @Test("ES-R1 Windows of 0 at the start hold back bodies, and nothing else")
    func windowsOfZero() async throws {
        var habits = RawConnection.Habits()
        habits.growsWindows = false
        try await Outcome.withRawServer(habits: habits) { server, transport in
            async let outcome = Outcome.unary(transport, [1, 2, 3])
            let connection = try await server.next(settings: [(RawFrame.Setting.initialWindowSize, 0)])
            let headers = try await connection.next(.headers)
            connection.window(4, on: headers.stream)
            #expect(try await connection.next(.data).payload.readableBytes == 4)
            connection.window(100, on: headers.stream)
            let rest = try await connection.next(.data)
            #expect(rest.payload.readableBytes == 4 && rest.endsStream)
            connection.answer(headers.stream, [4])
            #expect(await outcome.message == [4])
        }
    }

    @Test("ES-R1 The number of calls at a time may change, down to none, and is kept")
    func changingLimit() async throws {
        try await Outcome.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                for number in 0..<12 { group.addTask { await Outcome.unary(transport, [UInt8(number)]) } }
                let limit = RawFrame.Setting.maxConcurrentStreams
                let connection = try await server.next(settings: [(limit, 0)])
                connection.settings([(limit, 3)])
                var open = [try await connection.call(), try await connection.call(), try await connection.call()]
                connection.settings([(limit, 1)])
                for call in open { connection.answer(call.stream, [1]) }
                for count in [1, 5, 2, 1] {
                    connection.settings([(limit, UInt32(count))])
                    open = []
                    for _ in 0..<count { open.append(try await connection.call()) }
                    for call in open { connection.answer(call.stream, [1]) }
                }
                for try await outcome in group { #expect(outcome.message == [1], "\(outcome.text)") }
            }
        }
    }

    @Test("More than 100 calls at once go to a server that names no limit")
    func noLimit() async throws {
        try await Outcome.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                for _ in 0..<250 { group.addTask { await Outcome.unary(transport) } }
                let connection = try await server.next()
                var calls: [RawFrame] = []
                for _ in 0..<250 { calls.append(try await connection.call()) }
                for call in calls { connection.answer(call.stream, [1]) }
                for try await outcome in group { #expect(outcome.message == [1]) }
            }
        }
    }

    @Test("Answers of HTTP that only say that there will be one are skipped", arguments: ["100", "102", "103"])
    func informational(status: String) async throws {
        try await Outcome.withRawServer { server, transport in
            async let outcome = Outcome.unary(transport)
            let connection = try await server.next()
            let call = try await connection.call()
            for _ in 0..<2 { connection.headers([(":status", status), ("link", "</x>")], on: call.stream) }
            connection.answer(call.stream, [1])
            #expect(await outcome.message == [1])
        }
    }

    @Test("ES-R1 A response that is malformed fails its call alone")
    func malformedResponses() async throws {
        try await Outcome.withRawServer { server, transport in
            async let other = Outcome.unary(transport)
            let connection = try await server.next()
            let waiting = try await connection.call()
            let bad: [[(String, String)]] = [
                [(":status", "200"), ("content-type", "application/grpc"), ("x", "a\nb")],
                [(":status", "abc")], [("content-type", "application/grpc")],
                [(":status", "200"), ("content-type", "application/grpc"), ("Upper", "x")],
                [(":status", "200"), ("content-type", "application/grpcfoo")],
            ]
            for fields in bad {
                async let outcome = Outcome.unary(transport)
                let call = try await connection.call()
                connection.headers(fields, on: call.stream)
                let ended = await outcome
                #expect(ended.code == .internalError || ended.code == .unknown, "\(fields): \(ended.text)")
            }
            connection.answer(waiting.stream, [1])
            #expect(await other.message == [1])
        }
    }

    @Test("ES-R2 Metadata of a response over the limit fails its call; trailers over it lose all but the status")
    func tooLargeResponses() async throws {
        try await Outcome.withRawServer { server, transport in
            // After the first, one byte each: they are in the table of headers.
            let large = Array(repeating: ("large", String(repeating: "x", count: 4_000)), count: 1_300)
            async let first = Outcome.unary(transport)
            let connection = try await server.next()
            var call = try await connection.call()
            connection.headers(RawConnection.responseHeaders + large, on: call.stream)
            #expect(await first.code == .resourceExhausted)
            async let second = Outcome.unary(transport)
            call = try await connection.call()
            connection.headers(
                RawConnection.responseHeaders + [("grpc-status", "5"), ("grpc-message", "why")] + large,
                on: call.stream,
                endsStream: true
            )
            let outcome = await second
            #expect(outcome.code == .notFound)
            #expect(outcome.text == "why")
        }
    }

    @Test("Addresses that take connections and say nothing cost little if another answers")
    func blackHoles() async throws {
        let silent = try await ServerBootstrap(group: EventLoops.many).bind(host: "127.0.0.1", port: 0).get()
        try await LoopbackTests.withListener { port, _ in
            let black = GRPCNIOTransportCore.SocketAddress.IPv4(
                host: "127.0.0.1",
                port: silent.localAddress?.port ?? 0
            )
            let addresses = [black, black, black, .init(host: "127.0.0.1", port: port)]
            var configuration = HTTP2CallTransport.Configuration()
            // Each of them would cost that: more than this test has.
            configuration.connectTimeout = .seconds(600)
            let transport = try HTTP2CallTransport(
                target: ResolvableTargets.IPv4(addresses: addresses),
                configuration: configuration,
                eventLoopGroup: EventLoops.many
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await transport.connect() }
                #expect(await Outcome.unary(transport).message == [1])
                transport.beginGracefulShutdown()
                try await group.waitForAll()
            }
        }
        try await silent.close()
    }

    @Test("A transport connects once, and a listener runs once")
    func once() async throws {
        try await LoopbackTests.withListener { port, listener in
            try await LoopbackTests.withTransport(to: port) { transport in
                #expect(await Outcome.unary(transport).message == [1])
                let second = await #expect(throws: RPCError.self) { try await transport.connect() }
                #expect(second?.code == .failedPrecondition)
                let again = await #expect(throws: RPCError.self) { try await listener.run { _ in } }
                #expect(again?.code == .failedPrecondition)
                #expect(await Outcome.unary(transport).message == [1])
            }
        }
    }

    @Test("ES-R3 A peer that is gone without a word fails its calls after the keepalive, and not later")
    func deadPeer() async throws {
        var habits = RawConnection.Habits()
        habits.answersPings = false
        var configuration = Outcome.patient
        configuration.keepaliveInterval = .milliseconds(100)
        configuration.keepaliveTimeout = .milliseconds(100)
        try await Outcome.withRawServer(habits: habits, configuration: configuration) { server, transport in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await connection in server.connections { connection.settings() }
                }
                // A call that is late finds its connection given up.
                var outcome = Outcome()
                repeat {
                    outcome = await Outcome.unary(transport)
                    #expect(outcome.code == .unavailable)
                } while !outcome.text.contains("does not answer")
                group.cancelAll()
            }
        }
    }

    /// What a client may say first that does not speak HTTP/2.
    static let firstWords: [[UInt8]] = [
        Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8), Array(repeating: 0x16, count: 300),
        // An acknowledgement before the preface.
        [0, 0, 0, 4, 1, 0, 0, 0, 0] + Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
        // No settings, but headers.
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x82],
    ]

    @Test("ES-R1 A client that does not speak HTTP/2 is not kept", arguments: firstWords)
    func rubbish(bytes: [UInt8]) async throws {
        try await LoopbackTests.withListener { port, _ in
            let client = try await RawConnection.connecting(to: port, greeting: ByteBuffer(bytes: bytes))
            await client.untilClosed()
            let good = try await RawConnection.client(to: port)
            good.headers(RawConnection.requestHeaders("/test.Service/Echo"), on: 1)
            good.data(RawConnection.message([5]), on: 1, endsStream: true)
            #expect(try await good.body(on: 1) == RawConnection.message([5]))
            good.close()
        }
    }
}
