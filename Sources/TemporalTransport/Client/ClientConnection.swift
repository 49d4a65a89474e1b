//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL

/// A connection to a server, open and ready.
struct ClientConnection: Sendable {
    let channel: any Channel
    /// The calls on it, on its event loop.
    let calls: NIOLoopBound<HTTP2Connection<ClientStream>>
    let remotePeer: String
    let localPeer: String
    /// Completed when it takes no more calls.
    let retired: EventLoopFuture<Void>

    var eventLoop: any EventLoop { self.channel.eventLoop }

    /// Lets the calls under way finish, then closes.
    func drain() {
        self.eventLoop.execute { self.calls.value.drain() }
    }

    /// Closes at once.
    func close() {
        self.channel.close(promise: nil)
    }
}

/// Makes connections to one address.
struct ClientConnector: Sendable {
    let eventLoop: any EventLoop
    let security: NIOSSLContext?
    let serverName: String
    let configuration: HTTP2CallTransport.Configuration

    /// Connects, and waits until the server has shown that it speaks HTTP/2.
    ///
    /// - Throws: The error of the system, of TLS or of HTTP/2. `CancellationError` if cancelled; the connection is closed
    ///   then, whether or not it came about.
    func connect(to address: SocketAddress) async throws -> ClientConnection {
        let ready = self.eventLoop.makePromise(of: ClientConnection.self)
        let timeout = TimeAmount(self.configuration.connectTimeout)
        let deadline = self.eventLoop.scheduleTask(in: timeout) { ready.fail(ChannelError.connectTimeout(timeout)) }
        ClientBootstrap(group: self.eventLoop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.recvAllocator, value: .calls)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.setUp(channel, ready: ready) }
            }
            .connect(to: address)
            .whenFailure { ready.fail($0) }
        return try await withTaskCancellationHandler {
            defer { deadline.cancel() }
            return try await ready.futureResult.get()
        } onCancel: {
            ready.fail(CancellationError())
        }
    }

    private func setUp(_ channel: any Channel, ready: EventLoopPromise<ClientConnection>) throws {
        let retired = channel.eventLoop.makePromise(of: Void.self)
        // Also where the connection never came about.
        channel.closeFuture.whenComplete { _ in retired.succeed() }
        let reference = WeakReference<HTTP2Connection<ClientStream>>()
        let calls = HTTP2Connection<ClientStream>(
            on: channel.eventLoop,
            keepalive: Keepalive(
                on: channel.eventLoop,
                interval: self.configuration.keepaliveInterval,
                timeout: self.configuration.keepaliveTimeout
            ),
            events: .init(
                ready: {
                    guard let calls = reference.object else { return }
                    ready.succeed(
                        ClientConnection(
                            channel: channel,
                            calls: NIOLoopBound(calls, eventLoop: channel.eventLoop),
                            remotePeer: Peer.name(channel.remoteAddress),
                            localPeer: Peer.name(channel.localAddress),
                            retired: retired.futureResult
                        )
                    )
                },
                retired: { retired.succeed() },
                lost: { ready.fail($0) }
            )
        )
        reference.object = calls
        // Whoever waits has gone, or has been told of an error.
        ready.futureResult.whenFailure { _ in channel.close(promise: nil) }
        if let security = self.security {
            try channel.pipeline.syncOperations.addTLS(security, serverName: self.serverName)
        }
        try channel.pipeline.syncOperations.addCalls(to: calls, mode: .client)
    }
}

/// Peers in texts, as gRPC has them.
enum Peer {
    static func name(_ address: SocketAddress?) -> String {
        switch address {
        case .v4: "ipv4:\(address?.ipAddress ?? ""):\(address?.port ?? 0)"
        case .v6: "ipv6:[\(address?.ipAddress ?? "")]:\(address?.port ?? 0)"
        case .unixDomainSocket: "unix:\(address?.pathname ?? "")"
        case nil: "<unknown>"
        }
    }
}
