//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import TemporalTransport

@Suite("Windows for the peer")
struct WindowTests {
    /// A connection without the HTTP/2 handler that would say how large windows are: that is what the test does.
    private let channel = EmbeddedChannel()

    private func receive(_ size: Int) throws -> [Int] {
        self.channel.pipeline.fireUserInboundEventTriggered(
            NIOHTTP2WindowUpdatedEvent(streamID: .rootStream, inboundWindowSize: size, outboundWindowSize: nil)
        )
        return try self.sent()
    }

    /// The increments that were written.
    private func sent() throws -> [Int] {
        self.channel.embeddedEventLoop.run()
        var increments: [Int] = []
        while let frame = try self.channel.readOutbound(as: HTTP2Frame.self) {
            if case .windowUpdate(let increment) = frame.payload { increments.append(increment) }
        }
        return increments
    }

    @Test("The peer is told once of more, however much comes before that update is on its way")
    func once() throws {
        let keepalive = Keepalive(on: self.channel.eventLoop, interval: .seconds(60), timeout: .seconds(60))
        let connection = HTTP2Connection<ClientStream>(
            on: self.channel.eventLoop,
            keepalive: keepalive,
            events: .init()
        )
        try self.channel.pipeline.syncOperations.addHandler(connection)
        try self.channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        let whole = ConnectionWindow.size
        #expect(try self.sent() == [whole - ConnectionWindow.initialSize])
        #expect(try self.receive(whole).isEmpty)

        #expect(try self.receive(whole / 2 + 1).isEmpty)
        #expect(try self.receive(whole / 2) == [whole / 2])
        // The update waits in the HTTP/2 handler, so the sizes are without it.
        for size in [whole / 2 - 1, whole / 4, 0] { #expect(try self.receive(size).isEmpty) }
        // Now it is sent. What it left open is told of next.
        #expect(try self.receive(whole / 2) == [whole / 2])
        #expect(try self.receive(whole).isEmpty)
        #expect(try self.receive(whole / 3) == [whole - whole / 3])
        _ = try self.channel.finish(acceptAlreadyClosed: true)
    }

    /// A request, and how its stream ended.
    private final class Request: ConnectionStream {
        private(set) var wantsData = true
        private(set) var end: StreamEnd?
        let windowTarget = ConnectionWindow.streamSize

        func opened(as id: HTTP2StreamID) {}
        func receive(headers: HPACKHeaders, endsStream: Bool) {}
        func receive(data: ByteBuffer, endsStream: Bool) { self.wantsData = !endsStream }
        func closed(_ end: StreamEnd) { self.end = end }
    }

    /// A connection on a channel of its own.
    private struct Side {
        let channel = EmbeddedChannel()
        let connection: HTTP2Connection<Request>

        init(_ mode: NIOHTTP2Handler.ParserMode, opened: ((HTTP2StreamID, HPACKHeaders) -> Request?)? = nil) throws {
            let keepalive = Keepalive(on: self.channel.eventLoop, interval: .seconds(60), timeout: .seconds(60))
            self.connection = HTTP2Connection(
                on: self.channel.eventLoop,
                keepalive: keepalive,
                events: .init(opened: opened)
            )
            try self.channel.pipeline.syncOperations.addCalls(to: self.connection, mode: mode)
            try self.channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        /// Takes over what the other side has written.
        func receive(from other: Side) throws -> Bool {
            other.channel.embeddedEventLoop.run()
            var isSomething = false
            while let bytes = try other.channel.readOutbound(as: ByteBuffer.self) {
                try self.channel.writeInbound(bytes)
                isSomething = true
            }
            return isSomething
        }
    }

    @Test("ES-R1 A request goes on that ends while an update of its window waits for the channel to take bytes")
    func refusedUpdate() throws {
        let request = Request()
        let (client, server) = (try Side(.client), try Side(.server) { _, _ in request })
        func exchange() throws { while try server.receive(from: client) || client.receive(from: server) {} }
        func send(_ payload: HTTP2Frame.FramePayload) throws {
            client.channel.writeAndFlush(HTTP2Frame(streamID: 1, payload: payload), promise: nil)
            try exchange()
        }
        func serverTakesBytes(_ isWritable: Bool) throws {
            server.channel.isWritable = isWritable
            server.channel.pipeline.fireChannelWritabilityChanged()
            try exchange()
        }
        try exchange()
        try send(.headers(.init(headers: [":method": "POST", ":scheme": "http", ":path": "/a/b", ":authority": "c"])))

        try serverTakesBytes(false)
        try send(.data(.init(data: .byteBuffer(ByteBuffer(bytes: [1])), endStream: false)))
        try send(.data(.init(data: .byteBuffer(ByteBuffer(bytes: [2])), endStream: true)))
        #expect(!request.wantsData)
        try serverTakesBytes(true)
        #expect(request.end == nil)

        server.connection.send(headers: [":status": "200"], endsStream: true, on: 1)
        try exchange()
        guard case .finished = request.end else {
            Issue.record("the stream has ended with \(String(describing: request.end))")
            return
        }
    }
}
