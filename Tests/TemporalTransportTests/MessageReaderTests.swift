//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GroundworkNIO
import NIOCore
import NIOPosix
import Testing

@testable import TemporalTransport

@Suite("Messages in the data of a stream")
struct MessageReaderTests {
    private static func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = message.count
        return [flag, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            + message
    }

    private static func read(
        _ bytes: [UInt8],
        pieces size: Int,
        by reader: inout MessageReader
    ) async throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let message = try reader.next() {
                messages.append(Array(try await message.content().readableBytesView))
            }
        }
        return messages
    }

    @Test("Wherever the network cuts, the messages are the same", arguments: [1, 2, 4, 5, 6, 7, 99, 70_000])
    func pieces(size: Int) async throws {
        let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 66_000), [4]]
        var reader = MessageReader(limit: 100_000, isGzip: false)

        let read = try await Self.read(messages.flatMap { Self.framed($0) }, pieces: size, by: &reader)

        #expect(read == messages)
        #expect(!reader.isWithinMessage)
    }

    @Test("A message that has begun is known to be incomplete", arguments: [1, 4, 5, 7])
    func incomplete(count: Int) throws {
        var reader = MessageReader(limit: 100, isGzip: false)
        reader.append(ByteBuffer(bytes: Self.framed([1, 2, 3]).prefix(count)))

        #expect(try reader.next()?.bytes == nil)
        #expect(reader.isWithinMessage)
    }

    @Test("A message over the limit is refused by its prefix, before it is there")
    func tooLarge() {
        var reader = MessageReader(limit: 10, isGzip: false)
        reader.append(ByteBuffer(bytes: Self.framed(Array(repeating: 1, count: 11)).prefix(5)))

        let error = #expect(throws: RPCError.self) { _ = try reader.next() }

        #expect(error?.message == "grpc: received message larger than max (11 vs. 10)")
        #expect(error.map { MessageTooLarge.isTold(by: $0) } == true)
    }

    /// 100,000 zeros, compressed by gzip.
    private static let zeros: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2,
        0xa0,
        0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x57, 0x03, 0x7d, 0x95, 0x11, 0xd4, 0xa0, 0x86, 0x01, 0x00,
    ]

    @Test("A compressed message is decompressed, and one that would become too large is not")
    func compressed() async throws {
        var reader = MessageReader(limit: 100_000, isGzip: true)
        #expect(
            try await Self.read(Self.framed(Self.zeros, flag: 1), pieces: 7, by: &reader) == [
                Array(repeating: 0, count: 100_000)
            ]
        )

        var small = MessageReader(limit: 99_999, isGzip: true)
        small.append(ByteBuffer(bytes: Self.framed(Self.zeros, flag: 1)))
        let message = try small.next()
        let error = await #expect(throws: RPCError.self) { _ = try await message?.content() }
        #expect(error?.code == .resourceExhausted)
    }

    /// What zlib makes of "a", as one member.
    private static let member: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x04, 0x00, 0x43, 0xbe, 0xb7, 0xe8, 0x01,
        0x00, 0x00, 0x00,
    ]

    @Test("ES-R5 All members of a compressed message count, and the limit holds over all of them")
    func members() async throws {
        for count in [1, 2, 3, 100] {
            let bytes = Array(repeating: Self.member, count: count).flatMap { $0 }
            var reader = MessageReader(limit: 2_100, isGzip: true)
            let read = try await Self.read(Self.framed(bytes, flag: 1), pieces: 70_000, by: &reader)
            #expect(read == [Array(repeating: UInt8(ascii: "a"), count: count)])
        }
        // Two that are within the limit one by one.
        var reader = MessageReader(limit: 150_000, isGzip: true)
        reader.append(ByteBuffer(bytes: Self.framed(Self.zeros + Self.zeros, flag: 1)))
        let message = try reader.next()
        let error = await #expect(throws: RPCError.self) { _ = try await message?.content() }
        #expect(error?.code == .resourceExhausted)
        // A member over the limit alone, after one that is not.
        var large = MessageReader(limit: 100_000, isGzip: true)
        large.append(ByteBuffer(bytes: Self.framed(Self.member + Self.zeros, flag: 1)))
        let second = try large.next()
        await #expect(throws: RPCError.self) { _ = try await second?.content() }
    }

    @Test("ES-R5 A large message is inflated elsewhere than on the event loop, a small one where it is")
    func elsewhere() async throws {
        let eventLoop = EventLoops.many.next()
        for (bytes, isElsewhere) in [(Self.zeros, true), (Self.member, false)] {
            var reader = MessageReader(limit: 200_000, isGzip: true)
            reader.append(ByteBuffer(bytes: Self.framed(bytes, flag: 1)))
            let message = try #require(try reader.next())
            try await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
                try await Self.inflate(message, eventLoop, isElsewhere)
            }
        }
    }

    @concurrent
    private static func inflate(
        _ message: IncomingMessage,
        _ eventLoop: any EventLoop,
        _ isElsewhere: Bool
    ) async throws {
        #expect(eventLoop.inEventLoop)
        // Its turn comes when the loop has nothing else to do.
        let other = NIOLoopBoundBox(false, eventLoop: eventLoop)
        let turn = eventLoop.submit { other.value = true }
        _ = try await message.content()
        #expect(other.value == isElsewhere)
        try await turn.get()
    }

    @Test("ES-R5 A compressed message of no bytes is an empty message")
    func compressedNothing() async throws {
        var reader = MessageReader(limit: 100, isGzip: true)
        #expect(try await Self.read(Self.framed([], flag: 1), pieces: 3, by: &reader) == [[]])
    }

    @Test("ES-R5 A flag that gRPC does not know is an error")
    func unknownFlag() {
        var reader = MessageReader(limit: 100, isGzip: true)
        reader.append(ByteBuffer(bytes: Self.framed([1], flag: 2)))
        #expect(throws: RPCError.self) { _ = try reader.next() }
    }

    @Test("A compressed message whose encoding was not named is an error")
    func unnamed() {
        var reader = MessageReader(limit: 10, isGzip: false)
        reader.append(ByteBuffer(bytes: Self.framed([1, 2], flag: 1)))

        #expect(throws: RPCError.self) { _ = try reader.next() }
    }

    @Test("ES-R5 What is no gzip, or is cut off, or has rubbish behind it, is an error and no crash")
    func broken() async throws {
        let shapes: [[UInt8]] = [
            [1, 2, 3], Array(Self.zeros.prefix(20)), Array(Self.member.dropLast()), Self.member + [0],
            Self.member + Self.member.prefix(10), Self.member + [0x1f, 0x8b, 0x09],
            Self.member.dropLast(8) + [1, 2, 3, 4, 1, 0, 0, 0],
        ]
        for bytes in shapes {
            var reader = MessageReader(limit: 200_000, isGzip: true)
            reader.append(ByteBuffer(bytes: Self.framed(bytes, flag: 1)))

            let message = try reader.next()
            let error = await #expect(throws: RPCError.self, "\(bytes)") { _ = try await message?.content() }
            #expect(error?.code == .internalError)
        }
    }
}
