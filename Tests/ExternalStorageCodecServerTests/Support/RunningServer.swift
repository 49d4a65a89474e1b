//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import ExternalStorageCore
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

@testable import ExternalStorageCodecServer

/// A codec server on loopback.
struct RunningServer: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: String

        var payloads: [Payload] {
            get throws {
                try PayloadsJSON.payloads(
                    in: ByteBuffer(string: self.body),
                    limits: .init(count: 1_000, payloadSizeInBytes: .max)
                )
            }
        }
    }

    var port: Int
    /// Begins a graceful shutdown.
    var shutDown: @Sendable () async -> Void

    func send(
        _ path: String,
        _ body: String = "",
        method: HTTPMethod = .POST,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(self.port)\(path)")
        request.method = method
        let defaults = method == .POST ? [("Content-Type", "application/json"), ("X-Namespace", "default")] : []
        for (name, value) in defaults where !headers.contains(where: { $0.0 == name }) {
            request.headers.add(name: name, value: value)
        }
        // An empty value stands for no field.
        for (name, value) in headers where !value.isEmpty { request.headers.add(name: name, value: value) }
        if method == .POST { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 256 * 1_048_576)
        return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }

    func send(
        _ path: String,
        payloads: [Payload],
        headers: [(String, String)] = []
    ) async throws -> Answer {
        try await self.send(path, Self.json(payloads), headers: headers)
    }

    static func json(_ payloads: [Payload]) -> String {
        var body = PayloadsBody(payloads)
        var text = ByteBuffer()
        while let piece = body.next() { text.writeImmutableBuffer(piece) }
        return String(buffer: text)
    }

    /// A connection without any client on it.
    func connect<Result: Sendable>(
        _ body:
            @escaping @Sendable (
                NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>, any Channel
            ) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            // So that a server that sends much to one who does not read notices it soon.
            .channelOption(.socketOption(.so_rcvbuf), value: 65_536)
            .connect(host: "127.0.0.1", port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(
                            backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2),
                            isOutboundHalfClosureEnabled: true
                        )
                    )
                }
            }
        let raw = channel.channel
        return try await channel.executeThenClose { inbound, outbound in try await body(inbound, outbound, raw) }
    }
}

/// A codec server, for as long as `body` runs.
func withCodecServer<Result: Sendable>(
    storage: ExternalStorage? = nil,
    logger: Logger = .silent,
    configure: (inout CodecServer.Configuration) -> Void = { _ in },
    _ body: @Sendable @escaping (RunningServer) async throws -> Result
) async throws -> Result {
    var configuration = CodecServer.Configuration()
    configuration.port = 0
    configuration.rateLimit = nil
    configuration.timeouts.drain = .seconds(60)
    configure(&configuration)
    let (ports, signal) = AsyncStream<Int>.makeStream()
    let server = try CodecServer(storage: storage, configuration: configuration, logger: logger) { port in
        signal.yield(port)
        signal.finish()
    }
    let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { signal.finish() }
            try await group.run()
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await tasks.waitForAll()
            throw CancellationError()
        }
        do {
            let result = try await body(
                RunningServer(port: port, shutDown: { await group.triggerGracefulShutdown() })
            )
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}
