//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import BufferTransport
public import GRPCCore
public import GRPCNIOTransportHTTP2Posix
import Groundwork
import NIOConcurrencyHelpers
public import NIOCore
import NIOHPACK
public import NIOPosix

/// A gRPC client transport that makes little of a call: no channel, no pipeline and no task of its own.
///
/// It takes the place of gRPC Swift's `HTTP2ClientTransport.Posix` where many small calls or large messages are made, as
/// by clients and workers of Temporal:
///
/// - Calls are told apart by the frames of their connection, on its event loop.
/// - Messages are `ByteBuffer`s, so `ExternalStorageTransport` takes payloads out and puts them in without a copy.
/// - A server that pings with every message, as servers in Go do, does not count as an attacker.
///
/// One transport is one connection, which is made anew whenever it is lost; `PooledTransport` makes several one. Messages
/// are not compressed. Retries and service configurations are the business of the client above.
public final class HTTP2CallTransport: ClientTransport {
    /// Messages are shared buffers.
    public typealias Bytes = BufferBytes

    private let resolver: NameResolver
    private let authority: String
    private let security: TLSSource?
    private let configuration: Configuration
    private let eventLoop: any EventLoop
    private let state = NIOLockedValueBox(TransportState())
    private let shutdown: AsyncStream<Void>
    private let shutdownContinuation: AsyncStream<Void>.Continuation

    /// Creates a transport; nothing is connected until ``connect()``.
    ///
    /// - Parameters:
    ///   - target: The server.
    ///   - security: TLS; none by default.
    ///   - configuration: Limits and times.
    ///   - eventLoopGroup: The threads for the connection, which lives on one of them.
    /// - Throws: An error of NIOSSL if the certificates cannot be used. `RPCError` for a target of a kind that nobody
    ///   resolves.
    public init(
        target: any ResolvableTarget,
        security: ClientSecurity = .plaintext,
        configuration: Configuration = Configuration(),
        eventLoopGroup: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
    ) throws {
        guard let resolver = Self.resolver(for: target) else {
            throw RPCError(code: .invalidArgument, message: "There is no resolver for the target \(target).")
        }
        self.resolver = resolver
        self.authority = configuration.authority ?? resolver.authority ?? ServerName.authority(of: target)
        self.security = try security.source()
        self.configuration = configuration
        self.eventLoop = eventLoopGroup.next()
        (self.shutdown, self.shutdownContinuation) = AsyncStream.makeStream()
    }

    /// None: retries are not throttled here.
    public var retryThrottle: RetryThrottle? { nil }

    /// None: there is no service configuration.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? { nil }

    /// Refuses new calls; those under way may finish, and then ``connect()`` returns.
    public func beginGracefulShutdown() {
        self.perform(self.state.withLockedValue { $0.shutDown() })
        self.shutdownContinuation.finish()
    }

    // MARK: Connections

    /// Connects, and connects again whenever the connection is lost, until the transport is shut down.
    ///
    /// A server that cannot be reached is no error: calls fail until it can.
    ///
    /// - Throws: `CancellationError` if cancelled; calls under way fail then. `RPCError` with `failedPrecondition` if it
    ///   was called before; nothing happens then.
    @concurrent
    public func connect() async throws {
        guard self.state.withLockedValue({ $0.beginConnecting() }) else {
            throw RPCError(code: .failedPrecondition, message: "A transport connects once; make another one.")
        }
        let connector = ClientConnector(
            eventLoop: self.eventLoop,
            security: self.security,
            serverName: ServerName.host(of: self.authority),
            configuration: self.configuration,
            retired: { channel in self.state.withLockedValue { $0.retired(channel) } }
        )
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.keepConnected(by: connector)
                return true
            }
            group.addTask {
                for await _ in self.shutdown {}
                return false
            }
            while let isDone = await group.next(), !isDone {
                // Shut down: nothing is to be connected any more, while what is connected may go on.
                if !self.state.withLockedValue({ $0.isConnected }) { group.cancelAll() }
            }
            group.cancelAll()
        }
        self.perform(self.state.withLockedValue { $0.end() })
        try Task.checkCancellation()
    }

    private func keepConnected(by connector: ClientConnector) async {
        var backoff = ConnectionBackoff()
        while self.state.withLockedValue({ !$0.isShuttingDown }), !Task.isCancelled {
            let pause: Duration
            do {
                let connection = try await self.connection(by: connector)
                let start = ContinuousClock.now
                self.perform(self.state.withLockedValue { $0.connected(connection) })
                await Self.wait(for: connection.retired, cancelling: connection)
                pause = backoff.pause(afterLiving: ContinuousClock.now - start, chance: .random(in: -1...1))
                if pause > .seconds(1) { self.fail(ServerUnreachable(cause: ServerUnreachable.Ended())) }
            } catch {
                pause = backoff.next(chance: .random(in: -1...1))
                self.fail(ServerUnreachable(cause: error))
            }
            if pause > .zero { try? await Task.sleep(for: pause) }
        }
        // Calls may be left on connections that take no more.
        for connection in self.state.withLockedValue({ $0.connections }) {
            await Self.wait(for: connection.channel.closeFuture, cancelling: connection)
        }
    }

    /// Calls fail until there is a connection again.
    private func fail(_ reason: ServerUnreachable) {
        let error = RPCError(code: .unavailable, message: "The server cannot be reached.", cause: reason)
        self.perform(self.state.withLockedValue { $0.failed(error) })
    }

    private func connection(by connector: ClientConnector) async throws -> ClientConnection {
        var names = self.resolver.names.makeAsyncIterator()
        let endpoints = try await names.next()?.endpoints ?? []
        var addresses = try endpoints.flatMap(\.addresses).map { try NIOCore.SocketAddress($0) }
        guard !addresses.isEmpty else {
            throw RPCError(code: .unavailable, message: "The target has no address.")
        }
        // The connections of a pool, and of a fleet, begin at different ones.
        let first = Int.random(in: 0..<addresses.count)
        addresses = Array(addresses[first...] + addresses[..<first])
        return try await connector.connect(toAnyOf: addresses)
    }

    private static func wait(for future: EventLoopFuture<Void>, cancelling connection: ClientConnection) async {
        await withTaskCancellationHandler {
            try? await future.get()
        } onCancel: {
            connection.close()
        }
    }

    private static func resolver(for target: some ResolvableTarget) -> NameResolver? {
        NameResolverRegistry.defaults.makeResolver(for: target)
    }

    private func perform(_ effects: TransportState.Effects) {
        for (waiter, result) in effects.waiters { waiter(result) }
        for connection in effects.draining { connection.drain() }
    }

    // MARK: Calls

    /// Opens a stream, as soon as there is a connection.
    ///
    /// While the server cannot be reached, a call fails at once, unless its options say that it waits.
    ///
    /// - Throws: What the closure throws. `RPCError` with `unavailable` if there is no connection; nothing has been sent
    ///   then. `CancellationError` if cancelled while it waits for one.
    @concurrent
    public func withStream<T: Sendable>(
        descriptor: MethodDescriptor,
        options: CallOptions,
        _ closure: @concurrent (RPCStream<Inbound, Outbound>, ClientContext) async throws -> T
    ) async throws -> T {
        let connection = try await self.connection(options)
        let memory = CallMemory.current
        let stream = self.stream(on: connection, options, memory?.response)
        let writer = ClientStreamWriter(
            stream: stream,
            isUnary: descriptor.type == .unary,
            on: connection.eventLoop,
            memory: memory,
            headers: { self.headers($0, descriptor: descriptor, timeout: options.timeout) }
        )
        let context = ClientContext(
            descriptor: descriptor,
            remotePeer: connection.remotePeer,
            localPeer: connection.localPeer
        )
        // A call that nobody waits for any more; nothing happens if it has ended.
        defer { stream.submit([.cancel]) }
        return try await closure(
            RPCStream(
                descriptor: descriptor,
                inbound: RPCAsyncSequence(wrapping: ResponseParts(stream: stream, memory: memory?.response)),
                outbound: RPCWriter.Closable(wrapping: writer)
            ),
            context
        )
    }

    func stream(
        on connection: ClientConnection,
        _ options: CallOptions,
        _ memory: ByteShare? = nil
    ) -> ClientStream {
        ClientStream(
            on: connection.calls,
            eventLoop: connection.eventLoop,
            messageSizeLimit: options.maxResponseMessageBytes ?? self.configuration.messageSizeLimit,
            timeout: options.timeout,
            memory: memory,
            mover: { self.move($0) }
        )
    }

    /// Finds another connection for a call that the server has not looked at (ES-R3).
    private func move(_ stream: ClientStream) {
        let take: TransportState.Waiter = { result in
            self.eventLoop.execute {
                switch result {
                case .success(let connection): stream.move(to: connection.calls)
                case .failure(let error):
                    stream.fail(
                        error as? RPCError ?? RPCError(code: .unavailable, message: "No connection.", cause: error)
                    )
                }
            }
        }
        let result = self.state.withLockedValue { $0.wait(id: $0.makeID(), waitsForReady: false, take) }
        if let result { take(result) }
    }

    func connection(_ options: CallOptions) async throws -> ClientConnection {
        let waitsForReady = options.waitForReady ?? false
        switch self.state.withLockedValue({ $0.connection(waitsForReady: waitsForReady) }) {
        case .connection(let connection): return connection
        case .failure(let error): throw error
        case .wait: break
        }
        let id = self.state.withLockedValue { $0.makeID() }
        let deadline = options.timeout.map { timeout in
            self.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
                let waiter = self.state.withLockedValue { $0.cancel(id) }
                let message = "There was no connection within the deadline."
                waiter?(.failure(RPCError(code: .deadlineExceeded, message: message)))
            }
        }
        defer { deadline?.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = self.state.withLockedValue { state -> Result<ClientConnection, any Error>? in
                    guard !Task.isCancelled else { return .failure(CancellationError()) }
                    return state.wait(id: id, waitsForReady: waitsForReady) { continuation.resume(with: $0) }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            self.state.withLockedValue { $0.cancel(id) }?(.failure(CancellationError()))
        }
    }

    func headers(_ metadata: Metadata, descriptor: MethodDescriptor, timeout: Duration?) -> HPACKHeaders {
        var headers = HPACKHeaders()
        headers.reserveCapacity(metadata.count + 8)
        headers.add(name: ":method", value: "POST")
        headers.add(name: ":scheme", value: self.security == nil ? "http" : "https")
        headers.add(name: ":path", value: "/\(descriptor.fullyQualifiedMethod)")
        headers.add(name: ":authority", value: self.authority)
        headers.add(name: "te", value: "trailers")
        headers.add(name: "content-type", value: GRPCHeaders.contentType)
        headers.add(metadata)
        if let timeout, metadata[GRPCTimeout.key].first(where: { _ in true }) == nil {
            headers.add(name: GRPCTimeout.key, value: GRPCTimeout.text(timeout))
        }
        return headers
    }
}
