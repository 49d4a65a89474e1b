//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
public import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// An HTTP server on this machine that answers as a test says, and misbehaves on command.
public final class LoopbackServer: Sendable {
    /// A request as it came.
    public struct Request: Sendable {
        /// The method.
        public var method: String
        /// Path and query, as they were sent.
        public var target: String
        /// In the order they came.
        public var headers: [(name: String, value: String)]
        /// All of it.
        public var body: ByteBuffer

        /// The first header of a name, in any case.
        public func header(_ name: String) -> String? {
            self.headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        /// The path, as it was sent.
        public var path: String { String(self.target.prefix { $0 != "?" }) }

        /// The query, as it was sent; empty without one.
        public var query: String { String(self.target.drop { $0 != "?" }.dropFirst()) }

        /// The body as text.
        public var text: String { String(buffer: self.body) }
    }

    /// What becomes of an answer on its way.
    public enum Fault: Sendable, Hashable {
        /// The connection is closed before anything is sent.
        case closed
        /// The connection is closed after so many bytes of the body; the head has announced all.
        case truncated(after: Int)
        /// So many bytes of the body are sent, and no more; the head has announced all, and the connection stays open.
        case stalled(after: Int)
        /// Nothing is sent, and the connection stays open.
        case silence
    }

    /// What is sent back.
    public struct Reply: Sendable {
        /// The status.
        public var status: Int
        /// Without `Content-Length`.
        public var headers: [(name: String, value: String)]
        /// The body; left out in answers to HEAD, whose length is announced all the same.
        public var body: ByteBuffer
        /// What becomes of it.
        public var fault: Fault?

        /// An answer.
        public init(
            _ status: Int,
            headers: [(name: String, value: String)] = [],
            body: ByteBuffer = ByteBuffer(),
            fault: Fault? = nil
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.fault = fault
        }

        /// An answer of JSON.
        public static func json(_ text: String, status: Int = 200, headers: [(name: String, value: String)] = [])
            -> Self
        {
            Self(
                status,
                headers: [("Content-Type", "application/json")] + headers,
                body: ByteBuffer(string: text)
            )
        }
    }

    private struct Log {
        var requests: [Request] = []
        var waiting: [(count: Int, waiter: Waiter<Void>)] = []
    }

    private let log = Mutex(Log())

    /// Where it listens.
    public let port: Int

    /// `http://127.0.0.1:PORT`.
    public var url: String { "http://127.0.0.1:\(self.port)" }

    /// What was asked, in order.
    public var requests: [Request] { self.log.withLock { $0.requests } }

    /// Returns when so many requests have arrived, and what they are answered is decided.
    ///
    /// - Throws: `CancellationError`.
    public func arrival(ofRequests count: Int) async throws {
        let waiter = Waiter<Void>()
        let isThere = self.log.withLock { log in
            if log.requests.count < count { log.waiting.append((count, waiter)) }
            return log.requests.count >= count
        }
        if !isThere { try await waiter.value() }
    }

    private func note(_ request: Request) {
        let arrived = self.log.withLock { log in
            log.requests.append(request)
            let count = log.requests.count
            defer { log.waiting.removeAll { $0.count <= count } }
            return log.waiting.filter { $0.count <= count }
        }
        for (_, waiter) in arrived { waiter.resume() }
    }

    private init(port: Int) {
        self.port = port
    }

    /// Runs a server while the body runs.
    ///
    /// - Parameters:
    ///   - answer: What to say to a request; called on the server's threads.
    ///   - body: Gets the server.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or why there is no server.
    public static func run<Result>(
        _ answer: @escaping @Sendable (Request) -> Reply,
        _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let relay = Relay()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                relay.keep(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(relay, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = LoopbackServer(port: channel.localAddress?.port ?? 0)
        relay.server.withLock { $0 = server }
        do {
            let result = try await body(server)
            try await channel.close()
            await relay.closeConnections()
            return result
        } catch {
            try await channel.close()
            await relay.closeConnections()
            throw error
        }
    }

    /// Leads from the connections to the server, which knows its port only after it listens.
    private final class Relay: Sendable {
        let server = Mutex<LoopbackServer?>(nil)
        private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])

        func keep(_ channel: any Channel) {
            let id = ObjectIdentifier(channel)
            self.connections.withLock { $0[id] = channel }
            channel.closeFuture.whenComplete { _ in self.connections.withLock { _ = $0.removeValue(forKey: id) } }
        }

        /// No connection outlives its server: the next one on the port would get its requests answered by this one.
        func closeConnections() async {
            for channel in self.connections.withLock({ Array($0.values) }) {
                channel.close(promise: nil)
                // Closed is closed, whatever else went wrong with it.
                _ = try? await channel.closeFuture.get()
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let relay: Relay
        private let answer: @Sendable (Request) -> Reply
        private var request: Request?

        init(_ relay: Relay, _ answer: @escaping @Sendable (Request) -> Reply) {
            self.relay = relay
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.request = Request(
                    method: head.method.rawValue,
                    target: head.uri,
                    headers: head.headers.map { ($0.name, $0.value) },
                    body: ByteBuffer()
                )
            case .body(let bytes): self.request?.body.writeImmutableBuffer(bytes)
            case .end:
                guard let request else { return }
                self.request = nil
                let reply = self.answer(request)
                // Only now: whoever waits for its arrival may send another, which is not to get the fault of this one.
                let server = self.relay.server.withLock { $0 }
                server?.note(request)
                self.write(reply, isHead: request.method == "HEAD", context)
            }
        }

        private func write(_ reply: Reply, isHead: Bool, _ context: ChannelHandlerContext) {
            if reply.fault == .silence { return }
            if reply.fault == .closed { return context.close(promise: nil) }
            var headers = HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
            if reply.status != 204, reply.status != 304 {
                headers.replaceOrAdd(name: "Content-Length", value: String(reply.body.readableBytes))
            }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .init(statusCode: reply.status),
                headers: headers
            )
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            if case .stalled(let count) = reply.fault {
                let part = reply.body.getSlice(at: reply.body.readerIndex, length: min(count, reply.body.readableBytes))
                return context.writeAndFlush(
                    self.wrapOutboundOut(.body(.byteBuffer(part ?? ByteBuffer()))),
                    promise: nil
                )
            }
            if case .truncated(let count) = reply.fault {
                var body = reply.body
                let part = body.readSlice(length: min(count, body.readableBytes)) ?? ByteBuffer()
                let promise = context.eventLoop.makePromise(of: Void.self)
                context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(part))), promise: promise)
                let channel = context.channel
                promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
                return
            }
            if !isHead { context.write(self.wrapOutboundOut(.body(.byteBuffer(reply.body))), promise: nil) }
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
