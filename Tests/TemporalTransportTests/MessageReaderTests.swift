//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import Testing

@testable import TemporalTransport

@Suite("Messages in the data of a stream")
struct MessageReaderTests {
    private static func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = message.count
        return [flag, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            + message
    }

    private static func read(_ bytes: [UInt8], pieces size: Int, by reader: inout MessageReader) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let message = try reader.next() { messages.append(Array(message.readableBytesView)) }
        }
        return messages
    }

    @Test("Wherever the network cuts, the messages are the same", arguments: [1, 2, 4, 5, 6, 7, 99, 70_000])
    func pieces(size: Int) throws {
        let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 66_000), [4]]
        var reader = MessageReader(limit: 100_000, isGzip: false)

        let read = try Self.read(messages.flatMap { Self.framed($0) }, pieces: size, by: &reader)

        #expect(read == messages)
        #expect(!reader.isWithinMessage)
    }

    @Test("A message that has begun is known to be incomplete", arguments: [1, 4, 5, 7])
    func incomplete(count: Int) throws {
        var reader = MessageReader(limit: 100, isGzip: false)
        reader.append(ByteBuffer(bytes: Self.framed([1, 2, 3]).prefix(count)))

        #expect(try reader.next() == nil)
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
    func compressed() throws {
        var reader = MessageReader(limit: 100_000, isGzip: true)
        #expect(
            try Self.read(Self.framed(Self.zeros, flag: 1), pieces: 7, by: &reader) == [
                Array(repeating: 0, count: 100_000)
            ]
        )

        var small = MessageReader(limit: 99_999, isGzip: true)
        small.append(ByteBuffer(bytes: Self.framed(Self.zeros, flag: 1)))
        let error = #expect(throws: RPCError.self) { _ = try small.next() }
        #expect(error?.code == .resourceExhausted)
    }

    @Test("A compressed message whose encoding was not named is an error")
    func unnamed() {
        var reader = MessageReader(limit: 10, isGzip: false)
        reader.append(ByteBuffer(bytes: Self.framed([1, 2], flag: 1)))

        #expect(throws: RPCError.self) { _ = try reader.next() }
    }

    @Test("What is no gzip, or is cut off, is an error and no crash")
    func broken() {
        for bytes in [[], [1, 2, 3], Array(Self.zeros.prefix(20))] as [[UInt8]] {
            var reader = MessageReader(limit: 200_000, isGzip: true)
            reader.append(ByteBuffer(bytes: Self.framed(bytes, flag: 1)))

            let error = #expect(throws: RPCError.self) { _ = try reader.next() }
            #expect(error?.code == .internalError)
        }
    }
}
