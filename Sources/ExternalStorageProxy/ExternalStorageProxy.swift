//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import BufferTransport
public import GRPCCore
public import GRPCNIOTransportHTTP2Posix
import Groundwork
import GroundworkNIO
public import Logging
public import Metrics
import NIOCore
public import NIOPosix
public import ServiceLifecycle
public import TemporalTransport

/// A gRPC proxy in front of a Temporal server: the sidecar that gives external storage to any SDK.
///
/// It forwards every method of every service to another transport, part by part: metadata, messages, deadlines,
/// cancellation, status and its details. It has no list of methods. What happens to payloads on the way is the business
/// of the transport that it forwards to:
///
/// ```swift
/// let proxy = ExternalStorageProxy(
///     listeningOn: .ipv4(host: "127.0.0.1", port: 7243),
///     forwardingTo: ExternalStorageTransport(wrapping: server, storage: storage, logger: logger),
///     named: "127.0.0.1:7233",
///     logger: logger
/// )
/// try await proxy.run()
/// ```
///
/// Requests may be compressed with gzip, and clients may send keep-alive pings as often as once a second, as SDKs on
/// sdk-core do both.
///
/// - Note: A server that cannot be reached is no reason to stop: calls are answered with `UNAVAILABLE`, which SDKs
///   retry, and go through again when it is back.
public final class ExternalStorageProxy<Upstream: ClientTransport>: Service
where Upstream.Bytes == BufferBytes {
    private let address: GRPCNIOTransportCore.SocketAddress
    private let listener: HTTP2CallListener
    private let forwarder: CallForwarder<Upstream>
    private let ledger: CallLedger
    private let configuration: ExternalStorageProxyConfiguration
    /// Nil if there are several loops: then calls are forwarded by the global executor.
    private let executor: EventLoopTaskExecutor?
    private let logger: Logger
    private let shutdown: AsyncStream<Void>
    private let shutdownContinuation: AsyncStream<Void>.Continuation

    /// Creates a proxy; nothing happens until ``run()``.
    ///
    /// - Parameters:
    ///   - address: Where clients connect to. Port 0 lets the system choose; see ``listeningAddress``.
    ///   - security: TLS towards clients; none by default.
    ///   - upstream: Where calls go. The proxy connects it and shuts it down.
    ///   - name: The upstream in the texts of logs and errors, such as `HOST:PORT`; clients see it.
    ///   - configuration: Limits and times.
    ///   - eventLoopGroup: The threads that serve clients. If it is one, calls are forwarded on it too; a small call costs
    ///     least if the upstream's transports use it as well, since it changes no thread then. Hashing, copying and
    ///     storing happen on other threads in any case.
    ///   - metrics: Where metrics go.
    ///   - logger: Where logs go.
    public init(
        listeningOn address: GRPCNIOTransportCore.SocketAddress,
        security: ServerSecurity = .plaintext,
        forwardingTo upstream: Upstream,
        named name: String,
        configuration: ExternalStorageProxyConfiguration = .init(),
        eventLoopGroup: MultiThreadedEventLoopGroup = .singletonMultiThreadedEventLoopGroup,
        metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger = .current
    ) {
        self.address = address
        self.configuration = configuration
        self.executor = EventLoopTaskExecutor(ofOneThread: eventLoopGroup)
        self.logger = logger
        let telemetry = ProxyTelemetry(factory: metrics, logger: logger)
        self.listener = HTTP2CallListener(
            on: address,
            security: security,
            configuration: .init(configuration, telemetry),
            eventLoopGroup: eventLoopGroup
        )
        self.ledger = CallLedger()
        self.forwarder = CallForwarder(
            upstream: upstream,
            upstreamName: name,
            options: .proxy(configuration),
            ledger: self.ledger,
            telemetry: telemetry
        )
        (self.shutdown, self.shutdownContinuation) = AsyncStream.makeStream()
    }

    /// The address that clients connect to, with the port that the system chose.
    ///
    /// Waits for ``run()`` to listen.
    ///
    /// - Throws: An error if the proxy cannot listen, or listens no more; ``run()`` says why.
    public var listeningAddress: GRPCNIOTransportCore.SocketAddress {
        get async throws { try await self.listener.listeningAddress }
    }

    /// Ends ``run()`` gracefully, as a signal does in a service group.
    ///
    /// New connections are refused. Long polls end at once with `UNAVAILABLE`, unless the server has begun to answer.
    /// Other calls may go on for ``ExternalStorageProxyConfiguration/drain``, and then end the same way.
    public func beginGracefulShutdown() {
        self.shutdownContinuation.yield()
    }

    /// Listens and forwards until a graceful shutdown is complete.
    ///
    /// - Throws: ``ExternalStorageProxyError`` if the address cannot be listened on. `CancellationError` if cancelled;
    ///   calls that are under way end at once then. `RPCError` with `failedPrecondition` if it was called before.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.serve()
        } onGracefulShutdown: {
            self.beginGracefulShutdown()
        }
    }

    @concurrent
    private func serve() async throws {
        try await withTaskExecutorPreference(self.executor) { try await self.serveCalls() }
    }

    @concurrent
    private func serveCalls() async throws {
        let upstream = self.forwarder.upstream
        try await withThrowingTaskGroup(of: ProxyEvent.self) { group in
            group.addTask {
                try await upstream.connect()
                return .other
            }
            group.addTask {
                try await self.listen()
                return .listeningEnded
            }
            group.addTask {
                try await self.drainOnShutdown()
                return .overdue
            }
            while let event = try await group.next() {
                if case .other = event { continue }
                // All calls have ended, so the upstream has nothing left to do. If there are connections left, they
                // are closed as the group is cancelled.
                upstream.beginGracefulShutdown()
                self.shutdownContinuation.finish()
                break
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func listen() async throws {
        do {
            try await self.listener.run { await self.forwarder.forward($0) }
        } catch  where Task.isCancelled {
            throw CancellationError()
        } catch {
            throw ExternalStorageProxyError(listeningOn: self.address, failed: error)
        }
    }

    /// Waits for a shutdown to begin, and sees to it that it ends.
    ///
    /// Returns when it should have ended long since. A connection is closed only if the client answers a ping, so one
    /// that is stuck, or has never said anything, would keep the proxy for ever.
    private func drainOnShutdown() async throws {
        for await _ in self.shutdown { break }
        guard !Task.isCancelled else { return }
        self.ledger.beginDrain()
        self.listener.beginGracefulShutdown()
        self.logger.info("Shutting down", metadata: ["calls": "\(self.ledger.count)"])
        try await Task.sleep(for: self.configuration.drain)
        self.logger.warning("Calls end before they are done", metadata: ["calls": "\(self.ledger.count)"])
        self.ledger.expire()
        try await Task.sleep(for: .lastWords + .seconds(1))
        self.logger.warning("Connections are closed that clients did not close")
    }
}

/// What came to an end in a proxy.
private enum ProxyEvent {
    case listeningEnded
    case overdue
    case other
}

extension HTTP2CallListener.Configuration {
    /// What the proxy's configuration says of its connections.
    fileprivate init(_ configuration: ExternalStorageProxyConfiguration, _ telemetry: ProxyTelemetry) {
        self.init()
        self.memory = ByteBudget(capacity: max(1, configuration.memoryLimit)) { telemetry.memory($0) }
        self.messageSizeLimit = configuration.messageSizeLimit
        self.callsPerConnection = configuration.callsPerConnection
    }
}

extension CallOptions {
    /// The limits for messages of the upstream.
    fileprivate static func proxy(_ configuration: ExternalStorageProxyConfiguration) -> Self {
        var options = CallOptions.defaults
        options.maxResponseMessageBytes = configuration.messageSizeLimit
        return options
    }
}

extension Duration {
    /// How long clients have after the drain to take the last answers and to leave.
    fileprivate static var lastWords: Self { .seconds(2) }
}
