//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Forwards single calls: the parts of a request one way, those of the response the other way, as they come.
///
/// Works on parts, so it knows neither methods nor messages, and streaming calls go through like unary ones. A message
/// is handed on as the very bytes that were received.
struct CallForwarder<Upstream: ClientTransport>: Sendable where Upstream.Bytes == GRPCNIOTransportBytes {
    typealias Server = HTTP2ServerTransport.Posix

    let upstream: Upstream
    /// The upstream in texts for people.
    let upstreamName: String
    let options: CallOptions
    let ledger: CallLedger
    let telemetry: ProxyTelemetry

    /// Forwards a call; returns when both sides are done with it.
    @concurrent
    func forward(_ stream: RPCStream<Server.Inbound, Server.Outbound>, _ context: ServerContext) async {
        let call = self.ledger.begin(isLongPoll: LongPolls.contains(stream.descriptor))
        defer { self.ledger.end(call) }
        let record = CallRecord(descriptor: stream.descriptor, peer: context.remotePeer)
        self.telemetry.began()
        let end = await withRPCCancellationHandler {
            await self.exchange(stream, call, record)
        } onCancelRPC: {
            self.ledger.cancelled(call)
        }
        self.telemetry.ended(record, end)
    }

    /// Forwards until there is an answer or the call is interrupted, whichever is first.
    @concurrent
    private func exchange(
        _ stream: RPCStream<Server.Inbound, Server.Outbound>,
        _ call: CallLedger.Call,
        _ record: CallRecord
    ) async -> CallEnd {
        let (end, interruption) = await withTaskGroup(of: CallEvent.self) { group in
            group.addTask { .ended(await self.exchangeWithUpstream(stream, call, record)) }
            group.addTask {
                for await interruption in call.interruptions { return .interrupted(interruption) }
                return .interrupted(nil)
            }
            var (end, interruption) = (CallEnd.cancelled, CallLedger.Interruption?.none)
            for await event in group {
                switch event {
                case .ended(let value): end = value
                case .interrupted(let value): interruption = value
                }
                group.cancelAll()
            }
            return (end, interruption)
        }
        // The answer may have come just before the interruption; then it is written, and nothing else may be.
        guard case .cancelled = end, interruption == .shutdown else { return end }
        let status = Status(code: .unavailable, message: "The proxy is shutting down; try again.")
        return await self.answer(stream, status, [:])
    }

    /// Opens a stream to the upstream and copies both directions.
    ///
    /// Always answers, unless it is cancelled.
    @concurrent
    private func exchangeWithUpstream(
        _ stream: RPCStream<Server.Inbound, Server.Outbound>,
        _ call: CallLedger.Call,
        _ record: CallRecord
    ) async -> CallEnd {
        do {
            return try await self.upstream.withStream(
                descriptor: UnaryMethods.typed(stream.descriptor),
                options: self.options
            ) { upstream, _ in
                self.telemetry.reached(self.upstreamName)
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await self.copyRequest(from: stream.inbound, to: upstream.outbound, record) }
                    let end = try await self.copyResponse(from: upstream.inbound, to: stream.outbound, call, record)
                    // A server may answer before it has the whole request; then the rest is of no use.
                    group.cancelAll()
                    return end
                }
            }
        } catch  where Task.isCancelled || error is CancellationError {
            return .cancelled
        } catch let error as ClientGone {
            return .clientGone(error.reason)
        } catch let error as RPCError {
            return await self.answer(stream, self.status(of: error), error.metadata)
        } catch {
            let status = Status(code: .unavailable, message: "The call to \(self.upstreamName) failed: \(error)")
            return await self.answer(stream, status, [:])
        }
    }

    /// The error of a stream that could not be opened, as the client should see it.
    private func status(of error: RPCError) -> Status {
        guard error.code == .unavailable else {
            return Status(code: Status.Code(error.code), message: error.message)
        }
        let reason = FailureReason.text(error)
        self.telemetry.unreachable(self.upstreamName, reason)
        return Status(
            code: .unavailable,
            message: "The Temporal server at \(self.upstreamName) cannot be reached through the proxy: \(reason)"
        )
    }

    private func answer(
        _ stream: RPCStream<Server.Inbound, Server.Outbound>,
        _ status: Status,
        _ metadata: Metadata
    ) async -> CallEnd {
        do {
            try await stream.outbound.write(.status(status, metadata))
            await stream.outbound.finish()
            return .answered(status)
        } catch {
            return .clientGone("\(error)")
        }
    }

    /// Copies the client's parts to the upstream.
    ///
    /// A failure on either side needs no handling here: the other direction meets it too.
    @concurrent
    private func copyRequest(
        from inbound: Server.Inbound,
        to outbound: Upstream.Outbound,
        _ record: CallRecord
    ) async {
        do {
            for try await part in inbound {
                switch part {
                case .metadata(let metadata):
                    record.received(metadata)
                    try await outbound.write(.metadata(ForwardedMetadata.filter(metadata)))
                case .message(let bytes):
                    record.addRequest(bytes.count)
                    try await outbound.write(.message(bytes))
                }
            }
            guard !Task.isCancelled else { return }
            await outbound.finish()
        } catch {
            await outbound.finish(throwing: error)
        }
    }

    /// Copies the upstream's parts to the client.
    ///
    /// - Throws: ``ClientGone`` if the client takes no more; the upstream's error otherwise.
    @concurrent
    private func copyResponse(
        from inbound: Upstream.Inbound,
        to outbound: Server.Outbound,
        _ call: CallLedger.Call,
        _ record: CallRecord
    ) async throws -> CallEnd {
        for try await part in inbound {
            self.ledger.answers(call)
            do {
                switch part {
                case .metadata(let metadata):
                    try await outbound.write(.metadata(ForwardedMetadata.filter(metadata)))
                case .message(let bytes):
                    record.addResponse(bytes.count)
                    try await outbound.write(.message(bytes))
                case .status(let upstreamStatus, let metadata):
                    let status = MessageTooLarge.status(forResponse: upstreamStatus)
                    try await outbound.write(.status(status, ForwardedMetadata.filter(metadata)))
                    await outbound.finish()
                    return .answered(status)
                }
            } catch {
                throw ClientGone(reason: "\(error)")
            }
        }
        try Task.checkCancellation()
        throw RPCError(code: .unavailable, message: "the stream ended without a status")
    }
}

/// The client's side of a call is closed.
private struct ClientGone: Error {
    var reason: String
}

/// What can end the wait for a call.
private enum CallEvent {
    case ended(CallEnd)
    case interrupted(CallLedger.Interruption?)
}
