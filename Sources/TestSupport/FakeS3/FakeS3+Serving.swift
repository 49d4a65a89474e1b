//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension FakeS3 {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// Serves one connection until it ends, for whatever reason; a client that goes away is nothing special.
    func serve(_ channel: any Channel) async {
        // Only here: what NIO wraps has to be used, and traps if it is not, as when the server ends while a client connects.
        let wrapped = channel.eventLoop.submit { try Connection(wrappingChannelSynchronously: channel) }
        guard let connection = try? await wrapped.get() else { return }
        try? await channel.setOption(.autoRead, value: true).get()
        self.state.withLock {
            $0.openConnections += 1
            $0.acceptedConnections += 1
        }
        defer { self.connectionClosed() }
        try? await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let received):
                    if let status = self.statusBeforeBody() {
                        let answer = HTTPResponseHead(
                            version: .http1_1,
                            status: .init(statusCode: status),
                            headers: ["Content-Length": "0"]
                        )
                        try await outbound.write(.head(answer))
                        try await outbound.write(.end(nil))
                    } else {
                        head = received
                    }
                    body = ByteBuffer()
                case .body(var chunk):
                    body.writeBuffer(&chunk)
                case .end:
                    guard let received = head else { continue }
                    head = nil
                    guard try await self.answer(received, body, outbound, connection.channel) else { return }
                }
            }
        }
    }

    /// The status to answer with at once, if that is what the next request is to get.
    private func statusBeforeBody() -> Int? {
        self.state.withLock { state in
            guard case .statusBeforeBody(let status)? = state.queue.first?.behaviour else { return nil }
            state.queue.removeFirst()
            return status
        }
    }

    /// Answers one request.
    ///
    /// False if the connection is to be closed.
    private func answer(
        _ head: HTTPRequestHead,
        _ body: ByteBuffer,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>,
        _ channel: any Channel
    ) async throws -> Bool {
        let headers = head.headers.map { SignableRequest.Header($0.name, $0.value) }
        var request = RecordedRequest(
            method: head.method.rawValue,
            target: head.uri,
            headers: head.headers.map { ($0.name, $0.value) },
            body: body
        )
        var refusal: RequestVerifier.Refusal?
        do {
            try RequestVerifier(
                accounts: self.configuration.accounts,
                region: self.configuration.region,
                demandsSigV4A: self.configuration.demandsSigV4A
            ).verify(
                method: request.method,
                target: request.target,
                headers: headers,
                body: body.readableBytesView,
                now: self.configuration.now()
            )
        } catch {
            refusal = error
            request.refusal = "\(error.code): \(error.message)"
        }
        let recorded = request
        let behaviour = self.state.withLock { state -> Behaviour? in
            state.requests.append(recorded)
            let index = state.queue.firstIndex { $0.method == nil || $0.method == recorded.method }
            return index.map { state.queue.remove(at: $0).behaviour }
        }
        let proper = refusal.map { self.refuse($0) }
        let reply: Reply
        switch behaviour {
        case .error(let status, let code, let headers):
            reply = Reply(error: status, code, headers)
        case .status(let status, let headers):
            reply = Reply(status: status, headers: headers)
        case .closeBeforeAnswer:
            return false
        case .withhold:
            self.stallEvents.yield()
            try await Self.untilClosed(channel)
            return false
        case .errorInSuccess(let code):
            reply = Reply(error: 200, code)
        case .loseAnswer:
            _ = proper ?? self.handle(request)
            return false
        case .reset(let count), .truncate(let count), .stall(let count):
            let full = proper ?? self.handle(request)
            try await self.write(full, to: request, outbound, cutAfter: count)
            if case .stall = behaviour {
                self.stallEvents.yield()
                try await Self.untilClosed(channel)
            }
            if case .reset = behaviour, let socket = channel as? any SocketOptionProvider {
                try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            return false
        case .flipBit:
            reply = (proper ?? self.handle(request)).withFlippedBit
        case .proper(let headers):
            var full = proper ?? self.handle(request)
            full.headers += headers
            reply = full
        case .statusBeforeBody, nil:
            reply = proper ?? self.handle(request)
        }
        try await self.write(reply, to: request, outbound, cutAfter: nil)
        return head.isKeepAlive
    }

    private func write(
        _ reply: Reply,
        to request: RecordedRequest,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>,
        cutAfter count: Int?
    ) async throws {
        var headers = HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "x-amz-request-id", value: "FAKE0123456789")
        if !headers.contains(name: "Date") {
            headers.add(name: "Date", value: HTTPDate.text(secondsSince1970: self.configuration.now()))
        }
        headers.replaceOrAdd(name: "Content-Length", value: String(reply.announcedSize ?? reply.body.readableBytes))
        let status = HTTPResponseStatus(statusCode: reply.status)
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        guard request.method != "HEAD" else { return try await outbound.write(.end(nil)) }
        if let count {
            // The rest never comes; the head has announced it.
            var part = reply.body
            try await outbound.write(.body(.byteBuffer(part.readSlice(length: min(count, part.readableBytes))!)))
        } else {
            if reply.body.readableBytes > 0 { try await outbound.write(.body(.byteBuffer(reply.body))) }
            try await outbound.write(.end(nil))
        }
    }

    /// Suspends until the client has closed the connection, or the task is cancelled.
    private static func untilClosed(_ channel: any Channel) async throws {
        try await withTaskCancellationHandler {
            try await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func connectionClosed() {
        let waiters = self.state.withLock { state in
            state.openConnections -= 1
            guard state.openConnections == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.idleWaiters.removeAll() }
            return state.idleWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until no connection is open: a client that was shut down has left none behind.
    public func waitUntilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = self.state.withLock { state in
                guard state.openConnections > 0 else { return true }
                state.idleWaiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }
}
