//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import Groundwork
import NIOCore
import NIOHPACK
import NIOHTTP2

/// A call on its way to a server.
///
/// A call that the server has not looked at (its connection takes no more calls, or the server has refused it) is tried on
/// another connection by itself. What has been sent is kept for that until the server begins to answer.
///
/// - Note: `@unchecked` because the variables are touched on one event loop alone, which all connections of a transport
///   share: every method but ``submit(_:)`` is called there, by a connection or by what was submitted. What other threads
///   read is in the inbox.
final class ClientStream: ConnectionStream, @unchecked Sendable {
    /// What a caller wants done, in order.
    enum Action: Sendable {
        case open(HPACKHeaders)
        case message(BufferBytes, EventLoopPromise<Void>?)
        case end
        case cancel
        /// There is memory for all of the message that has begun.
        case admit(Int)
    }

    /// Finds another connection for a call, and calls back on the event loop; see ``move(to:)`` and ``fail(_:)``.
    typealias Mover = @Sendable (ClientStream) -> Void

    private enum Phase {
        case waitsForHeaders
        case takesMessages
        case hasEnded
    }

    private enum Place {
        /// Nothing is to be sent yet, or the call is between two connections.
        case none
        /// Until the peer takes more calls.
        case waits
        case open(HTTP2StreamID)
        /// The connection is done with it.
        case left
    }

    /// How many bytes of a stream of messages are kept for another try.
    ///
    /// Of a call with one message that is kept, however large: it is the caller's as well.
    private static let keptBytes = 1_048_576

    /// How much waiting the server need not hear of.
    private static let negligible = Duration.milliseconds(10)

    let inbox: Inbox<ResponsePart>
    private let eventLoop: any EventLoop
    private var calls: NIOLoopBound<HTTP2Connection<ClientStream>>
    private let messageSizeLimit: Int
    private let timeout: Duration?
    private let mover: Mover?
    /// What the response takes; nil where nobody counts.
    private let memory: ByteShare?
    /// How many bytes of that are for the message that has begun.
    private var counted = 0
    private var waitsForMemory = false
    private var place = Place.none
    private var phase = Phase.waitsForHeaders
    private var reader: MessageReader
    private var deadline: Scheduled<Void>?
    private var hasSentEnd = false
    private var headers: HPACKHeaders?
    private var headerListSize = 0
    private var started = NIODeadline.uptimeNanoseconds(0)
    /// What was sent, or is to be sent as soon as there is room; nil if it cannot be sent again.
    private var kept: [Action]? = []
    private var keptBytes = 0
    /// The server has refused it once.
    private var wasRefused = false

    /// - Parameters:
    ///   - calls: The connection that is tried first.
    ///   - eventLoop: Its event loop.
    ///   - messageSizeLimit: The largest message of the response, in bytes.
    ///   - timeout: How long the call may take.
    ///   - memory: What the response takes; nil where nobody counts.
    ///   - mover: Finds another connection; nil if there is none.
    init(
        on calls: NIOLoopBound<HTTP2Connection<ClientStream>>,
        eventLoop: any EventLoop,
        messageSizeLimit: Int,
        timeout: Duration?,
        memory: ByteShare? = nil,
        mover: Mover? = nil
    ) {
        self.calls = calls
        self.eventLoop = eventLoop
        self.messageSizeLimit = messageSizeLimit
        self.timeout = timeout
        self.memory = memory
        self.mover = mover
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
        if case .cancel? = actions.last {
            self.fail(RPCError(code: .cancelled, message: "The call was cancelled."))
            return self.leave()
        }
        guard self.phase != .hasEnded else { return Self.complete(actions) }
        if case .admit(let bytes)? = actions.first { return self.admitted(bytes) }
        self.keep(actions)
        switch self.place {
        case .open(let id): self.send(actions, on: id)
        case .waits: break
        case .left: Self.complete(actions)
        case .none:
            // Between two connections there is nothing to begin.
            guard case .open(let headers)? = actions.first else { return }
            self.begin(headers)
        }
    }

    /// Keeps what another try would need.
    private func keep(_ actions: [Action]) {
        guard self.kept != nil else { return }
        if self.kept?.isEmpty ?? false { self.kept = actions } else { self.kept?.append(contentsOf: actions) }
        for case .message(let bytes, let promise) in actions where promise != nil { self.keptBytes += bytes.count }
        // What has not been sent at all is kept in any case.
        if self.keptBytes > Self.keptBytes, case .open = self.place { self.kept = nil }
    }

    /// Messages of a call that has ended go nowhere.
    private static func complete(_ actions: [Action]) {
        for case .message(_, let promise?) in actions { promise.succeed() }
    }

    private func begin(_ headers: HPACKHeaders) {
        do throws(RPCError) {
            self.headerListSize = try HeaderList.checked(headers)
        } catch {
            return self.fail(error)
        }
        self.headers = headers
        self.started = .now()
        self.deadline = self.timeout.map { timeout in
            self.eventLoop.scheduleTask(in: TimeAmount(timeout)) { self.deadlineExceeded() }
        }
        self.enter()
    }

    private func enter() {
        guard self.headerListSize <= self.connection.headerListLimit else {
            return self.fail(
                HeaderList.tooLarge(self.headerListSize, limit: self.connection.headerListLimit, .invalidArgument)
            )
        }
        self.place = .waits
        if !self.connection.open(self) {
            self.place = .left
            self.unprocessed(RPCError(code: .unavailable, message: "The connection was closed."), wasSent: false)
        }
    }

    func opened(as id: HTTP2StreamID) {
        self.place = .open(id)
        self.send(self.kept ?? [], on: id)
        if self.keptBytes > Self.keptBytes { self.kept = nil }
    }

    private func send(_ actions: [Action], on id: HTTP2StreamID) {
        var actions = actions[...]
        while let action = actions.popFirst() {
            guard case .open(let current) = self.place, current == id, !self.hasSentEnd else {
                if case .message(_, let promise?) = action { promise.succeed() }
                continue
            }
            switch action {
            case .open(let headers):
                self.connection.send(headers: self.withTimeLeft(headers), endsStream: false, on: id)
            case .message(let bytes, let promise):
                // The end of a call with one message goes with it, in the same frame.
                if case .end? = actions.first {
                    actions.removeFirst()
                    self.hasSentEnd = true
                }
                self.connection.send(message: bytes.buffer, endsStream: self.hasSentEnd, on: id, promise: promise)
            case .end:
                self.hasSentEnd = true
                self.connection.sendEnd(on: id)
            case .cancel, .admit:
                break
            }
        }
    }

    /// Headers that say how much time is left, if the call has waited: for room, or for another connection (ES-R6).
    private func withTimeLeft(_ headers: HPACKHeaders) -> HPACKHeaders {
        let waited = Duration(.now() - self.started)
        guard waited >= Self.negligible, let text = headers.first(name: GRPCTimeout.key),
            let timeout = GRPCTimeout.duration(text)
        else { return headers }
        var headers = headers
        headers.replaceOrAdd(name: GRPCTimeout.key, value: GRPCTimeout.text(timeout - waited))
        return headers
    }

    private func deadlineExceeded() {
        self.fail(RPCError(code: .deadlineExceeded, message: "The deadline of the call has passed."))
        self.leave()
    }

    /// Tells the server that nobody waits any more, if it does not know.
    private func leave() {
        switch self.place {
        case .open(let id): self.connection.reset(id, .cancel)
        case .waits:
            self.place = .left
            self.connection.leave(self)
        case .none, .left: break
        }
    }

    private func inboxDrained() {
        self.eventLoop.execute { if case .open(let id) = self.place { self.connection.drained(id) } }
    }

    // MARK: Another connection

    /// The server has not looked at the call.
    ///
    /// Without limit if it has heard nothing of it: each try takes a new connection, and those are made with pauses.
    private func unprocessed(_ error: RPCError, wasSent: Bool) {
        guard self.phase == .waitsForHeaders else { return }
        guard let mover = self.mover, self.kept != nil, !wasSent || !self.wasRefused else { return self.fail(error) }
        if wasSent { self.wasRefused = true }
        self.place = .none
        self.hasSentEnd = false
        mover(self)
    }

    /// Goes on there, from the beginning.
    func move(to calls: NIOLoopBound<HTTP2Connection<ClientStream>>) {
        guard self.phase == .waitsForHeaders, case .none = self.place else { return }
        self.calls = calls
        self.enter()
    }

    /// Ends the call, unless it has ended.
    func fail(_ error: RPCError) {
        guard self.phase != .hasEnded else { return }
        self.end()
        self.inbox.fail(error)
    }

    // MARK: Responses

    var wantsData: Bool { self.phase != .hasEnded && !self.waitsForMemory && !self.inbox.isFull }

    /// All of a message that is counted, or as much as nobody has to be asked for.
    var windowTarget: Int {
        guard self.memory != nil else { return ConnectionWindow.streamSize }
        return min(ConnectionWindow.streamSize, max(self.reader.incomplete?.missing ?? 0, self.uncountedWindow))
    }

    private var uncountedWindow: Int { self.connection.initialWindow }

    func receive(headers: HPACKHeaders, endsStream: Bool) {
        guard self.phase != .hasEnded else { return }
        let size: Int
        do throws(RPCError) {
            size = try HeaderList.checked(headers)
        } catch {
            self.fail(
                RPCError(code: .internalError, message: "The server sent what no header may be: \(error.message)")
            )
            return self.leave()
        }
        switch self.phase {
        case .hasEnded: break
        case .takesMessages: self.ended(with: headers, size: size)
        case .waitsForHeaders:
            // Something on the way says that it is at it (RFC 9110, section 15.2).
            let status = headers.first(name: ":status")
            if !endsStream, let status, status.count == 3, status.hasPrefix("1") { return }
            if let error = ResponseHeaders.error(headers) {
                self.fail(error)
                return endsStream ? () : self.leave()
            }
            // Only trailers: the call ends without messages.
            guard !endsStream else { return self.ended(with: headers, size: size) }
            guard size <= HeaderList.limit else {
                self.fail(ResponseHeaders.tooLarge(size))
                return self.leave()
            }
            self.phase = .takesMessages
            self.release()
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
                if self.memory != nil { self.count(message) }
                self.inbox.put(.message(message), size: message.size)
            }
        } catch {
            self.fail(error)
            return self.leave()
        }
        if let memory = self.memory, !endsStream { self.countIncomplete(in: memory) }
        if endsStream {
            self.fail(RPCError(code: .internalError, message: "The server ended the call without a status."))
        }
    }

    /// A message is here as a whole.
    private func count(_ message: IncomingMessage) {
        if message.size >= CallMemory.uncounted { self.memory?.charge(message.size - self.counted) }
        self.counted = 0
    }

    /// Sees to it that a message that has begun is counted before it is here (ES-R7).
    ///
    /// What the server may send without being asked for more is counted in any case; the rest of a large message is
    /// asked for when there is memory for all of it.
    private func countIncomplete(in memory: ByteShare) {
        guard !self.waitsForMemory, let (length, missing) = self.reader.incomplete, length >= CallMemory.uncounted,
            self.counted < length
        else { return }
        let rest = max(0, missing - self.uncountedWindow)
        memory.charge(length - self.counted - rest)
        self.counted = length
        if rest > 0, !memory.growIfAvailable(by: rest) {
            self.counted -= rest
            self.waitsForMemory = true
            self.inbox.put(.needsMemory(rest))
        } else if case .open(let id) = self.place {
            self.connection.drained(id)
        }
    }

    /// Waits for memory, for the one who reads.
    ///
    /// - Throws: `CancellationError` if cancelled.
    func takeMemory(_ bytes: Int) async throws {
        guard let memory = self.memory else { return }
        try await memory.growInAnyCase(by: bytes)
        self.submit([.admit(bytes)])
    }

    private func admitted(_ bytes: Int) {
        self.waitsForMemory = false
        self.counted += bytes
        if case .open(let id) = self.place { self.connection.drained(id) }
    }

    func closed(_ end: StreamEnd) {
        let wasSent = if case .open = self.place { true } else { false }
        self.place = .left
        switch end {
        case .finished:
            self.fail(RPCError(code: .internalError, message: "The server ended the call without a status."))
        case .failed(let error): self.fail(error)
        case .unprocessed(let error): self.unprocessed(error, wasSent: wasSent)
        case .reset(.refusedStream): self.unprocessed(StreamErrors.error(for: .refusedStream), wasSent: true)
        case .reset(.cancel) where self.isPastDeadline:
            // Servers end calls so whose time is over.
            self.fail(RPCError(code: .deadlineExceeded, message: "The deadline of the call has passed at the server."))
        case .reset(let code): self.fail(StreamErrors.error(for: code))
        }
    }

    /// Whether the time that the server was told of is over.
    private var isPastDeadline: Bool {
        guard let text = self.headers?.first(name: GRPCTimeout.key), let timeout = GRPCTimeout.duration(text) else {
            return false
        }
        // Clocks tick differently; the server's may have been a little earlier.
        return .now() - self.started + .milliseconds(5) >= TimeAmount(timeout)
    }

    private func ended(with trailers: HPACKHeaders, size: Int) {
        guard !self.reader.isWithinMessage else {
            return self.fail(RPCError(code: .internalError, message: "The server ended the call within a message."))
        }
        self.end()
        // The status counts, whatever comes with it.
        let isTooLarge = size > HeaderList.limit
        self.inbox.put(.status(ResponseHeaders.status(trailers), isTooLarge ? [:] : Metadata(trailers)))
        self.inbox.finish()
        // The server wants no more of the request.
        if !self.hasSentEnd { self.leave() }
    }

    private func end() {
        self.phase = .hasEnded
        self.deadline?.cancel()
        self.deadline = nil
        self.release()
    }

    /// Nothing of the request is needed any more.
    private func release() {
        guard let kept = self.kept else { return }
        self.kept = nil
        // Who waits for a message that was never sent must not wait for ever.
        if case .open = self.place { return }
        Self.complete(kept)
    }
}
