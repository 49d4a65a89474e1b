//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TemporalTransport
import Testing

@Suite("A peer over TLS that says nothing any more", .timeLimit(.minutes(1)))
struct SilentPeerTests {
    /// A wire that can be cut: bytes go nowhere then, and nobody is told.
    private final class Wire: Sendable {
        private let isCut = Atomic(false)
        /// Whether the client has closed its end.
        private let isLeft = Atomic(false)

        var hasBeenLeft: Bool { self.isLeft.load(ordering: .acquiring) }

        func cut() { self.isCut.store(true, ordering: .releasing) }

        func leave() { self.isLeft.store(true, ordering: .releasing) }

        func carry(_ bytes: ByteBuffer, to partner: any Channel) {
            if !self.isCut.load(ordering: .acquiring) { partner.writeAndFlush(bytes, promise: nil) }
        }
    }

    private final class End: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let wire: Wire
        private let partner: any Channel
        private let isClients: Bool

        init(of wire: Wire, to partner: any Channel, isClients: Bool) {
            (self.wire, self.partner, self.isClients) = (wire, partner, isClients)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.wire.carry(Self.unwrapInboundIn(data), to: self.partner)
        }

        func channelInactive(context: ChannelHandlerContext) {
            if self.isClients { self.wire.leave() }
            self.partner.close(promise: nil)
        }
    }

    /// A port behind which stands another one, over a wire.
    private static func forward(to port: Int, over wire: Wire) async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(End(of: wire, to: client, isClients: false))
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(End(of: wire, to: server, isClients: true))
                    }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
    }

    @Test("ES-R3 Calls end when the peer is known to be gone, not when TLS has given up saying goodbye to it")
    func gone() async throws {
        let authority = try TestAuthority()
        let identity = try authority.issue("server")
        let roots = try authority.nioRoots
        let source = try TLSSource {
            .makeServerConfiguration(certificateChain: [identity.nio.certificate], privateKey: identity.nio.key)
        }
        let (fake, wire) = (FakeTemporal(), Wire())
        try await withServer(fake) { upstream in
            try await withProxy(to: upstream, security: .tls(from: source)) { proxy in
                let forwarder = try await Self.forward(to: try #require(proxy.address.ipv4?.port), over: wire)
                var configuration = HTTP2CallTransport.Configuration()
                configuration.keepaliveInterval = .milliseconds(200)
                configuration.keepaliveTimeout = .seconds(1)
                let transport = try HTTP2CallTransport(
                    target: .ipv4(address: "127.0.0.1", port: forwarder.localAddress?.port ?? 0),
                    security: .tls {
                        $0.trustRoots = roots
                        $0.certificateVerification = .noHostnameVerification
                    },
                    configuration: configuration
                )
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await transport.connect() }
                    let ended = await withTaskGroup(of: (error: RPCError?, wasLeft: Bool).self) { calls in
                        calls.addTask {
                            do {
                                _ = try await transport.call("Hang")
                                return (nil, wire.hasBeenLeft)
                            } catch {
                                return (error as? RPCError, wire.hasBeenLeft)
                            }
                        }
                        for await case .began in fake.events { break }
                        wire.cut()
                        return await calls.next()
                    }
                    #expect(ended?.error?.code == .unavailable)
                    #expect(ended?.error?.message.contains("does not answer") == true)
                    // TLS waits some seconds for an answer before it closes.
                    #expect(ended?.wasLeft == false)
                    group.cancelAll()
                }
                try await forwarder.close()
            }
        }
    }
}
