//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import Testing

@testable import TemporalTransport

@Suite("The connections of a client", .timeLimit(.minutes(1)))
struct ClientConnectionTests {
    /// Closes no channel before it may, as TLS does until its peer has said goodbye.
    private final class SlowGoodbye: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private let permission: EventLoopFuture<Void>

        init(until permission: EventLoopFuture<Void>) {
            self.permission = permission
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            self.permission.assumeIsolated().whenComplete { _ in context.close(mode: mode, promise: promise) }
        }
    }

    @Test("ES-R3 Whoever closes a connection tells its calls at once, however long its peer takes to say goodbye")
    func closing() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        try await LoopbackTests.withListener(LoopbackTests.telling(continuation)) { port, _ in
            try await LoopbackTests.withTransport(to: port) { transport in
                let connection = try await transport.connection(.defaults)
                let permission = connection.eventLoop.makePromise(of: Void.self)
                try await connection.eventLoop.submit {
                    let handler = SlowGoodbye(until: permission.futureResult)
                    try connection.channel.pipeline.syncOperations.addHandler(handler, position: .first)
                }
                .get()
                async let outcome = Outcome.unary(transport)
                for await _ in events { break }
                connection.close()
                #expect(await outcome.code == .unavailable)
                #expect(connection.channel.isActive)
                permission.succeed()
            }
        }
    }

    @Test("Transports to a server of several addresses do not all begin at the same")
    func addresses() async throws {
        try await LoopbackTests.withListener { first, _ in
            try await LoopbackTests.withListener { second, _ in
                var taken: Set<String> = []
                // That forty throws of a coin are all alike happens once in 500 billion runs.
                for _ in 0..<40 where taken.count < 2 {
                    let addresses = [first, second].map { (host: "127.0.0.1", port: $0) }
                    let transport = try HTTP2CallTransport(
                        target: .ipv4(pairs: addresses),
                        configuration: Outcome.patient,
                        eventLoopGroup: EventLoops.many
                    )
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await transport.connect() }
                        taken.insert(try await transport.connection(.defaults).remotePeer)
                        transport.beginGracefulShutdown()
                        try await group.waitForAll()
                    }
                }
                #expect(taken == ["ipv4:127.0.0.1:\(first)", "ipv4:127.0.0.1:\(second)"])
            }
        }
    }
}
