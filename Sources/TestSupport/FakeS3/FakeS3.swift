//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// An S3 service in the test's own process: keeps objects in memory, verifies every signature, and misbehaves when told.
///
/// Requests are answered by the first behaviour in the queue that is meant for them, else properly. What it does is
/// decided by the request and its state alone; it never waits for time to pass.
public final class FakeS3: Sendable {
    let state: Mutex<State>
    let configuration: Configuration
    private let channel: any Channel
    private let stallStream: AsyncStream<Void>
    let stallEvents: AsyncStream<Void>.Continuation

    private init(configuration: Configuration, channel: any Channel) {
        self.configuration = configuration
        self.channel = channel
        self.state = Mutex(State())
        (self.stallStream, self.stallEvents) = AsyncStream.makeStream()
    }

    /// Runs a server on a free port of the loopback interface for as long as the body runs.
    ///
    /// - Parameters:
    ///   - configuration: What the server knows and permits.
    ///   - body: Uses the server.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws; errors of the socket.
    public static func withServer<Result>(
        _ configuration: Configuration = Configuration(),
        _ body: (FakeS3) async throws -> Result
    ) async throws -> Result {
        let tls = try configuration.tunnel.map { try Self.tlsContext($0) }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Nothing is read before there is somebody to read it.
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls, let host = configuration.tunnel?.host {
                        try channel.pipeline.syncOperations.addHandler(TunnelHandler(host: host, tls: tls))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    return channel
                }
            }
        let server = FakeS3(configuration: configuration, channel: listener.channel)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { connectionGroup in
                        for try await connection in connections {
                            connectionGroup.addTask { await server.serve(connection) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    private static func tlsContext(_ certificate: HostCertificate) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(certificate.privateKeyPEM.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
        )
    }

    /// The URL to configure as endpoint.
    public var endpointURL: String { "http://127.0.0.1:\(self.port)" }

    /// The port on the loopback interface.
    public var port: Int { self.channel.localAddress?.port ?? 0 }

    /// Puts a behaviour at the end of the queue.
    ///
    /// - Parameters:
    ///   - behaviour: What to do.
    ///   - method: Only for requests with this method; nil for any.
    ///   - count: For how many requests.
    public func enqueue(_ behaviour: Behaviour, for method: String? = nil, count: Int = 1) {
        self.state.withLock { state in
            for _ in 0..<count { state.queue.append((method, behaviour)) }
        }
    }

    /// Every request so far, in the order in which their last byte came.
    public var requests: [RecordedRequest] { self.state.withLock { $0.requests } }

    /// How many connections are open.
    public var openConnections: Int { self.state.withLock { $0.openConnections } }

    /// How many connections were opened in all.
    public var acceptedConnections: Int { self.state.withLock { $0.acceptedConnections } }

    /// The content of an object.
    ///
    /// - Parameter path: The path as it was sent, encoded, with the bucket if it was in the path.
    /// - Returns: The bytes, or nil.
    public func object(_ path: String) -> ByteBuffer? { self.state.withLock { $0.objects[path]?.body } }

    /// All paths that have an object, sorted.
    public var paths: [String] { self.state.withLock { $0.objects.keys.sorted() } }

    /// Puts an object there without a request.
    ///
    /// - Parameters:
    ///   - path: The path as it will be asked for.
    ///   - body: The bytes.
    ///   - lastModified: Its age, in seconds since 1970-01-01T00:00:00Z; nil for now.
    public func put(_ path: String, _ body: ByteBuffer, lastModified: Int64? = nil) {
        let now = self.configuration.now()
        self.state.withLock { $0.objects[path] = StoredObject(body: body, lastModified: lastModified ?? now) }
    }

    /// Waits until a response has stalled (``Behaviour/stall(afterBytes:)``).
    ///
    /// Every stall is told once. To be called by one task at a time.
    public func nextStall() async {
        var iterator = self.stallStream.makeAsyncIterator()
        _ = await iterator.next()
    }

    struct StoredObject {
        var body: ByteBuffer
        var lastModified: Int64
    }

    struct State {
        var queue: [(method: String?, behaviour: Behaviour)] = []
        var requests: [RecordedRequest] = []
        var objects: [String: StoredObject] = [:]
        var uploads: [String: [Int: ByteBuffer]] = [:]
        /// Tags and rules, by the target of the request that wrote them.
        var documents: [String: ByteBuffer] = [:]
        var openConnections = 0
        var acceptedConnections = 0
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
    }
}
