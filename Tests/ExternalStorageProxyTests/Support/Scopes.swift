//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageProxy
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Metrics
import NIOPosix
import TemporalTransport

/// A server on loopback, for as long as `body` runs.
func withServer<Result: Sendable>(
    _ fake: FakeTemporal,
    host: String = "127.0.0.1",
    port: Int = 0,
    configure: @Sendable (inout HTTP2ServerTransport.Posix.Config) -> Void = { _ in },
    security: HTTP2ServerTransport.Posix.TransportSecurity = .plaintext,
    _ body: (SocketAddress) async throws -> Result
) async throws -> Result {
    let server = HTTP2ServerTransport.Posix(
        address: .ipv4(host: host, port: port),
        transportSecurity: security,
        config: .defaults { config in
            config.rpc.maxRequestPayloadSize = 64 * 1_048_576
            config.http2.maxConcurrentStreams = 10_000
            configure(&config)
        }
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do {
                try await server.listen { stream, context in await fake.handle(stream, context) }
            } catch is CancellationError {
                // The end of the test.
            }
        }
        let result = try await body(try await server.listeningAddress)
        // Not cancelled: it would trap on a connection that it has accepted and not taken. All clients are gone by now.
        server.beginGracefulShutdown()
        try await group.waitForAll()
        return result
    }
}

/// A server of our own that is gone when the body is, whoever connects meanwhile.
///
/// That of grpc-swift traps on a connection that it has accepted and that nobody takes any more: a client that connects
/// again and again, like the proxy, must not outlive it.
func withMortalServer<Result: Sendable>(
    _ fake: FakeTemporal,
    host: String = "127.0.0.1",
    port: Int = 0,
    _ body: (SocketAddress) async throws -> Result
) async throws -> Result {
    let server = HTTP2CallListener(
        on: .ipv4(host: host, port: port),
        security: .plaintext,
        configuration: .init(),
        eventLoopGroup: .singletonMultiThreadedEventLoopGroup
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do {
                try await server.run { call in await fake.handle(call) }
            } catch is CancellationError {
                // The end of the test.
            }
        }
        let result = try await body(try await server.listeningAddress)
        group.cancelAll()
        return result
    }
}

/// A proxy in front of an address, for as long as `body` runs.
func withProxy<Result: Sendable>(
    to target: SocketAddress,
    connections: Int = 2,
    configuration: ExternalStorageProxyConfiguration = .init(),
    security: ServerSecurity = .plaintext,
    targetSecurity: ClientSecurity = .plaintext,
    metrics: any MetricsFactory = NOOPMetricsHandler.instance,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (RunningProxy) async throws -> Result
) async throws -> Result {
    let host = target.ipv4?.host ?? "127.0.0.1"
    let port = target.ipv4?.port ?? 0
    let upstream = PooledTransport(
        try (0..<connections).map { _ in
            try HTTP2CallTransport(target: .ipv4(address: host, port: port), security: targetSecurity)
        }
    )
    let proxy = ExternalStorageProxy(
        listeningOn: .ipv4(host: "127.0.0.1", port: 0),
        security: security,
        forwardingTo: upstream,
        named: "temporal.test:\(port)",
        configuration: configuration,
        metrics: metrics,
        logger: logger
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        let (stopped, continuation) = AsyncStream<Void>.makeStream()
        group.addTask {
            defer { continuation.finish() }
            do {
                try await proxy.run()
            } catch is CancellationError {
                // The end of the test.
            }
        }
        let address = try await proxy.listeningAddress
        let result = try await body(
            RunningProxy(address: address, beginGracefulShutdown: proxy.beginGracefulShutdown, stopped: stopped)
        )
        group.cancelAll()
        return result
    }
}

/// A proxy that listens.
struct RunningProxy: Sendable {
    var address: SocketAddress
    var beginGracefulShutdown: @Sendable () -> Void
    /// Ends when the proxy has stopped.
    var stopped: AsyncStream<Void>
}

/// A client, for as long as `body` runs.
func withClient<Result: Sendable>(
    to address: SocketAddress,
    security: HTTP2ClientTransport.Posix.TransportSecurity = .plaintext,
    isCompressed: Bool = false,
    _ body: (HTTP2ClientTransport.Posix) async throws -> Result
) async throws -> Result {
    var config = HTTP2ClientTransport.Posix.Config.defaults
    if isCompressed { config.compression = .init(algorithm: .gzip, enabledAlgorithms: .gzip) }
    let client = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: address.ipv4?.host ?? "127.0.0.1", port: address.ipv4?.port ?? 0),
        transportSecurity: security,
        config: config
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.connect() }
        let result = try await body(client)
        client.beginGracefulShutdown()
        try await group.waitForAll()
        return result
    }
}
