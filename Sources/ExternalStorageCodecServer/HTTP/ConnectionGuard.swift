//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import HTTPTypes
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTPTypes

/// Watches one connection: a client that is too slow, or gone, loses it.
///
/// - A request has to arrive in time, from the start of the connection or the end of the response before.
/// - Of a response something has to be taken now and then, and all of it in time.
/// - A client that ends its side before it has the response is gone. Whoever works for it is told.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What a request knows of its connection.
    final class Connection: Sendable {
        private struct State {
            var isClosed = false
            var onClose: (@Sendable () -> Void)?
        }

        private let state = NIOLockedValueBox(State())

        /// Runs an operation, and cancels it if the client goes away.
        ///
        /// - Throws: What the operation throws; `CancellationError` if the client goes away first.
        func cancellingOnClose<Value: Sendable>(
            _ operation: @escaping @Sendable () async throws -> Value
        ) async throws -> Value {
            let (closed, signal) = AsyncStream<Never>.makeStream()
            let isClosed = self.state.withLockedValue { state in
                state.onClose = { signal.finish() }
                return state.isClosed
            }
            if isClosed { signal.finish() }
            defer { self.state.withLockedValue { $0.onClose = nil } }
            return try await withThrowingTaskGroup(of: Value.self) { group in
                group.addTask { try await operation() }
                group.addTask {
                    for await _ in closed {}
                    throw CancellationError()
                }
                defer { group.cancelAll() }
                // Two tasks, so that there is a first.
                guard let value = try await group.next() else { throw CancellationError() }
                return value
            }
        }

        fileprivate func close() {
            let onClose = self.state.withLockedValue { state in
                state.isClosed = true
                return state.onClose
            }
            onClose?()
        }
    }

    let connection = Connection()
    private let timeouts: CodecServer.Timeouts
    private var arrival: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    private var response: Scheduled<Void>?
    private var isClosed = false

    init(timeouts: CodecServer.Timeouts) {
        self.timeouts = timeouts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.arrival = self.schedule(self.timeouts.request, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = self.unwrapInboundIn(data) {
            self.arrival?.cancel()
            self.arrival = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head:
            if self.response == nil { self.response = self.schedule(self.timeouts.response, context) }
        case .end:
            self.response?.cancel()
            self.response = nil
            self.arrival?.cancel()
            self.arrival = self.schedule(self.timeouts.request, context)
        case .body: break
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.stall?.cancel()
        self.stall = context.channel.isWritable ? nil : self.schedule(self.timeouts.stalledResponse, context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func schedule(_ time: Duration, _ context: ChannelHandlerContext) -> Scheduled<Void>? {
        guard !self.isClosed else { return nil }
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }

    private func end() {
        self.isClosed = true
        for timer in [self.arrival, self.stall, self.response] { timer?.cancel() }
        self.connection.close()
    }
}
