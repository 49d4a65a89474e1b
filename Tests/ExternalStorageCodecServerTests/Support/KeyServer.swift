//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// The web server of an issuer of tokens, on loopback.
struct KeyServer: Sendable {
    /// What a request gets.
    enum Answer: Sendable {
        case text(String)
        case status(HTTPResponseStatus, HTTPHeaders = [:])
        /// A body of so many bytes, announced in the head.
        case bytes(Int)
        /// A body that has no end.
        case endless
        /// A body that comes byte by byte, and has no end either.
        case dripping
        case nothing
    }

    /// What is answered, by path; can be changed at any time.
    let answers = NIOLockedValueBox<[String: Answer]>([:])
    private let received = NIOLockedValueBox<[String]>([])
    fileprivate(set) var port = 0

    /// The paths of all requests.
    var paths: [String] { self.received.withLockedValue { $0 } }

    func url(_ path: String) -> String { "http://127.0.0.1:\(self.port)\(path)" }

    /// What a path answers from now on.
    func answer(_ path: String, _ answer: Answer) {
        self.answers.withLockedValue { $0[path] = answer }
    }

    fileprivate func take(_ path: String) -> Answer {
        self.received.withLockedValue { $0.append(path) }
        return self.answers.withLockedValue { $0[path] } ?? .status(.notFound)
    }
}

/// A server for as long as `body` runs.
func withKeyServer<Result>(_ body: (KeyServer) async throws -> Result) async throws -> Result {
    var server = KeyServer()
    let answering = server
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(KeyServerHandler(server: answering))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    server.port = channel.localAddress?.port ?? 0
    do {
        let result = try await body(server)
        try await channel.close()
        return result
    } catch {
        try await channel.close()
        throw error
    }
}

/// Answers the requests of one connection.
private final class KeyServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: KeyServer

    init(server: KeyServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = self.unwrapInboundIn(data) else { return }
        switch self.server.take(head.uri) {
        case .text(let text): self.send(.ok, [:], ByteBuffer(string: text), context)
        case .status(let status, let headers): self.send(status, headers, ByteBuffer(), context)
        case .bytes(let count): self.send(.ok, [:], ByteBuffer(repeating: UInt8(ascii: " "), count: count), context)
        case .endless:
            self.begin(context)
            self.pour(64 * 1_024, every: nil, context)
        case .dripping:
            self.begin(context)
            self.pour(1, every: .milliseconds(20), context)
        case .nothing: break
        }
    }

    private func send(
        _ status: HTTPResponseStatus,
        _ fields: HTTPHeaders,
        _ body: ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        var headers = fields
        headers.add(name: "content-length", value: "\(body.readableBytes)")
        context.write(
            self.wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))),
            promise: nil
        )
        context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// A head without a length.
    private func begin(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["transfer-encoding": "chunked"])
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Sends a piece, and the next one when that is on its way and the time between two of them is over, until the client
    /// closes the connection.
    private func pour(_ count: Int, every interval: TimeAmount?, _ context: ChannelHandlerContext) {
        let piece = ByteBuffer(repeating: UInt8(ascii: " "), count: count)
        context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(piece)))).assumeIsolated().whenSuccess {
            guard let interval else { return self.pour(count, every: nil, context) }
            context.eventLoop.assumeIsolated().scheduleTask(in: interval) {
                self.pour(count, every: interval, context)
            }
        }
    }
}
