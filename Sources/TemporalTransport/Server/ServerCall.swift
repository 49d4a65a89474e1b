//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore
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
    private let lastWrite = NIOLockedValueBox<EventLoopFuture<Void>?>(nil)

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
    /// - Throws: `RPCError` for a message that cannot be taken, and if the client has gone. `CancellationError` if
    ///   cancelled.
    package func nextMessage() async throws -> ByteBuffer? {
        try await self.stream.inbox.next()
    }

    /// Sends the metadata of the response, unless it has been sent.
    package func send(_ metadata: Metadata) {
        self.stream.submit(.metadata(metadata))
    }

    /// Sends a message of the response.
    ///
    /// If there are more to come, waits until the one before is written out, so that a client that reads slowly slows the
    /// server down.
    package func send(_ message: ByteBuffer, isOnly: Bool) async {
        guard !isOnly else { return self.stream.submit(.message(message, nil)) }
        if let lastWrite = self.lastWrite.withLockedValue({ $0 }) { try? await lastWrite.get() }
        let promise = self.eventLoop.makePromise(of: Void.self)
        self.lastWrite.withLockedValue { $0 = promise.futureResult }
        self.stream.submit(.message(message, promise))
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
