//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// A small HTTP server for operators: `GET /metrics` for Prometheus, `GET /healthz` for whoever restarts processes.
///
/// One request per connection, and ten seconds for it.
package struct MetricsServer: Service {
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private let listener: NIOAsyncChannel<any Channel, Never>
    private let metrics: PrometheusMetrics
    /// The port that it listens on.
    package let port: Int

    /// Listens; requests wait until ``run()``, which has to be called.
    ///
    /// - Parameters:
    ///   - host: The address or name to listen on.
    ///   - port: The port; 0 takes a free one.
    ///   - metrics: What is served.
    /// - Throws: The system's error, if the address cannot be listened on.
    package init(listeningOn host: String, port: Int, metrics: PrometheusMetrics) async throws {
        self.metrics = metrics
        self.listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Nothing is read before there is somebody to read it.
            .childChannelOption(.autoRead, value: false)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    let deadline = channel.eventLoop.scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
                    channel.closeFuture.whenComplete { _ in deadline.cancel() }
                    return channel
                }
            }
        self.port = self.listener.channel.localAddress?.port ?? port
    }

    /// Answers requests until a graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // A listener that fails takes no more connections; metrics are no reason to stop what they are about.
            try? await self.serve()
        }
    }

    @concurrent
    private func serve() async throws {
        try await self.listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    // A client that leaves early harms nobody but itself.
                    group.addTask { try? await self.answer(connection) }
                }
            }
        }
    }

    @concurrent
    private func answer(_ channel: any Channel) async throws {
        // Only here: a connection that nobody takes any more, because the server ends, must not have been wrapped. What
        // NIO wraps has to be used, and traps if it is not.
        let connection = try await channel.eventLoop.submit { try Connection(wrappingChannelSynchronously: channel) }
            .get()
        try await connection.executeThenClose { inbound, outbound in
            // Fails if the client has gone meanwhile, which must not keep the connection from being used to its end.
            try await channel.setOption(.autoRead, value: true).get()
            for try await case .head(let request) in inbound {
                let response = self.response(to: request)
                let body = ByteBuffer(string: request.method == .HEAD ? "" : response.body)
                let headers: HTTPHeaders = [
                    "content-type": "text/plain; version=0.0.4; charset=utf-8",
                    "content-length": "\(response.body.utf8.count)", "connection": "close",
                ]
                try await outbound.write(.head(.init(version: .http1_1, status: response.status, headers: headers)))
                try await outbound.write(.body(.byteBuffer(body)))
                try await outbound.write(.end(nil))
                return
            }
        }
    }

    private func response(to request: HTTPRequestHead) -> (status: HTTPResponseStatus, body: String) {
        let path = request.uri.prefix { $0 != "?" }
        guard path == "/metrics" || path == "/healthz" else { return (.notFound, "not found\n") }
        guard request.method == .GET || request.method == .HEAD else {
            return (.methodNotAllowed, "only GET and HEAD\n")
        }
        return (.ok, path == "/metrics" ? self.metrics.text() : "ok\n")
    }
}
