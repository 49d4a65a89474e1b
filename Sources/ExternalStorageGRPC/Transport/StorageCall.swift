//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import GRPCCore
import Logging
import NIOCore
import Synchronization

/// One call through the transport: what its two sides share.
///
/// The request side runs first, so what it learns is there when the response comes.
final class StorageCall<Base: ClientTransport>: Sendable {
    private struct State {
        var namespace = ""
        var identity = ""
        var metadata: Metadata = [:]
        /// The rest of a page of history, if that is asked for.
        var page: HistoryPage?
    }

    let rule: MethodRule
    let descriptor: MethodDescriptor
    /// Between the two sides, where they run at the same time.
    let gate: RequestGate?
    private let transport: ExternalStorageTransport<Base>
    /// Taken from the task that makes the call: the response may be read in another.
    private let kept = KeptReferences.current
    private let record = StorageFailureRecord.current
    private let state = Mutex(State())

    init(
        rule: MethodRule,
        descriptor: MethodDescriptor,
        transport: ExternalStorageTransport<Base>,
        gate: RequestGate? = nil
    ) {
        self.rule = rule
        self.gate = gate
        self.descriptor = descriptor
        self.transport = transport
    }

    private var engine: MessageEngine { self.transport.engine }
    private var logger: Logger { self.transport.logger }
}

// MARK: - Request

extension StorageCall {
    /// The request to send instead of `message`.
    ///
    /// - Throws: An `RPCError` to end the call with; nothing is to be sent then. `CancellationError` if cancelled.
    func request(_ message: Base.Bytes, metadata: Metadata) async throws -> Base.Bytes {
        let request = TransportMessage(bytes: message)
        let facts = self.facts(of: request, metadata: metadata)
        var result = message
        if case .workerHeartbeats(let field) = self.rule.adjustment, let types = self.engine.storage?.driverTypes {
            result = self.adjusted(result) { bytes throws(WireError) in
                try Adjustments.addDrivers(types, toHeartbeatsIn: field, of: bytes)
            }
        }
        if self.rule.asksForHistory, let page = self.rest(of: request) {
            self.state.withLock { $0.page = page }
            return self.adjusted(result) { bytes throws(WireError) in try HistoryPage.probe(bytes) }
        }
        guard let type = self.rule.request else { return result }
        do {
            let offloaded = try await self.engine.offload(
                TransportMessage(bytes: result),
                as: type,
                namespaceField: self.rule.namespaceField,
                queryFailed: { self.log($0, "The answer to a query could not be stored", task: nil) },
                findParent: { try await self.transport.parent(of: $0, metadata: metadata) }
            )
            return offloaded?.bytes ?? result
        } catch let error as ExternalStorageError {
            return try await self.storeFailed(error, request: request, facts: facts)
        }
    }

    /// The rest of a page of history that a request asks for.
    private func rest(of request: TransportMessage<Base.Bytes>) -> HistoryPage? {
        // Not protobuf: the server says so.
        (try? request.withSpan { bytes throws(WireError) in try HistoryPage(request: bytes) }) ?? nil
    }

    private func facts(of request: TransportMessage<Base.Bytes>, metadata: Metadata) -> State {
        var facts = State()
        facts.metadata = metadata
        let fields = (self.rule.namespaceField, self.rule.identityField)
        do throws(WireError) {
            (facts.namespace, facts.identity) = try request.withSpan { bytes throws(WireError) in
                let whole = 0..<bytes.count
                let identity = fields.1 == 0 ? "" : try WireReader.string(fields.1, in: whole, of: bytes)
                return (try WireReader.string(fields.0, in: whole, of: bytes), identity)
            }
        } catch {
            // Not protobuf: the server says so.
        }
        self.state.withLock { $0 = facts }
        return facts
    }

    /// Decides what becomes of a request whose payloads could not be stored.
    private func storeFailed(
        _ error: ExternalStorageError,
        request: TransportMessage<Base.Bytes>,
        facts: State
    ) async throws -> Base.Bytes {
        let token = self.token(of: request)
        self.log(error, "Payloads of a request could not be stored", task: token.context)
        switch self.rule.storeFailure {
        case .failsCall:
            self.record?.note(error)
            throw RPCError(error)
        case .failsQuery:
            let answer = StorageFailureReport.failedQuery(error, token: token.own, namespace: facts.namespace)
            return TransportMessage<Base.Bytes>(answer).bytes
        case .failsTask(let kind):
            let report = StorageFailureReport(
                of: error,
                task: token.context,
                kind: kind,
                token: token.own,
                namespace: facts.namespace,
                identity: facts.identity
            )
            if let report { await self.transport.send(report, metadata: facts.metadata, task: token.context) }
            self.record?.note(error)
            throw RPCError.taskIsGone(error)
        }
    }

    /// The server's own token in a request, and our context, if it carries one.
    private func token(of request: TransportMessage<Base.Bytes>) -> (own: ByteBuffer, context: TaskContext?) {
        guard let type = self.rule.request else { return (ByteBuffer(), nil) }
        let scanner = PayloadScanner(purpose: .offload(minimumSize: Int.max), findsTaskTokens: true)
        let found = try? request.withSpan { bytes throws(WireError) -> (ByteBuffer, TaskContext?) in
            guard let site = try scanner.scan(bytes, as: type).sites.last else { return (ByteBuffer(), nil) }
            let split = TaskToken.split(bytes, in: site.body)
            var own = ByteBuffer()
            own.write(bytes, in: site.bodyStart..<(site.bodyStart + (split?.count ?? site.count)))
            return (own, split?.context)
        }
        return found ?? (ByteBuffer(), nil)
    }
}

// MARK: - Response

extension StorageCall {
    /// The response to hand on instead of `message`.
    ///
    /// - Throws: An `RPCError` to end the call with. `CancellationError` if cancelled.
    func response(_ message: Base.Bytes) async throws -> Base.Bytes {
        if case .namespaceLimits = self.rule.adjustment, self.engine.storage != nil {
            return self.adjusted(message) { bytes throws(WireError) in try Adjustments.liftNamespaceLimits(bytes) }
        }
        guard let type = self.rule.response else { return message }
        let facts = self.state.withLock { $0 }
        // The server has shown that it is there to be seen; what is seen is the rest of the page.
        let message = facts.page.map { TransportMessage<Base.Bytes>($0.response).bytes } ?? message
        do {
            let resolution = try await self.engine.resolve(
                TransportMessage(bytes: message),
                as: type,
                namespace: facts.namespace,
                identity: facts.identity,
                parents: self.rule.handsOutTasks ? self.transport.parents : nil,
                keeping: self.kept
            )
            for failed in resolution.failedTasks {
                self.log(failed.error, "Payloads of a task could not be retrieved", task: failed.task)
                if let report = failed.report {
                    await self.transport.send(report, metadata: facts.metadata, task: failed.task)
                }
            }
            return resolution.message?.bytes ?? message
        } catch let error as ExternalStorageError {
            self.log(error, "Payloads of a response could not be retrieved", task: nil)
            self.record?.note(error)
            throw RPCError(error)
        }
    }

    /// The trailing metadata of a failed call, with what its error details hold resolved (ES-C1).
    func errorDetails(_ metadata: Metadata) async -> Metadata {
        guard let type = MessageType(name: "google.rpc.Status"),
            let details = metadata[binaryValues: Self.detailsKey].first(where: { _ in true })
        else { return metadata }
        let facts = self.state.withLock { $0 }
        do {
            let resolved = try await self.engine.resolve(
                ByteBuffer(bytes: details),
                as: type,
                namespace: facts.namespace
            )
            guard let message = resolved, message.readableBytes <= self.transport.errorDetailsLimit else {
                return metadata
            }
            var metadata = metadata
            metadata.replaceOrAddBinary(Array(message.readableBytesView), forKey: Self.detailsKey)
            return metadata
        } catch let error as ExternalStorageError {
            // The call has failed already, with an error of its own; that one is the more useful of the two.
            self.log(error, "Payloads of error details could not be retrieved", task: nil)
            return metadata
        } catch {
            return metadata
        }
    }

    private static var detailsKey: String { "grpc-status-details-bin" }
}

// MARK: - Both

extension StorageCall {
    /// The message as `edit` makes it; the message itself if it is not protobuf.
    private func adjusted(
        _ message: Base.Bytes,
        _ edit: (Span<UInt8>) throws(WireError) -> ByteBuffer
    ) -> Base.Bytes {
        do throws(WireError) {
            return TransportMessage(try TransportMessage(bytes: message).withSpan(edit)).bytes
        } catch {
            return message
        }
    }

    private func log(_ error: ExternalStorageError, _ message: Logger.Message, task: TaskContext?) {
        self.logger.error(message, metadata: LogMetadata.failure(error, method: self.descriptor.method, task: task))
    }
}
