//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOEmbedded
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
}
