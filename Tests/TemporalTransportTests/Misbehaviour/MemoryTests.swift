//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Groundwork
import NIOCore
import RawHTTP2
import Testing

@testable import TemporalTransport

@Suite("Memory for messages", .timeLimit(.minutes(1)))
struct MemoryTests {
    private static func listen(
        with memory: ByteBudget,
        _ answer: @escaping @Sendable (ServerCall) async -> Void,
        _ body: (Int) async throws -> Void
    ) async throws {
        var configuration = HTTP2CallListener.Configuration()
        configuration.memory = memory
        try await LoopbackTests.withListener(answer, configuration: configuration) { port, _ in try await body(port) }
    }

    /// Waits until a budget is used as it should be.
    private static func until(_ memory: ByteBudget, _ holds: (ByteBudget.Usage) -> Bool) async throws {
        while !holds(memory.usage) { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("ES-R7 A large request is not read before there is memory for it, and small ones pass it")
    func requests() async throws {
        let (released, release) = AsyncStream<Void>.makeStream()
        let memory = ByteBudget(capacity: 1_000_000)
        let answer: @Sendable (ServerCall) async -> Void = { call in
            let message = try? await call.nextMessage()
            if message?.readableBytes ?? 0 > 1_000 { for await _ in released { break } }
            try? await call.send(ByteBuffer(bytes: [1]), isOnly: true)
            call.finish(Status(code: .ok, message: ""), [:])
        }
        try await Self.listen(with: memory, answer) { port in
            let client = try await RawConnection.client(to: port)
            let message = RawConnection.message(Array(repeating: 7, count: 800_000))
            let (begin, rest) = (message.getSlice(at: 0, length: 60_000), message.getSlice(at: 60_000, length: 740_005))
            for stream in [1, 3] {
                client.headers(RawConnection.requestHeaders("/test.Service/Large"), on: stream)
                client.data(try #require(begin), on: stream)
                if stream == 1 { _ = try await client.next(.windowUpdate, on: 1) }
            }
            try await Self.until(memory) { $0.waiting == 1 && $0.taken == 800_000 }
            client.data(try #require(rest), on: 1, endsStream: true)
            // It stands behind nobody.
            client.headers(RawConnection.requestHeaders("/test.Service/Small"), on: 5)
            client.data(RawConnection.message([1]), on: 5, endsStream: true)
            let trailers = try await client.next(.headers, on: 5)
            #expect(trailers.field(":status") == "200")
            #expect(!client.hasPassed(.windowUpdate, on: 3), "a request that waits for memory was asked for more")
            release.yield()
            #expect(try await client.next(.headers, on: 1).field(":status") == "200")
            _ = try await client.next(.windowUpdate, on: 3)
            client.data(try #require(rest), on: 3, endsStream: true)
            release.yield()
            #expect(try await client.next(.headers, on: 3).field(":status") == "200")
            try await Self.until(memory) { $0.taken == 0 && $0.waiting == 0 }
            client.close()
        }
    }

    @Test(
        "ES-R7 An answer counts until its client has taken it, and a client that leaves gives it back",
        arguments: [true, false]
    )
    func answers(reads: Bool) async throws {
        let memory = ByteBudget(capacity: 1_000_000)
        let (ended, end) = AsyncStream<Void>.makeStream()
        let answer: @Sendable (ServerCall) async -> Void = { call in
            let share = try? await call.memory(for: 500_000, of: call.memory)
            try? await call.send(ByteBuffer(repeating: 1, count: 500_000), isOnly: true, memory: share)
            call.finish(Status(code: .ok, message: ""), [:])
            end.yield()
        }
        try await Self.listen(with: memory, answer) { port in
            let client = try await RawConnection.client(
                to: port,
                settings: [(RawFrame.Setting.initialWindowSize, 0)]
            )
            client.headers(RawConnection.requestHeaders("/test.Service/Large"), on: 1, endsStream: true)
            for await _ in ended { break }
            #expect(memory.usage.taken == 500_000)
            if reads {
                client.window(1_000_000)
                client.window(1_000_000, on: 1)
                try await client.body(on: 1)
            } else {
                client.close()
            }
            try await Self.until(memory) { $0.taken == 0 }
            client.close()
        }
    }

    @Test("ES-R7 A client that leaves while it waits for memory leaves the line")
    func leaving() async throws {
        let memory = ByteBudget(capacity: 100_000)
        let answer: @Sendable (ServerCall) async -> Void = { call in
            await call.cancelling { _ = try? await call.nextMessage() }
        }
        try await Self.listen(with: memory, answer) { port in
            let share = try await memory.take(50_000)
            let client = try await RawConnection.client(to: port)
            client.headers(RawConnection.requestHeaders("/test.Service/Large"), on: 1)
            client.data(ByteBuffer(bytes: [0, 0, 1, 0x11, 0x70, 1]), on: 1)
            try await Self.until(memory) { $0.waiting == 1 }
            client.reset(1, 8)
            try await Self.until(memory) { $0.waiting == 0 }
            #expect(memory.usage.taken == 50_000)
            share.giveBack()
            client.close()
        }
    }
}
