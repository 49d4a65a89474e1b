//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// A call on its way to a server.
///
/// - Note: `@unchecked` because the variables are touched on the event loop of the connection alone: every method but
///   ``submit(_:)`` is called there, by the connection or by what was submitted. What other threads read is in the inbox.
final class ClientStream: ConnectionStream, @unchecked Sendable {
    /// What a caller wants done, in order.
    enum Action: Sendable {
        case open(HPACKHeaders)
        case message(BufferBytes, EventLoopPromise<Void>?)
        case end
        case cancel
    }

    private enum Phase {
        case waitsForHeaders
        case takesMessages
        case hasEnded
    }

    let inbox: Inbox<RPCResponsePart<BufferBytes>>
    private let eventLoop: any EventLoop
    private let calls: NIOLoopBound<HTTP2Connection<ClientStream>>
    private let messageSizeLimit: Int
    private let timeout: Duration?
    private var id: HTTP2StreamID?
    private var phase = Phase.waitsForHeaders
    private var reader: MessageReader
    private var deadline: Scheduled<Void>?
    private var hasSentEnd = false

    init(
        on calls: NIOLoopBound<HTTP2Connection<ClientStream>>,
        eventLoop: any EventLoop,
        messageSizeLimit: Int,
        timeout: Duration?
    ) {
        self.calls = calls
        self.eventLoop = eventLoop
        self.messageSizeLimit = messageSizeLimit
        self.timeout = timeout
        self.reader = MessageReader(limit: messageSizeLimit, isGzip: false)
        let reference = WeakReference<ClientStream>()
        self.inbox = Inbox(limit: ConnectionWindow.streamSize) { reference.object?.inboxDrained() }
        reference.object = self
    }

    private var connection: HTTP2Connection<ClientStream> { self.calls.value }

    // MARK: Requests

    /// Does things in one turn of the event loop, at once if this is its thread.
    func submit(_ actions: [Action]) {
        if self.eventLoop.inEventLoop {
            self.perform(actions)
        } else {
            self.eventLoop.execute { self.perform(actions) }
        }
    }

    private func perform(_ actions: [Action]) {
        var actions = actions[...]
        while let action = actions.popFirst() {
            // The end of a call with one message goes with it, in the same frame.
            if case .message(let bytes, let promise) = action, case .end? = actions.first {
                actions.removeFirst()
                self.send(bytes, promise, isLast: true)
            } else {
                self.perform(action)
            }
        }
    }

    private func send(_ bytes: BufferBytes, _ promise: EventLoopPromise<Void>?, isLast: Bool) {
        guard let id = self.id, !self.hasSentEnd else { return promise?.succeed() ?? () }
        self.hasSentEnd = isLast
        self.connection.send(message: bytes.buffer, endsStream: isLast, on: id, promise: promise)
    }

    private func perform(_ action: Action) {
        switch action {
        case .open(let headers):
            guard case .waitsForHeaders = self.phase, self.id == nil else { return }
            guard let id = self.connection.open(self) else {
                return self.fail(RPCError(code: .unavailable, message: "The connection was closed."))
            }
            self.id = id
            self.connection.send(headers: headers, endsStream: false, on: id)
            self.deadline = self.timeout.map { timeout in
                self.eventLoop.scheduleTask(in: TimeAmount(timeout)) { self.deadlineExceeded() }
            }
        case .message(let bytes, let promise):
            self.send(bytes, promise, isLast: false)
        case .end:
            guard let id = self.id, !self.hasSentEnd else { return }
            self.hasSentEnd = true
            self.connection.sendEnd(on: id)
        case .cancel:
            self.fail(RPCError(code: .cancelled, message: "The call was cancelled."))
            self.leave()
        }
    }

    private func deadlineExceeded() {
        self.fail(RPCError(code: .deadlineExceeded, message: "The deadline of the call has passed."))
        self.leave()
    }

    /// Tells the server that nobody waits any more, if it does not know.
    private func leave() {
        guard let id = self.id else { return }
        self.connection.reset(id, .cancel)
    }

    private func inboxDrained() {
        self.eventLoop.execute { if let id = self.id { self.connection.drained(id) } }
    }

    // MARK: Responses

    var wantsData: Bool { !self.inbox.isFull }

    func receive(headers: HPACKHeaders, endsStream: Bool) {
        switch self.phase {
        case .hasEnded: break
        case .takesMessages: self.ended(with: headers)
        case .waitsForHeaders:
            if let error = ResponseHeaders.error(headers) {
                self.fail(error)
                return endsStream ? () : self.leave()
            }
            // Only trailers: the call ends without messages.
            guard !endsStream else { return self.ended(with: headers) }
            self.phase = .takesMessages
            self.reader = MessageReader(
                limit: self.messageSizeLimit,
                isGzip: headers.first(name: "grpc-encoding") == "gzip"
            )
            self.inbox.put(.metadata(Metadata(headers)))
        }
    }

    func receive(data: ByteBuffer, endsStream: Bool) {
        guard case .takesMessages = self.phase else { return }
        self.reader.append(data)
        do throws(RPCError) {
            while let message = try self.reader.next() {
                self.inbox.put(.message(BufferBytes(buffer: message)), size: message.readableBytes)
            }
        } catch {
            self.fail(error)
            return self.leave()
        }
        if endsStream {
            self.fail(RPCError(code: .internalError, message: "The server ended the call without a status."))
        }
    }

    func closed(_ error: RPCError?) {
        self.fail(error ?? RPCError(code: .internalError, message: "The server ended the call without a status."))
        self.id = nil
    }

    private func ended(with trailers: HPACKHeaders) {
        guard !self.reader.isWithinMessage else {
            return self.fail(RPCError(code: .internalError, message: "The server ended the call within a message."))
        }
        self.end()
        self.inbox.put(.status(ResponseHeaders.status(trailers), Metadata(trailers)))
        self.inbox.finish()
        // The server wants no more of the request.
        if !self.hasSentEnd { self.leave() }
    }

    private func fail(_ error: RPCError) {
        guard self.phase != .hasEnded else { return }
        self.end()
        self.inbox.fail(error)
    }

    private func end() {
        self.phase = .hasEnded
        self.deadline?.cancel()
        self.deadline = nil
    }
}
