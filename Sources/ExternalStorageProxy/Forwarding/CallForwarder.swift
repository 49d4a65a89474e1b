//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import TemporalTransport

/// Forwards single calls: the messages of a request one way, those of the response the other way, as they come.
///
/// It knows no messages, and of methods only which are certain to have one request: those need no second task. A message
/// is handed on as the very bytes that were received.
struct CallForwarder<Upstream: ClientTransport>: Sendable where Upstream.Bytes == BufferBytes {
    let upstream: Upstream
    /// The upstream in texts for people.
    let upstreamName: String
    let options: CallOptions
    let ledger: CallLedger
    let telemetry: ProxyTelemetry

    /// Forwards a call; returns when both sides are done with it.
    @concurrent
    func forward(_ call: ServerCall) async {
        let entry = self.ledger.begin(isLongPoll: LongPolls.contains(call.descriptor), cancel: call.cancel)
        defer { self.ledger.end(entry) }
        let record = CallRecord(descriptor: call.descriptor, peer: call.remotePeer, metadata: call.metadata)
        self.telemetry.began()
        var end = await call.cancelling { await self.exchange(call, entry, record) }
        if case .cancelled = end, self.ledger.isInterrupted(entry) {
            end = .answered(Status(code: .unavailable, message: "The proxy is shutting down; try again."), [:])
        }
        // A call that its client has seen to end is counted.
        self.telemetry.ended(record, end)
        if case .answered(let status, let metadata) = end { call.finish(status, metadata) }
    }

    /// Opens a stream to the upstream and copies both directions.
    ///
    /// There is always an answer, unless it is cancelled.
    @concurrent
    private func exchange(_ call: ServerCall, _ entry: CallLedger.Call, _ record: CallRecord) async -> CallEnd {
        let descriptor = UnaryMethods.typed(call.descriptor)
        do {
            let memory = call.memory
            return try await CallMemory.$current.withValue(memory) {
                try await self.upstream.withStream(descriptor: descriptor, options: self.options) { upstream, _ in
                    self.telemetry.reached(self.upstreamName)
                    let response = Response(parts: upstream.inbound, isUnary: descriptor.type == .unary, memory: memory)
                    guard !response.isUnary else {
                        try await self.copyRequest(of: call, to: upstream.outbound, record)
                        return try await self.copy(response, to: call, entry, record)
                    }
                    return try await withThrowingTaskGroup(of: CallEnd?.self) { group in
                        group.addTask {
                            try await self.copyRequest(of: call, to: upstream.outbound, record)
                            return nil
                        }
                        group.addTask { try await self.copy(response, to: call, entry, record) }
                        // A server may answer before it has the whole request; then the rest is of no use.
                        defer { group.cancelAll() }
                        while let end = try await group.next() {
                            if let end { return end }
                        }
                        return .cancelled
                    }
                }
            }
        } catch  where Task.isCancelled || error is CancellationError {
            return .cancelled
        } catch let error as RequestFailure {
            return .answered(error.status, error.metadata)
        } catch let error as RPCError {
            return .answered(self.status(of: error), error.metadata)
        } catch {
            let status = Status(code: .unavailable, message: "The call to \(self.upstreamName) failed: \(error)")
            return .answered(status, [:])
        }
    }

    /// An error of the upstream's side, as the client should see it.
    private func status(of error: RPCError) -> Status {
        if MessageTooLarge.isTold(by: error) {
            return Status(
                code: .resourceExhausted,
                message: "\(error.message): the server's response, in the proxy; raise its max-message-bytes."
            )
        }
        guard error.code == .unavailable else {
            return Status(code: Status.Code(error.code), message: error.message)
        }
        let reason = FailureReason.text(error)
        // What ends one call says nothing about the server (ES-R3).
        guard error.cause is ServerUnreachable else {
            return Status(
                code: .unavailable,
                message: "The call through the proxy to the Temporal server at \(self.upstreamName) failed: \(reason)"
            )
        }
        self.telemetry.unreachable(self.upstreamName, reason)
        return Status(
            code: .unavailable,
            message: "The Temporal server at \(self.upstreamName) cannot be reached through the proxy: \(reason)"
        )
    }

    /// Copies the client's messages to the upstream.
    ///
    /// - Throws: ``RequestFailure`` if the request cannot be read.
    @concurrent
    private func copyRequest(
        of call: ServerCall,
        to outbound: RPCWriter<RPCRequestPart<BufferBytes>>.Closable,
        _ record: CallRecord
    ) async throws {
        try await outbound.write(.metadata(call.metadata))
        while let message = try await self.nextMessage(of: call) {
            record.addRequest(message.count)
            try await outbound.write(.message(message))
        }
        await outbound.finish()
    }

    private func nextMessage(of call: ServerCall) async throws -> BufferBytes? {
        do {
            return try await call.nextMessage().map { BufferBytes(buffer: $0) }
        } catch let error as RPCError {
            throw RequestFailure(error)
        }
    }

    /// What comes from the upstream.
    private struct Response {
        var parts: RPCAsyncSequence<RPCResponsePart<BufferBytes>, any Error>
        var isUnary: Bool
        /// What it takes; nil where nothing is counted.
        var memory: CallMemory?
    }

    /// Copies the upstream's parts to the client, all but the last.
    ///
    /// - Throws: The upstream's error.
    @concurrent
    private func copy(
        _ response: Response,
        to call: ServerCall,
        _ entry: CallLedger.Call,
        _ record: CallRecord
    ) async throws -> CallEnd {
        for try await part in response.parts {
            self.ledger.answers(entry)
            switch part {
            case .metadata(let metadata):
                // The server has the request. Before it waits for memory for the answer, the call gives back what it has.
                if response.isUnary { call.releaseRequest() }
                call.send(metadata)
            case .message(let bytes):
                record.addResponse(bytes.count)
                let memory = try await call.memory(for: bytes.count, of: response.memory)
                try await call.send(bytes.buffer, isOnly: response.isUnary, memory: memory)
            case .status(let status, let metadata):
                return .answered(status, metadata)
            }
        }
        try Task.checkCancellation()
        throw RPCError(code: .unavailable, message: "the stream ended without a status")
    }
}

/// The client's request cannot be read.
private struct RequestFailure: Error {
    var status: Status
    var metadata: Metadata

    init(_ error: RPCError) {
        let advice =
            MessageTooLarge.isTold(by: error)
            ? ": the request, in the proxy; raise its max-message-bytes, or send less at a time." : ""
        self.status = Status(code: Status.Code(error.code), message: error.message + advice)
        self.metadata = error.metadata
    }
}
