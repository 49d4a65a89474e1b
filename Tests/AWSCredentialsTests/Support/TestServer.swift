//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server on this machine that answers as a test says.
struct TestServer {
    struct Request: Sendable {
        var method: String
        var target: String
        var headers: HTTPHeaders
        var body: String

        func header(_ name: String) -> String? { self.headers.first(name: name) }
    }

    struct Answer: Sendable {
        var status = 200
        var body = ""
        var location: String?

        /// No answer at all: the connection stays open and silent.
        static let silence = Self(status: 0)
    }

    /// Runs a server while the body runs.
    ///
    /// - Parameters:
    ///   - answer: What to say to a request.
    ///   - body: Gets the port.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or why there is no server.
    static func run<Result: Sendable>(
        _ answer: @escaping @Sendable (Request) -> Answer,
        _ body: (Int) async throws -> Result
    ) async throws -> Result {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(channel.localAddress?.port ?? 0)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Answer
        private var request: Request?

        init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.request = Request(
                    method: head.method.rawValue,
                    target: head.uri,
                    headers: head.headers,
                    body: ""
                )
            case .body(let bytes): self.request?.body += String(buffer: bytes)
            case .end:
                guard let request else { return }
                self.write(self.answer(request), context)
            }
        }

        private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
            guard answer.status != 0 else { return }
            let body = ByteBuffer(string: answer.body)
            var headers: HTTPHeaders = ["content-length": "\(body.readableBytes)"]
            if let location = answer.location { headers.add(name: "location", value: location) }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .init(statusCode: answer.status),
                headers: headers
            )
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
