//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import Synchronization
import Testing

@testable import TemporalTransport

@Suite("Calls as one request and one response", .timeLimit(.minutes(1)))
struct UnaryCallTests {
    private static func call(
        _ transport: HTTP2CallTransport,
        _ message: [UInt8],
        timeout: Duration? = nil,
        opened: @escaping @Sendable () -> Void = {}
    ) async throws -> [UInt8] {
        var options = CallOptions.defaults
        options.timeout = timeout
        let response = try await transport.unary(
            LoopbackTests.descriptor,
            BufferBytes(message),
            metadata: ["key": "value"],
            options: options,
            opened: opened
        )
        return Array(response.buffer.readableBytesView)
    }

    @Test("Messages of all sizes come back as they were")
    func echo() async throws {
        try await LoopbackTests.withListener { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                for size in [0, 1, 16_378, 16_379, 16_380, 100_000, 20 * 1_048_576] {
                    let message = Outcome.bytes(size)
                    let response = try await Self.call(transport, message)
                    // Compared as buffers: arrays compare each byte by itself where nothing is optimized.
                    #expect(BufferBytes(response) == BufferBytes(message), "\(size)")
                }
            }
        }
    }

    @Test("300 calls at once on one connection")
    func many() async throws {
        try await LoopbackTests.withListener { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<300 {
                        let message = [UInt8(number & 255), UInt8(number >> 8)]
                        group.addTask { try await Self.call(transport, message) == message }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
            }
        }
    }

    @Test("A status is an error with its metadata, also after a message", arguments: [true, false])
    func status(afterMessage: Bool) async throws {
        let answer: @Sendable (ServerCall) async -> Void = { call in
            call.send([:])
            if afterMessage { try? await call.send(ByteBuffer(bytes: [1]), isOnly: false) }
            call.finish(Status(code: .notFound, message: "not here"), ["why": "gone"])
        }
        try await LoopbackTests.withListener(answer) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let error = await #expect(throws: RPCError.self) { try await Self.call(transport, [1]) }
                #expect(error?.code == .notFound)
                #expect(error?.message == "not here")
                #expect(error.map { Array($0.metadata[stringValues: "why"]) } == ["gone"])
            }
        }
    }

    @Test("A good status without a message is an error")
    func noMessage() async throws {
        let answer: @Sendable (ServerCall) async -> Void = { call in
            call.send([:])
            call.finish(Status(code: .ok, message: ""), [:])
        }
        try await LoopbackTests.withListener(answer) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let error = await #expect(throws: RPCError.self) { try await Self.call(transport, [1]) }
                #expect(error?.code == .internalError)
            }
        }
    }

    @Test("A deadline ends the call")
    func deadline() async throws {
        try await LoopbackTests.withListener(LoopbackTests.silent) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let error = await #expect(throws: RPCError.self) {
                    try await Self.call(transport, [1], timeout: .milliseconds(50))
                }
                #expect(error?.code == .deadlineExceeded)
            }
        }
    }

    @Test("A caller that gives up gets a cancellation error, and the server hears of it")
    func cancellation() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        try await LoopbackTests.withListener(LoopbackTests.telling(continuation)) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                await withThrowingTaskGroup(of: [UInt8].self) { group in
                    group.addTask { try await Self.call(transport, [1]) }
                    for await event in events {
                        #expect(event == "began")
                        break
                    }
                    group.cancelAll()
                    await #expect(throws: CancellationError.self) { try await group.next() }
                }
                for await event in events {
                    #expect(event == "cancelled")
                    break
                }
            }
        }
    }

    @Test("Without a connection nothing is opened, and a pool asks another transport")
    func noConnection() async throws {
        try await LoopbackTests.withListener { number, _ in
            let pool = PooledTransport([
                // Nobody listens there.
                try HTTP2CallTransport(
                    target: .ipv4(address: "127.0.0.1", port: 1),
                    configuration: Outcome.patient
                ),
                try HTTP2CallTransport(
                    target: .ipv4(address: "127.0.0.1", port: number),
                    configuration: Outcome.patient
                ),
            ])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.connect() }
                let opened = Mutex(0)
                for _ in 0..<3 {
                    let response = try await pool.unary(
                        LoopbackTests.descriptor,
                        BufferBytes([7]),
                        metadata: [:],
                        options: .defaults
                    ) {
                        opened.withLock { $0 += 1 }
                    }
                    #expect(response == BufferBytes([7]))
                }
                #expect(opened.withLock { $0 } == 3)
                #expect(pool.openStreams == [0, 0])
                pool.beginGracefulShutdown()
            }
        }
    }
}
