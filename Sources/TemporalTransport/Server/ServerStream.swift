//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Groundwork
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
        /// With the memory that it takes until it is written out.
        case message(ByteBuffer, EventLoopPromise<Void>?, ByteShare?)
        case status(Status, Metadata)
        /// There is no answer.
        case abandon
        /// There is memory for the message that has begun.
        case admit(ByteShare)
    }

    let inbox: Inbox<RequestPart>
    let cancellation = CallCancellation()
    private let eventLoop: any EventLoop
    private let calls: NIOLoopBound<HTTP2Connection<ServerStream>>
    private let id: HTTP2StreamID
    let memory: ByteBudget?
    private var reader: MessageReader
    /// The memory for a large message that has begun.
    private var share: ByteShare?
    private var waitsForMemory = false
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
        isGzip: Bool,
        memory: ByteBudget?
    ) {
        self.id = id
        self.calls = calls
        self.eventLoop = eventLoop
        self.memory = memory
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
            if case .message(_, let promise, _) = action { promise?.succeed() }
            return
        }
        switch action {
        case .metadata(let metadata): self.sendHeaders(metadata)
        case .message(let message, let promise, let share):
            self.sendHeaders([:])
            // The headers may have been refused.
            guard !self.hasAnswered else { return promise?.succeed() ?? () }
            self.send(message, promise, share)
        case .status(let status, let metadata): self.answer(status, metadata)
        case .abandon:
            self.hasAnswered = true
            self.connection.reset(self.id, .internalError)
        case .admit(let share):
            guard self.waitsForMemory else { return }
            self.waitsForMemory = false
            self.share = share
            self.connection.drained(self.id)
        }
    }

    private func send(_ message: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ share: ByteShare?) {
        var promise = promise
        if let share {
            let written = promise ?? self.eventLoop.makePromise(of: Void.self)
            written.futureResult.whenComplete { _ in share.giveBack() }
            promise = written
        }
        self.connection.send(message: message, endsStream: false, on: self.id, promise: promise)
    }

    private func sendHeaders(_ metadata: Metadata) {
        guard !self.hasSentHeaders else { return }
        var headers = Self.responseHeaders
        headers.add(metadata)
        if let error = self.refusal(of: headers) {
            return self.answer(Status(code: Status.Code(error.code), message: error.message), [:])
        }
        self.hasSentHeaders = true
        self.connection.send(headers: headers, endsStream: false, on: self.id)
    }

    private func refusal(of headers: HPACKHeaders) -> RPCError? {
        do throws(RPCError) {
            let size = try HeaderList.checked(headers)
            let limit = self.connection.headerListLimit
            return size <= limit ? nil : HeaderList.tooLarge(size, limit: limit, .resourceExhausted)
        } catch {
            return error
        }
    }

    private func answer(_ status: Status, _ metadata: Metadata) {
        self.hasAnswered = true
        self.connection.send(headers: self.trailers(status, metadata), endsStream: true, on: self.id)
        guard !self.hasRequestEnded else { return }
        // "No error" after a complete answer: do not send the rest of the request (RFC 9113, section 8.1).
        self.connection.reset(self.id, .noError)
    }

    /// The status, and with it what the client takes: all, or all but the details, or the status alone (ES-R2).
    private func trailers(_ status: Status, _ metadata: Metadata) -> HPACKHeaders {
        var plain = self.hasSentHeaders ? HPACKHeaders() : Self.responseHeaders
        plain.add(name: "grpc-status", value: "\(status.code.rawValue)")
        var whole = plain
        if !status.message.isEmpty { whole.add(name: "grpc-message", value: StatusMessage.encoded(status.message)) }
        let withMessage = whole
        whole.add(metadata)
        if self.refusal(of: whole) == nil { return whole }
        var rest = metadata
        rest.removeAllValues(forKey: "grpc-status-details-bin")
        var reduced = withMessage
        reduced.add(rest)
        if self.refusal(of: reduced) == nil { return reduced }
        if self.refusal(of: withMessage) == nil { return withMessage }
        // Each byte may become three.
        let room = max(0, self.connection.headerListLimit - HeaderList.size(of: plain) - 64) / 3
        guard room > 0 else { return plain }
        let beginning = String(decoding: status.message.utf8.prefix(room), as: UTF8.self)
        plain.add(name: "grpc-message", value: StatusMessage.encoded(beginning))
        return plain
    }

    private static let responseHeaders: HPACKHeaders = [":status": "200", "content-type": GRPCHeaders.contentType]

    /// Answers a request that is no call, once the connection knows the stream.
    func refuse(_ refusal: RequestHeaders.Refusal) {
        self.eventLoop.execute {
            guard !self.isClosed else { return }
            switch refusal {
            case .status(let status): self.perform(.status(status, [:]))
            case .malformed:
                self.hasAnswered = true
                self.connection.reset(self.id, .protocolError)
            case .http(let code, let status):
                self.hasAnswered = true
                var headers: HPACKHeaders = [":status": code, "content-type": GRPCHeaders.contentType]
                headers.add(name: "grpc-status", value: "\(status.code.rawValue)")
                headers.add(name: "grpc-message", value: StatusMessage.encoded(status.message))
                self.connection.send(headers: headers, endsStream: true, on: self.id)
                if !self.hasRequestEnded { self.connection.reset(self.id, .noError) }
            }
        }
    }

    private func inboxDrained() {
        self.eventLoop.execute { self.connection.drained(self.id) }
    }

    // MARK: Requests

    var wantsData: Bool { !self.hasRequestEnded && !self.waitsForMemory && !self.inbox.isFull }

    /// All of a message for which there is memory, or as much as nobody has to be asked for.
    var windowTarget: Int {
        guard self.share != nil, let incomplete = self.reader.incomplete else {
            return self.memory == nil ? ConnectionWindow.streamSize : ConnectionWindow.serverStreamSize
        }
        return min(ConnectionWindow.streamSize, max(incomplete.missing, ConnectionWindow.serverStreamSize))
    }

    func receive(headers: HPACKHeaders, endsStream: Bool) {
        // Those of the request are known by now; a client has no trailers, or none that matter.
        if endsStream { self.requestEnded() }
    }

    func receive(data: ByteBuffer, endsStream: Bool) {
        // The rest of a request that was answered is of no use.
        if endsStream { self.hasRequestEnded = true }
        guard !self.hasAnswered, !self.hasFailed else { return }
        self.reader.append(data)
        do throws(RPCError) {
            while var message = try self.reader.next() {
                message.share = self.share
                self.share = nil
                self.inbox.put(.message(message), size: message.size)
            }
            if !endsStream { self.takeMemory() }
        } catch {
            self.hasFailed = true
            return self.inbox.fail(error)
        }
        if endsStream { self.requestEnded() }
    }

    /// Sees to it that a large message that has begun finds memory, before it is here.
    private func takeMemory() {
        guard self.share == nil, !self.waitsForMemory, let length = self.reader.incomplete?.length,
            length > ConnectionWindow.serverStreamSize
        else { return }
        guard let memory = self.memory else { return self.connection.drained(self.id) }
        let bytes = min(length, memory.capacity)
        if let share = memory.takeIfAvailable(bytes) {
            self.share = share
            self.connection.drained(self.id)
        } else {
            self.waitsForMemory = true
            self.inbox.put(.needsMemory(bytes))
        }
    }

    private func requestEnded() {
        self.hasRequestEnded = true
        guard self.reader.isWithinMessage else { return self.inbox.finish() }
        self.inbox.fail(RPCError(code: .internalError, message: "The request ended within a message."))
    }

    func opened(as id: HTTP2StreamID) {
        // Only clients open streams.
    }

    func closed(_ end: StreamEnd) {
        self.isClosed = true
        self.share = nil
        switch end {
        // As it should be: the answer is out.
        case .finished: return
        case .reset(let code): self.inbox.fail(StreamErrors.error(for: code))
        case .failed(let error), .unprocessed(let error): self.inbox.fail(error)
        }
        self.cancellation.cancel()
    }
}
