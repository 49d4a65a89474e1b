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
/// - A request has to begin in time, from the start of the connection or the end of the response before, and then to arrive
///   in time.
/// - Of a response something has to be taken now and then, and all of it in time.
/// - Whoever sends or takes slowly loses the connection when others wait for the memory that it holds.
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
    private let isWaitedFor: @Sendable (_ isResponse: Bool) -> Bool
    private var check: RepeatedTask?
    /// Since when something is under way, and how much of it there was.
    private var transfer: (isResponse: Bool, start: NIODeadline, bytes: Int)?
    private var arrival: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    private var response: Scheduled<Void>?
    private var isClosed = false

    /// - Parameters:
    ///   - timeouts: How long the server waits.
    ///   - isWaitedFor: Whether others wait for memory, of requests or of responses.
    init(timeouts: CodecServer.Timeouts, isWaitedFor: @escaping @Sendable (_ isResponse: Bool) -> Bool) {
        self.timeouts = timeouts
        self.isWaitedFor = isWaitedFor
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.arrival = self.schedule(self.timeouts.idle, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head:
            self.arrival?.cancel()
            self.arrival = self.schedule(self.timeouts.request, context)
            self.begin(isResponse: false, context)
        case .body(let part): self.transfer?.bytes += part.readableBytes
        case .end:
            self.arrival?.cancel()
            self.arrival = nil
            self.endTransfer()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head:
            if self.response == nil { self.response = self.schedule(self.timeouts.response, context) }
            self.begin(isResponse: true, context)
        case .end:
            self.response?.cancel()
            self.response = nil
            self.arrival?.cancel()
            self.arrival = self.schedule(self.timeouts.idle, context)
            self.endTransfer()
        case .body(let part):
            let size = part.readableBytes
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            let this = NIOLoopBound(self, eventLoop: context.eventLoop)
            written.futureResult.whenSuccess { this.value.transfer?.bytes += size }
            return context.write(data, promise: written)
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

    private func begin(isResponse: Bool, _ context: ChannelHandlerContext) {
        self.endTransfer()
        self.transfer = (isResponse, .now(), 0)
        let this = NIOLoopBound((self, context.channel), eventLoop: context.eventLoop)
        let interval = TimeAmount(self.timeouts.slowTransfer / 2)
        self.check = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (guardian, channel) = this.value
            if guardian.isTooSlow { channel.close(promise: nil) }
        }
    }

    private func endTransfer() {
        self.check?.cancel()
        self.check = nil
        self.transfer = nil
    }

    /// Whether what is under way is slow, and others wait for the memory that it holds.
    private var isTooSlow: Bool {
        guard let transfer = self.transfer else { return false }
        let time = NIODeadline.now() - transfer.start
        guard time >= TimeAmount(self.timeouts.slowTransfer), self.isWaitedFor(transfer.isResponse) else {
            return false
        }
        let rate = Double(transfer.bytes) / (Double(time.nanoseconds) / 1e9)
        return rate < Double(Self.slowRate)
    }

    /// What is slow, in bytes per second.
    private static let slowRate = 1_048_576

    private func end() {
        self.isClosed = true
        self.endTransfer()
        for timer in [self.arrival, self.stall, self.response] { timer?.cancel() }
        self.connection.close()
    }
}
