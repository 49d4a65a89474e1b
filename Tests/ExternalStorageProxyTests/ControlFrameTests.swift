//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOEmbedded
import Testing

@testable import HTTP2Guard

@Suite("Pings and resets of HTTP/2 peers")
struct ControlFrameTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ body: [UInt8]) -> [UInt8] {
        [0, UInt8(body.count >> 8), UInt8(body.count & 0xff), type, flags, 0, 0, 0, stream] + body
    }

    private static func ping(_ number: UInt8, flags: UInt8 = 0) -> [UInt8] {
        Self.frame(6, flags: flags, [0, 0, 0, 0, 0, 0, 0, number])
    }

    /// Frames with pings between them, beside what is left without those, and how many there are.
    private static let (traffic, expected): ([UInt8], [UInt8]) = {
        let settings = Self.frame(4, [0, 3, 0, 0, 0x27, 0x10])
        // A body that looks like a ping, the answer to one, and a ping that is none.
        let data = Self.frame(0, stream: 1, Self.ping(9) + Array(repeating: 7, count: 300))
        let other = [settings, data, Self.ping(1, flags: 1), Self.frame(6, [1, 2, 3]), Self.frame(0, stream: 1, [])]
        let pings = (1...4).map { Self.ping($0) }
        let traffic = pings[0] + other[0] + other[1] + pings[1] + pings[2] + other[2] + other[3] + other[4] + pings[3]
        return (Self.preface + traffic, Self.preface + other.flatMap { $0 })
    }()

    private static func passed(_ outputs: [ControlFrameFilter.Output]) -> [UInt8] {
        outputs.flatMap { (output) -> [UInt8] in
            if case .passed(let buffer) = output { return Array(buffer.readableBytesView) }
            return []
        }
    }

    private static func pings(_ outputs: [ControlFrameFilter.Output]) -> [UInt64] {
        outputs.compactMap { (output) -> UInt64? in
            if case .ping(let ping) = output { return ping }
            return nil
        }
    }

    @Test(
        "Wherever the network cuts, pings are taken out and nothing else",
        arguments: [1, 2, 3, 8, 9, 16, 17, 100, 10_000]
    )
    func pieces(size: Int) {
        var filter = ControlFrameFilter(peer: .client)
        var (passed, pings): ([UInt8], [UInt64]) = ([], [])
        for start in stride(from: 0, to: Self.traffic.count, by: size) {
            let piece = Self.traffic[start..<min(start + size, Self.traffic.count)]
            let output = filter.receive(ByteBuffer(bytes: piece))
            passed += Self.passed(output)
            pings += Self.pings(output)
        }

        #expect(passed == Self.expected)
        #expect(pings == [1, 2, 3, 4])
    }

    @Test("At every single place, a cut changes nothing")
    func cuts() {
        for cut in 0...Self.traffic.count {
            var filter = ControlFrameFilter(peer: .client)
            let outputs = [Self.traffic[..<cut], Self.traffic[cut...]].map { filter.receive(ByteBuffer(bytes: $0)) }

            #expect(outputs.flatMap(Self.passed) == Self.expected, "\(cut)")
            #expect(outputs.flatMap(Self.pings) == [1, 2, 3, 4], "\(cut)")
        }
    }

    @Test("What holds no ping comes out as one buffer")
    func whole() {
        var filter = ControlFrameFilter(peer: .server)
        let input = ByteBuffer(bytes: Self.frame(4, []) + Self.frame(0, stream: 1, Array(repeating: 1, count: 50)))

        #expect(filter.receive(input) == [.passed(input)])
    }

    @Test("What is before a ping stays before it: a frame of which the beginning came earlier")
    func order() {
        var filter = ControlFrameFilter(peer: .server)
        let data = Self.frame(0, stream: 1, [1, 2, 3, 4])

        #expect(filter.receive(ByteBuffer(bytes: data.dropLast(2))) == [.passed(ByteBuffer(bytes: data.dropLast(2)))])
        #expect(
            filter.receive(ByteBuffer(bytes: data.suffix(2) + Self.ping(1) + Self.frame(4, [])))
                == [
                    .passed(ByteBuffer(bytes: data.suffix(2))), .ping(1), .passed(ByteBuffer(bytes: Self.frame(4, []))),
                ]
        )
    }

    @Test("A ping is answered with its own bytes, and the rest goes on")
    func answer() throws {
        let channel = EmbeddedChannel(handler: ConnectionGuard(peer: .server))
        let settings = Self.frame(4, [])

        try channel.writeInbound(ByteBuffer(bytes: Self.ping(5) + settings))

        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(bytes: Self.ping(5, flags: 1)))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(bytes: settings))
        _ = try channel.finish()
    }

    @Test("To a peer that reads no answers, pings go the usual way, where too many of them are an error")
    func flood() throws {
        let channel = EmbeddedChannel(handler: ConnectionGuard(peer: .server))
        channel.isWritable = false

        try channel.writeInbound(ByteBuffer(bytes: Self.ping(5)))

        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(bytes: Self.ping(5)))
        _ = try channel.finish()
    }

    @Test("Resets of a client are taken out, with their stream; those of a server pass")
    func resets() {
        let reset = ByteBuffer(bytes: Self.frame(3, stream: 5, [0, 0, 0, 8]))
        let wrong = ByteBuffer(bytes: Self.frame(3, stream: 5, [0, 0, 8]) + Self.frame(3, [0, 0, 0, 8]))
        var client = ControlFrameFilter(peer: .client)
        _ = client.receive(ByteBuffer(bytes: Self.preface))
        var server = ControlFrameFilter(peer: .server)

        #expect(client.receive(reset) == [.reset(stream: 5, frame: reset)])
        #expect(client.receive(wrong) == [.passed(wrong)])
        #expect(server.receive(reset) == [.passed(reset)])
    }

    @Test("A reset of a stream is told from what is not")
    func isReset() {
        func isReset(_ bytes: [UInt8]) -> Bool { ControlFrameFilter.isReset(of: 5, ByteBuffer(bytes: bytes)) }

        #expect(isReset(Self.frame(3, stream: 5, [0, 0, 0, 8])))
        #expect(!isReset(Self.frame(3, stream: 7, [0, 0, 0, 8])))
        #expect(!isReset(Self.frame(8, stream: 5, [0, 0, 0, 8])))
        #expect(!isReset(Self.frame(3, stream: 5, [0, 0, 0, 8]) + [0]))
        #expect(!isReset([]))
    }

    @Test("A client may give up as many calls as it can have, and again half a minute later")
    func budget() {
        var budget = ResetBudget()
        let start = NIODeadline.uptimeNanoseconds(1_000)

        let taken = (0..<ResetBudget.limit).map { _ in budget.take(at: start) }
        let late = budget.take(at: start + .seconds(29))
        let next = budget.take(at: start + .seconds(30))

        #expect(taken.allSatisfy { $0 })
        #expect(!late)
        #expect(next)
    }
}
