//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import BufferTransport
package import GRPCCore
package import Groundwork
import NIOConcurrencyHelpers
package import NIOCore

/// A call from a client, for the one that answers it.
package struct ServerCall: Sendable {
    /// The method; its type is not known.
    package let descriptor: MethodDescriptor
    /// What the client sent with the call.
    package let metadata: Metadata
    /// The client, as gRPC names peers.
    package let remotePeer: String

    private let stream: ServerStream
    private let eventLoop: any EventLoop
    private let state = NIOLockedValueBox(State())

    private struct State {
        var lastWrite: EventLoopPromise<Void>?
        /// What the last message of the request takes.
        var requestMemory: ByteShare?
    }

    init(
        descriptor: MethodDescriptor,
        metadata: Metadata,
        remotePeer: String,
        stream: ServerStream,
        eventLoop: any EventLoop
    ) {
        self.descriptor = descriptor
        self.metadata = metadata
        self.remotePeer = remotePeer
        self.stream = stream
        self.eventLoop = eventLoop
    }

    /// Runs a closure in a task that is cancelled when the client gives up, or is gone, or ``cancel()`` is called.
    @concurrent
    package func cancelling<Result: Sendable>(_ body: @concurrent @Sendable () async -> Result) async -> Result {
        await self.stream.cancellation.cancelling(body)
    }

    /// Cancels what runs in ``cancelling(_:)``.
    ///
    /// The client can still be answered.
    package func cancel() {
        self.stream.cancellation.cancel()
    }

    /// The next message of the request; nil after the last.
    ///
    /// The memory that it takes is given back with the next one, by ``releaseRequest()``, or with the call.
    ///
    /// - Throws: `RPCError` for a message that cannot be taken, and if the client has gone. `CancellationError` if
    ///   cancelled.
    package func nextMessage() async throws -> ByteBuffer? {
        while let part = try await self.stream.inbox.next() {
            // Another message: the one before is done with, and nobody waits for memory who has some.
            self.releaseRequest()
            switch part {
            case .needsMemory(let bytes):
                guard let memory = self.stream.memory else { continue }
                self.stream.submit(.admit(try await memory.take(bytes)))
            case .message(let message):
                let share = try await self.memory(for: message)
                if let share { self.state.withLockedValue { $0.requestMemory = share } }
                return try await message.content()
            }
        }
        return nil
    }

    /// The request is no longer needed: its memory is for others.
    package func releaseRequest() {
        self.keepRequest(0)
    }

    /// No more than so many bytes of the request are still needed.
    private func keepRequest(_ bytes: Int) {
        guard let share = self.state.withLockedValue({ $0.requestMemory }) else { return }
        share.giveBack(max(0, share.bytes - bytes))
    }

    /// The memory that transports count in which the call goes on; nil if nothing is counted.
    package var memory: CallMemory? {
        self.stream.memory.map { CallMemory(response: $0.emptyShare()) { self.keepRequest($0) } }
    }

    /// The memory for a message of the response: what has been taken for it, and what is missing.
    ///
    /// - Parameters:
    ///   - size: How large it is, in bytes.
    ///   - memory: What the response holds so far.
    /// - Returns: The memory, for which it waits if it has to; nil for a small message.
    /// - Throws: `CancellationError` if cancelled.
    package func memory(for size: Int, of memory: CallMemory?) async throws -> ByteShare? {
        guard size >= CallMemory.uncounted, let share = memory?.response.split(size) else { return nil }
        let missing = size - share.bytes
        // Not what a token or so has made of it.
        if missing >= CallMemory.uncounted { try await share.growInAnyCase(by: missing) }
        return share
    }

    /// Takes memory for a message of the request, and waits for it if it has to; nil for a small one.
    private func memory(for size: Int) async throws -> ByteShare? {
        guard size >= CallMemory.uncounted, let memory = self.stream.memory else { return nil }
        let bytes = min(size, memory.capacity)
        if let share = memory.takeIfAvailable(bytes) { return share }
        return try await memory.take(bytes)
    }

    private func memory(for message: IncomingMessage) async throws -> ByteShare? {
        let size = message.contentSize
        // What has been taken before it came is for what came, not for what it becomes. To wait for more while it holds
        // that, it would have to hold up others.
        guard let share = message.share else { return try await self.memory(for: size) }
        guard size > share.bytes else { return share }
        share.giveBack()
        return try await self.memory(for: size)
    }

    /// Sends the metadata of the response, unless it has been sent.
    package func send(_ metadata: Metadata) {
        self.stream.submit(.metadata(metadata))
    }

    /// Sends a message of the response.
    ///
    /// If there are more to come, waits until the one before is written out, so that a client that reads slowly slows the
    /// server down.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - isOnly: Whether there are no others.
    ///   - memory: What it takes; given back when it is written out, or never will be.
    /// - Throws: `CancellationError` if cancelled while it waits.
    package func send(_ message: ByteBuffer, isOnly: Bool, memory: ByteShare? = nil) async throws {
        guard !isOnly else { return self.stream.submit(.message(message, nil, memory)) }
        if let lastWrite = self.state.withLockedValue({ $0.lastWrite }) { try await lastWrite.written() }
        let promise = self.eventLoop.makePromise(of: Void.self)
        self.state.withLockedValue { $0.lastWrite = promise }
        self.stream.submit(.message(message, promise, memory))
    }

    /// Ends the call.
    ///
    /// If the request has not ended, the client is told to stop.
    package func finish(_ status: Status, _ metadata: Metadata) {
        self.stream.submit(.status(status, metadata))
    }

    /// Ends the call without an answer, if it has none.
    func abandon() {
        self.stream.submit(.abandon)
    }
}
