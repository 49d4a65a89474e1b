//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// A call from a client.
///
/// - Note: `@unchecked` because the variables are touched on the event loop of the connection alone: every method but
///   ``submit(_:)`` is called there, by the connection or by what was submitted. What other threads read is in the inbox
///   and the cancellation.
final class ServerStream: ConnectionStream, @unchecked Sendable {
    /// What the one who answers wants done, in order.
    enum Action: Sendable {
        case metadata(Metadata)
        case message(ByteBuffer, EventLoopPromise<Void>?)
        case status(Status, Metadata)
        /// There is no answer.
        case abandon
    }

    let inbox: Inbox<ByteBuffer>
    let cancellation = CallCancellation()
    private let eventLoop: any EventLoop
    private let calls: NIOLoopBound<HTTP2Connection<ServerStream>>
    private let id: HTTP2StreamID
    private var reader: MessageReader
    private var hasRequestEnded = false
    /// The request cannot be read; the rest of it is of no use.
    private var hasFailed = false
    private var hasSentHeaders = false
    private var hasAnswered = false
    private var isClosed = false

    init(
        id: HTTP2StreamID,
        on calls: NIOLoopBound<HTTP2Connection<ServerStream>>,
        eventLoop: any EventLoop,
        messageSizeLimit: Int,
        isGzip: Bool
    ) {
        self.id = id
        self.calls = calls
        self.eventLoop = eventLoop
        self.reader = MessageReader(limit: messageSizeLimit, isGzip: isGzip)
        let reference = WeakReference<ServerStream>()
        self.inbox = Inbox(limit: ConnectionWindow.streamSize) { reference.object?.inboxDrained() }
        reference.object = self
    }

    private var connection: HTTP2Connection<ServerStream> { self.calls.value }

    // MARK: Responses

    /// Does things in one turn of the event loop, at once if this is its thread.
    func submit(_ action: Action) {
        if self.eventLoop.inEventLoop {
            self.perform(action)
        } else {
            self.eventLoop.execute { self.perform(action) }
        }
    }

    private func perform(_ action: Action) {
        guard !self.isClosed, !self.hasAnswered else {
            if case .message(_, let promise) = action { promise?.succeed() }
            return
        }
        switch action {
        case .metadata(let metadata): self.sendHeaders(metadata)
        case .message(let message, let promise):
            self.sendHeaders([:])
            self.connection.send(message: message, endsStream: false, on: self.id, promise: promise)
        case .status(let status, let metadata): self.answer(status, metadata)
        case .abandon:
            self.hasAnswered = true
            self.connection.reset(self.id, .internalError)
        }
    }

    private func sendHeaders(_ metadata: Metadata) {
        guard !self.hasSentHeaders else { return }
        self.hasSentHeaders = true
        var headers = Self.responseHeaders
        headers.add(metadata)
        self.connection.send(headers: headers, endsStream: false, on: self.id)
    }

    private func answer(_ status: Status, _ metadata: Metadata) {
        self.hasAnswered = true
        var trailers = self.hasSentHeaders ? HPACKHeaders() : Self.responseHeaders
        trailers.add(name: "grpc-status", value: "\(status.code.rawValue)")
        if !status.message.isEmpty { trailers.add(name: "grpc-message", value: StatusMessage.encoded(status.message)) }
        trailers.add(metadata)
        self.connection.send(headers: trailers, endsStream: true, on: self.id)
        guard !self.hasRequestEnded else { return }
        // "No error" after a complete answer: do not send the rest of the request (RFC 9113, section 8.1).
        self.connection.reset(self.id, .noError)
    }

    private static let responseHeaders: HPACKHeaders = [":status": "200", "content-type": GRPCHeaders.contentType]

    /// Answers a request that is no call, once the connection knows the stream.
    func refuse(_ refusal: RequestHeaders.Refusal) {
        switch refusal {
        case .status(let status): self.eventLoop.execute { self.perform(.status(status, [:])) }
        case .http(let status):
            self.eventLoop.execute {
                guard !self.isClosed else { return }
                self.hasAnswered = true
                self.connection.send(headers: [":status": status], endsStream: true, on: self.id)
                if !self.hasRequestEnded { self.connection.reset(self.id, .noError) }
            }
        }
    }

    private func inboxDrained() {
        self.eventLoop.execute { self.connection.drained(self.id) }
    }

    // MARK: Requests

    var wantsData: Bool { !self.inbox.isFull }

    func receive(headers: HPACKHeaders, endsStream: Bool) {
        // Those of the request are known by now; a client has no trailers, or none that matter.
        if endsStream { self.requestEnded() }
    }

    func receive(data: ByteBuffer, endsStream: Bool) {
        // The rest of a request that was answered is of no use.
        guard !self.hasAnswered, !self.hasFailed else { return }
        self.reader.append(data)
        do throws(RPCError) {
            while let message = try self.reader.next() { self.inbox.put(message, size: message.readableBytes) }
        } catch {
            self.hasFailed = true
            return self.inbox.fail(error)
        }
        if endsStream { self.requestEnded() }
    }

    private func requestEnded() {
        self.hasRequestEnded = true
        guard self.reader.isWithinMessage else { return self.inbox.finish() }
        self.inbox.fail(RPCError(code: .internalError, message: "The request ended within a message."))
    }

    func closed(_ error: RPCError?) {
        self.isClosed = true
        // Closed as it should be: the answer is out.
        guard let error else { return }
        self.inbox.fail(error)
        self.cancellation.cancel()
    }
}
