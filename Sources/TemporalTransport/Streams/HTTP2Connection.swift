//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOTLS

/// The calls on one HTTP/2 connection, made of its frames.
///
/// The HTTP/2 handler before it keeps the protocol: states, windows towards the peer, compression of headers. Here a
/// frame finds its call without a channel, a pipeline or a task of its own for each of them, which is most of what a
/// small call costs otherwise.
///
/// Streams of this side that the peer does not take yet wait here and not in the HTTP/2 handler: whether a call has been
/// seen by the peer decides whether it may be tried elsewhere.
///
/// Everything in it happens on the event loop of its channel.
final class HTTP2Connection<Stream: ConnectionStream>: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// Told of what happens to the connection as a whole.
    struct Events {
        /// The peer's first settings have arrived: it speaks HTTP/2.
        var ready: () -> Void = {}
        /// The peer takes no more calls.
        var retired: () -> Void = {}
        /// The connection is closed, for a reason.
        var lost: (any Error) -> Void = { _ in }
        /// A peer opens a stream; nil refuses it.
        var opened: ((HTTP2StreamID, HPACKHeaders) -> Stream?)?
    }

    private struct Entry {
        var stream: Stream
        var window: Window
    }

    /// How much the peer may send, as far as is known.
    private struct Window {
        var size: Int
        /// Whether an update is on its way: while the channel takes no more bytes, it waits in the HTTP/2 handler, and the
        /// sizes that are heard of until then do not have it.
        var isGrowing = false

        mutating func change(to size: Int) {
            if size > self.size { self.isGrowing = false }
            self.size = size
        }

        /// The increment to tell the peer of, if it is time for one.
        mutating func increment(to target: Int) -> Int? {
            guard !self.isGrowing, self.size <= target / 2 else { return nil }
            self.isGrowing = true
            return target - self.size
        }
    }

    let eventLoop: any EventLoop
    private let events: Events
    /// What the peer may send on a new stream, in bytes.
    let initialWindow: Int
    private var context: ChannelHandlerContext?
    private var streams: [HTTP2StreamID: Entry] = [:]
    /// Streams of this side for which there is no room yet, in order.
    private var waiting = CircularBuffer<Stream>()
    /// Streams of this side that count as open for the peer, those included that have been given up meanwhile.
    private var openStreams = 0
    /// How many of them the peer takes at a time.
    private var streamLimit = 100
    /// The largest header list that the peer takes, in bytes.
    private(set) var headerListLimit = HeaderList.limit
    private var isWritable = true
    private var nextID = HTTP2StreamID(1)
    private var highestPeerID = HTTP2StreamID.rootStream
    private var keepalive: Keepalive
    private var isReady = false
    /// Of the connection.
    private var window = Window(size: ConnectionWindow.initialSize)
    /// Until the peer knows our settings, its streams have the window that HTTP/2 begins with.
    private var isWindowKnown: Bool
    /// No calls from above are taken any more.
    private var isDraining = false
    /// The peer takes no more, not even those that wait.
    private var isRetired = false
    /// The peer was told of an error of the connection.
    private var hasToldOfError = false
    /// The stream of which the HTTP/2 handler has just refused an update of the window.
    private var refusedUpdate: HTTP2StreamID?
    private var isReading = false
    private var hasToFlush = false
    private var isFlushScheduled = false
    private var failure: RPCError?
    private var linger: Scheduled<Void>?

    init(
        on eventLoop: any EventLoop,
        keepalive: Keepalive,
        initialWindow: Int = ConnectionWindow.serverStreamSize,
        events: Events
    ) {
        self.eventLoop = eventLoop
        self.initialWindow = initialWindow
        self.keepalive = keepalive
        self.events = events
        // Who announces no other window than that need not wait until the peer knows.
        self.isWindowKnown = initialWindow == ConnectionWindow.initialSize
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { self.begin() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        self.begin()
        context.fireChannelActive()
    }

    private func begin() {
        self.keepalive.heard()
        self.growWindow(of: .rootStream)
        self.keepalive.schedule { [weak self] in self?.checkPeer() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(RPCError(code: .unavailable, message: "The connection was closed."))
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.isWritable = context.channel.isWritable
        self.openWaiting()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let refusedUpdate = self.refusedUpdate.take()
        if let error = error as? NIOHTTP2Errors.StreamError {
            // The peer has ended its side while the update waited for the channel to take bytes, and needs no window.
            guard error.streamID != refusedUpdate else { return }
            // What was to be sent on it is nothing that can be sent, and has not been.
            return self.refused(error.streamID, error.baseError)
        }
        // Otherwise the HTTP/2 handler has reset the stream, and says that it is closed.
        guard self.hasToldOfError || StreamErrors.endsConnection(error) else { return }
        self.close(RPCError(code: .unavailable, message: "The connection was lost.", cause: error))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.isReading = true
        let frame = Self.unwrapInboundIn(data)
        switch frame.payload {
        case .data(let payload):
            guard case .byteBuffer(let buffer) = payload.data else { return }
            self.streams[frame.streamID]?.stream.receive(data: buffer, endsStream: payload.endStream)
        case .headers(let payload):
            self.received(payload, on: frame.streamID)
        case .settings(.settings(let settings)):
            self.received(settings)
            guard !self.isReady else { return }
            self.isReady = true
            self.events.ready()
        case .goAway(let lastID, _, _):
            self.retire(after: lastID)
        case .ping(let data, let isAnswer):
            if isAnswer, self.keepalive.answered(data) { self.peerAnswered() }
        default:
            // The HTTP/2 handler acts on them.
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isReading = false
        self.keepalive.heard()
        self.flushIfNeeded()
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent:
            if let size = event.inboundWindowSize { self.windowChanged(to: size, of: event.streamID) }
        case let event as NIOHTTP2StreamCreatedEvent:
            if self.isOwn(event.streamID) { self.openStreams += 1 }
        case is NIOHTTP2BulkStreamWindowChangeEvent:
            self.isWindowKnown = true
        case let event as StreamClosedEvent:
            if self.isOwn(event.streamID) { self.openStreams -= 1 }
            if let entry = self.streams.removeValue(forKey: event.streamID) {
                entry.stream.closed(event.reason.map { .reset($0) } ?? .finished)
                self.closeIfDrained()
            }
            self.openWaiting()
        case is FrameSizeHandler.ToldOfError:
            self.hasToldOfError = true
        case TLSUserEvent.handshakeCompleted(let negotiated):
            if negotiated != "h2" {
                self.close(RPCError(code: .unavailable, message: "The peer does not offer HTTP/2 by ALPN over TLS."))
            }
            context.fireUserInboundEventTriggered(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Calls

    /// Gives a stream of this side a place, now or as soon as there is one; then it is told so.
    ///
    /// - Returns: Whether the connection takes it; if not, `stream` has not been told anything.
    func open(_ stream: Stream) -> Bool {
        guard self.context != nil, self.failure == nil, !self.isDraining else { return false }
        guard self.waiting.isEmpty, self.hasRoom else {
            self.waiting.append(stream)
            return true
        }
        return self.start(stream)
    }

    /// Gives up a stream that waits; it is not told.
    func leave(_ stream: Stream) {
        guard let index = self.waiting.firstIndex(where: { $0 === stream }) else { return }
        self.waiting.remove(at: index)
        self.closeIfDrained()
    }

    private var hasRoom: Bool { self.isWritable && self.openStreams < self.streamLimit }

    private func openWaiting() {
        while !self.isRetired, self.failure == nil, self.hasRoom, let stream = self.waiting.popFirst() {
            guard !self.start(stream) else { continue }
            stream.closed(.unprocessed(Self.isRetiredError))
        }
    }

    private func start(_ stream: Stream) -> Bool {
        let id = self.nextID
        // Far from the end there are no numbers left; another connection has them.
        guard Int(id) < 1 << 30 else {
            self.retire()
            return false
        }
        self.nextID = id.advanced(by: 2)
        self.streams[id] = Entry(stream: stream, window: Window(size: self.initialWindow))
        stream.opened(as: id)
        return true
    }

    /// Whether a stream is one that this side has opened.
    private func isOwn(_ id: HTTP2StreamID) -> Bool {
        self.events.opened == nil && Int(id) % 2 == 1
    }

    private static var isRetiredError: RPCError {
        RPCError(code: .unavailable, message: "The server ended the connection before it looked at the call.")
    }

    /// Writes headers or trailers.
    func send(headers: HPACKHeaders, endsStream: Bool, on id: HTTP2StreamID) {
        guard self.streams[id] != nil else { return }
        self.write(.headers(.init(headers: headers, endStream: endsStream)), on: id)
    }

    /// Writes a message.
    func send(message: ByteBuffer, endsStream: Bool, on id: HTTP2StreamID, promise: EventLoopPromise<Void>? = nil) {
        guard self.streams[id] != nil else { return promise?.succeed() ?? () }
        var (piece, rest) = MessageFrames.pieces(of: message)
        while let further = rest.readSlice(length: min(rest.readableBytes, MessageFrames.pieceSize)),
            further.readableBytes > 0
        {
            self.write(.data(.init(data: .byteBuffer(piece), endStream: false)), on: id)
            piece = further
        }
        self.write(.data(.init(data: .byteBuffer(piece), endStream: endsStream)), on: id, promise: promise)
    }

    /// Ends this side of a stream.
    func sendEnd(on id: HTTP2StreamID) {
        guard self.streams[id] != nil else { return }
        self.write(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), on: id)
    }

    /// Gives up a stream, which is told that it is closed.
    func reset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        guard let entry = self.streams.removeValue(forKey: id) else { return }
        self.write(.rstStream(code), on: id)
        entry.stream.closed(.finished)
        self.closeIfDrained()
    }

    /// What a stream wanted to send is refused by the HTTP/2 handler.
    private func refused(_ id: HTTP2StreamID, _ reason: any Error) {
        guard let entry = self.streams.removeValue(forKey: id) else { return }
        self.write(.rstStream(.internalError), on: id)
        entry.stream.closed(
            .failed(RPCError(code: .internalError, message: "What was to be sent is no HTTP/2: \(reason)."))
        )
        self.closeIfDrained()
    }

    /// The stream wants data again.
    func drained(_ id: HTTP2StreamID) {
        self.growWindow(of: id)
    }

    // MARK: End

    /// Lets the calls under way finish, and closes the connection after them.
    ///
    /// A peer that may still open streams learns first that none will be taken, and when it knows, which was the last.
    func drain() {
        guard !self.isDraining, self.failure == nil, self.context != nil else { return }
        self.isDraining = true
        self.events.retired()
        guard self.events.opened != nil else { return self.closeIfDrained() }
        self.write(.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil), on: .rootStream)
        self.write(.ping(self.keepalive.ping(), ack: false), on: .rootStream)
    }

    /// Closes the connection; its calls fail, at once: closing itself takes TLS some time if the peer does not answer.
    func close(_ error: RPCError) {
        guard self.failure == nil else { return }
        self.end(error)
        self.context?.close(promise: nil)
    }

    /// The peer takes no more calls, and of those that it has, none after `lastID`.
    private func retire(after lastID: HTTP2StreamID = .maxID) {
        let wasRetired = self.isRetired
        self.isRetired = true
        if !self.isDraining {
            self.isDraining = true
            self.events.retired()
        }
        if self.events.opened == nil {
            if !wasRetired { self.giveUpWaiting(Self.isRetiredError) }
            for (id, entry) in self.streams where id > lastID {
                self.streams[id] = nil
                entry.stream.closed(.unprocessed(Self.isRetiredError))
            }
        }
        self.closeIfDrained()
    }

    private func giveUpWaiting(_ error: RPCError) {
        let waiting = self.waiting
        self.waiting = []
        for stream in waiting { stream.closed(.unprocessed(error)) }
    }

    /// The calls end with the connection; nothing happens the second time.
    private func end(_ error: RPCError) {
        guard self.failure == nil else { return }
        self.failure = error
        self.keepalive.stop()
        self.linger?.cancel()
        self.isRetired = true
        if !self.isDraining {
            self.isDraining = true
            self.events.retired()
        }
        let streams = self.streams
        self.streams = [:]
        for entry in streams.values { entry.stream.closed(.failed(error)) }
        self.giveUpWaiting(error)
        self.events.lost(error.cause ?? error)
    }

    private func closeIfDrained() {
        guard self.isDraining, self.streams.isEmpty, self.waiting.isEmpty, self.context != nil else { return }
        self.flushIfNeeded()
        guard self.events.opened != nil else { return self.closeDrained() }
        // A client that was told closes by itself. If the server did while something of the client's is still on its way,
        // the system would throw away what the client has not read yet, an answer perhaps.
        guard !self.keepalive.isWaiting, self.linger == nil else { return }
        self.linger = self.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in
            self?.closeDrained()
        }
    }

    private func closeDrained() {
        self.close(RPCError(code: .unavailable, message: "The connection is closed."))
    }

    // MARK: Frames

    private func received(_ payload: HTTP2Frame.FramePayload.Headers, on id: HTTP2StreamID) {
        if let entry = self.streams[id] {
            return entry.stream.receive(headers: payload.headers, endsStream: payload.endStream)
        }
        guard let opened = self.events.opened, id > self.highestPeerID else { return }
        self.highestPeerID = id
        guard let stream = opened(id, payload.headers) else {
            return self.write(.rstStream(.refusedStream), on: id)
        }
        self.streams[id] = Entry(stream: stream, window: Window(size: self.initialWindow))
        stream.receive(headers: payload.headers, endsStream: payload.endStream)
    }

    private func received(_ settings: HTTP2Settings) {
        for setting in settings {
            switch setting.parameter {
            case .maxConcurrentStreams: self.streamLimit = setting.value
            case .maxHeaderListSize: self.headerListLimit = min(setting.value, HeaderList.limit)
            default: break
            }
        }
        self.openWaiting()
    }

    private func windowChanged(to size: Int, of id: HTTP2StreamID) {
        if id == .rootStream {
            self.window.change(to: size)
        } else {
            self.streams[id]?.window.change(to: size)
        }
        self.growWindow(of: id)
    }

    private func growWindow(of id: HTTP2StreamID) {
        let increment: Int?
        if id == .rootStream {
            increment = self.window.increment(to: ConnectionWindow.size)
        } else {
            guard let entry = self.streams[id], self.isWindowKnown, entry.stream.wantsData else { return }
            increment = self.streams[id]?.window.increment(to: entry.stream.windowTarget)
        }
        guard let increment else { return }
        let promise = self.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenFailure { _ in self.refusedUpdate = id }
        self.write(.windowUpdate(windowSizeIncrement: increment), on: id, promise: promise)
    }

    private func write(
        _ payload: HTTP2Frame.FramePayload,
        on id: HTTP2StreamID,
        promise: EventLoopPromise<Void>? = nil
    ) {
        guard let context = self.context else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        context.write(Self.wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: promise)
        self.hasToFlush = true
        // What is written in one turn of the loop, by several calls perhaps, goes out together.
        guard !self.isReading, !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.flushIfNeeded()
        }
    }

    private func flushIfNeeded() {
        guard self.hasToFlush else { return }
        self.hasToFlush = false
        self.context?.flush()
    }

    // MARK: Keepalive

    private func checkPeer() {
        self.keepalive.schedule { [weak self] in self?.checkPeer() }
        switch self.keepalive.check() {
        case .nothing: break
        case .ping(let data): self.write(.ping(data, ack: false), on: .rootStream)
        case .gone: self.close(RPCError(code: .unavailable, message: "The peer does not answer any more."))
        }
    }

    private func peerAnswered() {
        guard self.isDraining else { return }
        if self.events.opened != nil {
            self.write(.goAway(lastStreamID: self.highestPeerID, errorCode: .noError, opaqueData: nil), on: .rootStream)
        }
        self.closeIfDrained()
    }
}

/// How much a peer may send before it hears of more, in bytes.
enum ConnectionWindow {
    /// What HTTP/2 begins with.
    static let initialSize = 65_535
    /// For one stream: more than a payload that is not exceptional, as each window costs a round trip.
    static let streamSize = 16 * 1_048_576
    /// For one stream of a client.
    ///
    /// What is larger waits until there is memory for it, which takes no time as a rule.
    static let serverStreamSize = Self.initialSize
    /// For all streams of a connection.
    static let size = 64 * 1_048_576
}
