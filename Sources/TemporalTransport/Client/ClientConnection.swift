//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP2
import NIOPosix

/// A connection to a server, open and ready.
struct ClientConnection: Sendable {
    let channel: any Channel
    /// The calls on it, on its event loop.
    let calls: NIOLoopBound<HTTP2Connection<ClientStream>>
    let remotePeer: String
    let localPeer: String
    /// Completed when it takes no more calls.
    let retired: EventLoopFuture<Void>
    fileprivate let hasRetired: NIOLockedValueBox<Bool>

    /// Whether it takes no more calls.
    var isRetired: Bool { self.hasRetired.withLockedValue { $0 } }

    var eventLoop: any EventLoop { self.channel.eventLoop }

    /// Lets the calls under way finish, then closes.
    func drain() {
        self.eventLoop.execute { self.calls.value.drain() }
    }

    /// Closes at once; calls under way fail.
    func close() {
        self.eventLoop.execute {
            self.calls.value.close(RPCError(code: .unavailable, message: "The transport is closed."))
        }
    }
}

/// Makes connections to one address.
struct ClientConnector: Sendable {
    let eventLoop: any EventLoop
    let security: TLSSource?
    let serverName: String
    let configuration: HTTP2CallTransport.Configuration
    /// Told at once of a connection that takes no more calls, before any of its calls is.
    let retired: @Sendable (any Channel) -> Void

    /// After how long without an answer the next address is tried beside those that have been (RFC 8305, section 5).
    private static let patience = Duration.milliseconds(250)

    private enum Event {
        case connected(ClientConnection)
        case failed(any Error)
        case patienceOver
    }

    /// Connects to the first of several addresses that answers.
    ///
    /// An address that does not answer is given up only for the others; one that fails makes room for the next at once.
    ///
    /// - Parameter addresses: At least one, in the order in which they are tried.
    /// - Returns: The connection.
    /// - Throws: The error of the last address that failed. `CancellationError` if cancelled.
    func connect(toAnyOf addresses: [SocketAddress]) async throws -> ClientConnection {
        if addresses.count == 1 { return try await self.connect(to: addresses[0]) }
        return try await withTaskGroup(of: Event.self) { group -> Result<ClientConnection, any Error> in
            var rest = addresses[...]
            var pending = 0
            var failure: any Error = RPCError(code: .unavailable, message: "The target has no address.")
            func tryNext() {
                guard let address = rest.popFirst() else { return }
                pending += 1
                group.addTask {
                    do { return .connected(try await self.connect(to: address)) } catch { return .failed(error) }
                }
                guard !rest.isEmpty else { return }
                group.addTask {
                    try? await Task.sleep(for: Self.patience)
                    return .patienceOver
                }
            }
            tryNext()
            while pending > 0, let event = await group.next() {
                switch event {
                case .connected(let connection):
                    group.cancelAll()
                    // Another may have made it at the same time.
                    for await case .connected(let further) in group { further.close() }
                    return .success(connection)
                case .failed(let error):
                    pending -= 1
                    failure = error
                    tryNext()
                case .patienceOver:
                    tryNext()
                }
            }
            group.cancelAll()
            return .failure(Task.isCancelled ? CancellationError() : failure)
        }
        .get()
    }

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
        let hasRetired = NIOLockedValueBox(false)
        // Also where the connection never came about.
        channel.closeFuture.whenComplete { _ in retired.succeed() }
        let reference = WeakReference<HTTP2Connection<ClientStream>>()
        let window = self.configuration.responseWindow
        let calls = HTTP2Connection<ClientStream>(
            on: channel.eventLoop,
            keepalive: Keepalive(
                on: channel.eventLoop,
                interval: self.configuration.keepaliveInterval,
                timeout: self.configuration.keepaliveTimeout
            ),
            initialWindow: min(max(ConnectionWindow.initialSize, window), ConnectionWindow.streamSize),
            events: .init(
                ready: {
                    guard let calls = reference.object else { return }
                    ready.succeed(
                        ClientConnection(
                            channel: channel,
                            calls: NIOLoopBound(calls, eventLoop: channel.eventLoop),
                            remotePeer: Peer.name(channel.remoteAddress),
                            localPeer: Peer.name(channel.localAddress),
                            retired: retired.futureResult,
                            hasRetired: hasRetired
                        )
                    )
                },
                retired: {
                    hasRetired.withLockedValue { $0 = true }
                    self.retired(channel)
                    retired.succeed()
                },
                lost: { ready.fail($0) }
            )
        )
        reference.object = calls
        // Whoever waits has gone, or has been told of an error.
        ready.futureResult.whenFailure { _ in channel.close(promise: nil) }
        if let security = self.security {
            try channel.pipeline.syncOperations.addTLS(security.context, serverName: self.serverName)
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
