//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import Groundwork
import NIOCore
import RawHTTP2
import Testing

@testable import TemporalTransport

@Suite("Memory for responses", .timeLimit(.minutes(1)))
struct ResponseMemoryTests {
    /// What the server may send without being asked for more.
    private static let window = 65_535

    /// A message, as much of it as fits into the window, and the rest.
    private struct Message {
        let bytes = RawConnection.message(Outcome.bytes(800_000))

        var beginning: ByteBuffer { self.bytes.getSlice(at: 0, length: 60_000) ?? ByteBuffer() }
        var rest: ByteBuffer { self.bytes.getSlice(at: 60_000, length: 740_005) ?? ByteBuffer() }
    }

    private static func withRawServer(_ body: (RawServer, HTTP2CallTransport) async throws -> Void) async throws {
        var configuration = Outcome.patient
        configuration.responseWindow = Self.window
        try await Outcome.withRawServer(configuration: configuration, body)
    }

    /// Makes a call whose response is counted.
    ///
    /// - Returns: The message, and the memory that it holds.
    private static func call(
        _ transport: HTTP2CallTransport,
        in budget: ByteBudget
    ) async throws -> (message: ByteBuffer?, memory: ByteShare) {
        let memory = CallMemory(response: budget.emptyShare()) { _ in }
        let message = try await CallMemory.$current.withValue(memory) {
            try await transport.withStream(descriptor: LoopbackTests.descriptor, options: .defaults) { stream, _ in
                try await stream.outbound.write(.metadata([:]))
                try await stream.outbound.write(.message(BufferBytes([1])))
                await stream.outbound.finish()
                var message: ByteBuffer?
                for try await case .message(let bytes) in stream.inbound { message = bytes.buffer }
                return message
            }
        }
        return (message, memory.response)
    }

    private static func until(_ budget: ByteBudget, _ holds: (ByteBudget.Usage) -> Bool) async throws {
        while !holds(budget.usage) { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("ES-R7 A large response is not asked for before there is memory for it, then counts, and small ones pass it")
    func waits() async throws {
        let budget = ByteBudget(capacity: 1_000_000)
        let message = Message()
        try await Self.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: (message: ByteBuffer?, memory: ByteShare).self) { group in
                for _ in 0..<3 { group.addTask { try await Self.call(transport, in: budget) } }
                let connection = try await server.next()
                let streams = [
                    try await connection.call().stream, try await connection.call().stream,
                    try await connection.call().stream,
                ]
                // Of the second, what has come counts, and what may come without being asked for.
                for (stream, taken) in zip(streams, [800_000...800_000, 865_536...925_530]) {
                    connection.headers(RawConnection.responseHeaders, on: stream)
                    connection.data(message.beginning, on: stream)
                    try await Self.until(budget) { taken.contains($0.taken) }
                }
                _ = try await connection.next(.windowUpdate, on: streams[0])
                try await Self.until(budget) { $0.waiting == 1 }
                connection.answer(streams[2], [3])
                let small = try await group.next()
                #expect(small?.message == ByteBuffer(bytes: [3]) && small?.memory.bytes == 0)

                connection.data(message.rest, on: streams[0])
                connection.headers([("grpc-status", "0")], on: streams[0], endsStream: true)
                var first = try await group.next()
                #expect(first?.message?.readableBytes == 800_000 && first?.memory.bytes == 800_000)
                #expect(budget.usage.waiting == 1)
                // Ordered after whatever the transport may have sent for the second.
                connection.send(RawFrame(.ping, payload: ByteBuffer(repeating: 0, count: 8)))
                _ = try await connection.next(.ping)
                #expect(
                    !connection.hasPassed(.windowUpdate, on: streams[1]),
                    "a response that waits for memory was asked for more"
                )
                first = nil
                _ = try await connection.next(.windowUpdate, on: streams[1])
                connection.data(message.rest, on: streams[1])
                connection.headers([("grpc-status", "0")], on: streams[1], endsStream: true)
                let second = try await group.next()
                #expect(second?.message?.readableBytes == 800_000 && second?.memory.bytes == 800_000)
            }
            try await Self.until(budget) { $0.taken == 0 && $0.waiting == 0 }
        }
    }

    @Test("ES-R7 Responses that hold all the memory and wait for more of it do not wait for each other for ever")
    func eachOther() async throws {
        let budget = ByteBudget(capacity: 200_000)
        let message = Message()
        try await Self.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: (message: ByteBuffer?, memory: ByteShare).self) { group in
                for _ in 0..<2 { group.addTask { try await Self.call(transport, in: budget) } }
                let connection = try await server.next()
                var streams: Set = [try await connection.call().stream, try await connection.call().stream]
                for stream in streams {
                    connection.headers(RawConnection.responseHeaders, on: stream)
                    connection.data(message.beginning, on: stream)
                }
                while !streams.isEmpty {
                    let stream = try await connection.next(.windowUpdate).stream
                    guard streams.remove(stream) != nil else { continue }
                    connection.data(message.rest, on: stream)
                    connection.headers([("grpc-status", "0")], on: stream, endsStream: true)
                    let result = try await group.next()
                    #expect(result?.message?.readableBytes == 800_000)
                }
            }
        }
    }

    @Test("ES-R7 A call that is cancelled while it waits for memory leaves the line and gives back what it has")
    func leaving() async throws {
        let budget = ByteBudget(capacity: 200_000)
        let held = try await budget.take(150_000)
        try await Self.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await Self.call(transport, in: budget) }
                let connection = try await server.next()
                let stream = try await connection.call().stream
                connection.headers(RawConnection.responseHeaders, on: stream)
                connection.data(Message().beginning, on: stream)
                try await Self.until(budget) { $0.waiting == 1 }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
                _ = try await connection.next(.reset, on: stream)
            }
            try await Self.until(budget) { $0.taken == 150_000 && $0.waiting == 0 }
        }
        withExtendedLifetime(held) {}
    }

    @Test("ES-R7 A request takes what is left of it once it is sent, and nothing once the server answers")
    func requests() async throws {
        let budget = ByteBudget(capacity: 1_000_000)
        let answer: @Sendable (ServerCall) async -> Void = { call in
            _ = try? await call.nextMessage()
            #expect(budget.usage.taken == 500_000)
            call.memory?.requestIsSent(1_000)
            #expect(budget.usage.taken == 1_000)
            call.releaseRequest()
            #expect(budget.usage.taken == 0)
            try? await call.send(ByteBuffer(bytes: [1]), isOnly: true)
            call.finish(Status(code: .ok, message: ""), [:])
        }
        var configuration = HTTP2CallListener.Configuration()
        configuration.memory = budget
        try await LoopbackTests.withListener(answer, configuration: configuration) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let (sent, send) = AsyncStream<Int>.makeStream()
                let memory = CallMemory(response: budget.emptyShare()) { send.yield($0) }
                var descriptor = LoopbackTests.descriptor
                descriptor.type = .unary
                try await CallMemory.$current.withValue(memory) {
                    try await transport.withStream(descriptor: descriptor, options: .defaults) { stream, _ in
                        try await stream.outbound.write(.metadata([:]))
                        try await stream.outbound.write(.message(BufferBytes(Outcome.bytes(500_000))))
                        await stream.outbound.finish()
                        for try await _ in stream.inbound {}
                    }
                }
                send.finish()
                var sizes: [Int] = []
                for await size in sent { sizes.append(size) }
                #expect(sizes == [500_000])
            }
        }
    }
}
