//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
package import GRPCNIOTransportHTTP2Posix
package import Groundwork
import NIOConcurrencyHelpers
package import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix

/// A gRPC server that hands out calls as they come, whatever their method: the other end of ``HTTP2CallTransport``.
package final class HTTP2CallListener: Sendable {
    /// Limits and times of a listener.
    package struct Configuration: Sendable {
        /// The largest message of a request, in bytes, also once decompressed.
        package var messageSizeLimit = 128 * 1_048_576
        /// How many calls one connection may have under way, which is announced.
        package var callsPerConnection = 10_000
        /// The memory for messages that are large, shared with others perhaps; nil for as much as it takes.
        package var memory: ByteBudget?
        /// After how long a silence a client is asked whether it is there.
        package var keepaliveInterval: Duration = .seconds(60)
        /// How long the answer to that may take.
        package var keepaliveTimeout: Duration = .seconds(20)

        package init() {}
    }

    private struct State {
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: Connection] = [:]
        var isShuttingDown = false
        var hasRun = false
    }

    private struct Connection: Sendable {
        var channel: any Channel
        var calls: NIOLoopBound<HTTP2Connection<ServerStream>>
    }

    private let address: GRPCNIOTransportCore.SocketAddress
    private let security: ServerSecurity
    private let configuration: Configuration
    private let eventLoopGroup: any EventLoopGroup
    private let bound: EventLoopPromise<GRPCNIOTransportCore.SocketAddress>
    private let state = NIOLockedValueBox(State())
    private let calls: AsyncStream<ServerCall>
    private let continuation: AsyncStream<ServerCall>.Continuation

    /// Creates a listener; nothing happens until ``run(_:)``.
    package init(
        on address: GRPCNIOTransportCore.SocketAddress,
        security: ServerSecurity,
        configuration: Configuration,
        eventLoopGroup: any EventLoopGroup
    ) {
        self.address = address
        self.security = security
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.bound = eventLoopGroup.next().makePromise()
        (self.calls, self.continuation) = AsyncStream.makeStream()
    }

    deinit {
        // For a listener that never ran; nothing happens if it did.
        self.bound.fail(ChannelError.eof)
    }

    /// The address that is listened on, with the port that the system chose.
    ///
    /// Waits for ``run(_:)``.
    ///
    /// - Throws: What kept the listener from listening.
    package var listeningAddress: GRPCNIOTransportCore.SocketAddress {
        get async throws { try await self.bound.futureResult.get() }
    }

    /// Listens, and has each call answered in a task of its own, until a graceful shutdown is complete.
    ///
    /// To be called once.
    ///
    /// - Parameter answer: Answers a call. A call that it leaves unanswered is reset.
    /// - Throws: An error of the system or of NIOSSL if the address cannot be listened on. `RPCError` with
    ///   `failedPrecondition` if it was called before. `CancellationError` if cancelled; connections are closed then.
    package func run(_ answer: @escaping @Sendable (ServerCall) async -> Void) async throws {
        let hasRun = self.state.withLockedValue { state in
            defer { state.hasRun = true }
            return state.hasRun
        }
        guard !hasRun else {
            throw RPCError(code: .failedPrecondition, message: "A listener runs once; make another one.")
        }
        let listener: any Channel
        do {
            listener = try await self.listen()
        } catch {
            self.bound.fail(error)
            throw error
        }
        self.bound.succeed(listener.localAddress.flatMap { .init($0) } ?? self.address)
        let isShuttingDown = self.state.withLockedValue { state in
            state.listener = listener
            return state.isShuttingDown
        }
        if isShuttingDown { listener.close(promise: nil) }
        listener.closeFuture.whenComplete { _ in self.closed() }
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for await call in self.calls {
                    group.addTask {
                        await answer(call)
                        call.abandon()
                    }
                }
                if Task.isCancelled { group.cancelAll() }
            }
        } onCancel: {
            self.closeAll()
        }
        // Its address is free when this returns: whoever listens there next would fail otherwise, now and then.
        try? await listener.closeFuture.get()
        try Task.checkCancellation()
    }

    /// Refuses new connections and new calls; ``run(_:)`` returns when the calls under way have ended.
    package func beginGracefulShutdown() {
        let (listener, connections) = self.state.withLockedValue { state in
            state.isShuttingDown = true
            return (state.listener, Array(state.connections.values))
        }
        listener?.close(promise: nil)
        for connection in connections {
            connection.channel.eventLoop.execute { connection.calls.value.drain() }
        }
    }

    private func closeAll() {
        let (listener, connections) = self.state.withLockedValue { state in
            state.isShuttingDown = true
            return (state.listener, Array(state.connections.values))
        }
        listener?.close(promise: nil)
        for connection in connections { connection.channel.close(promise: nil) }
        self.continuation.finish()
    }

    /// Something is closed; there are no more calls if it was the last.
    private func closed() {
        let isOver = self.state.withLockedValue { state in
            state.connections.isEmpty && state.listener?.isActive != true && state.isShuttingDown
        }
        if isOver { self.continuation.finish() }
    }

    private func listen() async throws -> any Channel {
        let security = try self.security.source()
        return try await ServerBootstrap(group: self.eventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: .calls)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.setUp(channel, security) }
            }
            .bind(to: NIOCore.SocketAddress(self.address))
            .get()
    }

    private func setUp(_ channel: any Channel, _ security: TLSSource?) throws {
        let reference = WeakReference<HTTP2Connection<ServerStream>>()
        let remotePeer = Peer.name(channel.remoteAddress)
        let calls = HTTP2Connection<ServerStream>(
            on: channel.eventLoop,
            keepalive: Keepalive(
                on: channel.eventLoop,
                interval: self.configuration.keepaliveInterval,
                timeout: self.configuration.keepaliveTimeout
            ),
            events: .init(
                opened: { id, headers in
                    reference.object.flatMap { self.opened(id, headers, on: $0, channel.eventLoop, remotePeer) }
                }
            )
        )
        reference.object = calls
        if let security { try channel.pipeline.syncOperations.addTLS(security.context) }
        try channel.pipeline.syncOperations.addCalls(
            to: calls,
            mode: .server,
            maxConcurrentStreams: self.configuration.callsPerConnection
        )
        let connection = Connection(channel: channel, calls: NIOLoopBound(calls, eventLoop: channel.eventLoop))
        let isShuttingDown = self.state.withLockedValue { state in
            state.connections[ObjectIdentifier(channel)] = connection
            return state.isShuttingDown
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLockedValue { $0.connections[ObjectIdentifier(channel)] = nil }
            self.closed()
        }
        if isShuttingDown { channel.close(promise: nil) }
    }

    /// A client opens a stream.
    private func opened(
        _ id: HTTP2StreamID,
        _ headers: HPACKHeaders,
        on calls: HTTP2Connection<ServerStream>,
        _ eventLoop: any EventLoop,
        _ remotePeer: String
    ) -> ServerStream? {
        let request = Result { () throws(RequestHeaders.Refusal) in try RequestHeaders(headers) }
        let stream = ServerStream(
            id: id,
            on: NIOLoopBound(calls, eventLoop: eventLoop),
            eventLoop: eventLoop,
            messageSizeLimit: self.configuration.messageSizeLimit,
            isGzip: (try? request.get().isGzip) ?? false,
            memory: self.configuration.memory
        )
        switch request {
        case .success(let request):
            let call = ServerCall(
                descriptor: request.descriptor,
                metadata: request.metadata,
                remotePeer: remotePeer,
                stream: stream,
                eventLoop: eventLoop
            )
            // Refused if nobody takes calls any more.
            guard case .enqueued = self.continuation.yield(call) else { return nil }
        case .failure(let refusal):
            stream.refuse(refusal)
        }
        return stream
    }
}
