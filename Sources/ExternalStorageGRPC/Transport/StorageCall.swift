//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageCore
import ExternalStorageWire
import GRPCCore
import Groundwork
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
        /// When all of the call has to be over (ES-R6).
        var deadline: Deadline?
        /// The rest of a page of history, if that is asked for.
        var page: HistoryPage?
    }

    let rule: MethodRule
    let descriptor: MethodDescriptor
    /// Between the two sides, where they run at the same time.
    let gate: RequestGate?
    /// What the options of the call say of its time.
    let timeout: Duration?
    private let transport: ExternalStorageTransport<Base>
    /// Taken from the task that makes the call: the response may be read in another.
    private let kept = KeptReferences.current
    private let memory = CallMemory.current?.response
    private let record = StorageFailureRecord.current
    private let isReportedByCaller = StorageFailureRecord.isReportedByCaller
    private let callerPages = CompletionPaging.isByCaller
    private let state = Mutex(State())

    init(
        rule: MethodRule,
        descriptor: MethodDescriptor,
        transport: ExternalStorageTransport<Base>,
        timeout: Duration?,
        gate: RequestGate? = nil
    ) {
        self.rule = rule
        self.timeout = timeout
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
    func request(_ message: Base.Bytes, metadata: Metadata, deadline: Deadline?) async throws -> Base.Bytes {
        let request = TransportMessage(bytes: message)
        let facts = self.facts(of: request, metadata: metadata, deadline: deadline)
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
            let adjusted = TransportMessage(bytes: result)
            guard try self.engine.hasWork(adjusted, as: type) else { return result }
            let offloaded = try await self.engine.offloadFound(
                adjusted,
                as: type,
                namespaceField: self.rule.namespaceField,
                deadline: deadline,
                findParent: { try await self.transport.parent(of: $0, metadata: metadata, deadline: deadline) }
            )
            for error in offloaded.failedQueries {
                self.failed(.query, error, .store, "The answer to a query could not be stored", task: nil)
            }
            return offloaded.message?.bytes ?? result
        } catch let error as ExternalStorageError {
            return try await self.storeFailed(error, request: request, facts: facts)
        } catch is TimeLimitExceeded {
            throw self.timeIsOver(.store, self.kindOfRequest, task: self.token(of: request).context)
        } catch let error as WireError {
            guard let failure = self.unreadable(error, "request") else { return result }
            return try await self.storeFailed(failure, request: request, facts: facts)
        }
    }

    /// The rest of a page of history that a request asks for.
    private func rest(of request: TransportMessage<Base.Bytes>) -> HistoryPage? {
        // Not protobuf: the server says so.
        (try? request.withSpan { bytes throws(WireError) in try HistoryPage(request: bytes) }) ?? nil
    }

    private func facts(
        of request: TransportMessage<Base.Bytes>,
        metadata: Metadata,
        deadline: Deadline?
    ) -> State {
        var facts = State()
        facts.metadata = metadata
        facts.deadline = deadline
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
        self.failed(
            self.kindOfRequest,
            error,
            .store,
            "Payloads of a request could not be stored",
            task: token.context
        )
        switch self.rule.storeFailure {
        case .failsCall:
            self.record?.note(error)
            throw RPCError(error)
        case .failsQuery:
            let answer = StorageFailureReport.failedQuery(error, token: token.own, namespace: facts.namespace)
            return TransportMessage<Base.Bytes>(answer).bytes
        case .failsTask where self.isReportedByCaller:
            self.record?.note(error)
            throw RPCError(code: .failedPrecondition, message: error.description, cause: error)
        case .failsTask(let kind):
            let report = StorageFailureReport(
                of: error,
                task: token.context,
                kind: kind,
                token: token.own,
                namespace: facts.namespace,
                identity: facts.identity
            )
            if let report { await self.transport.send(report, metadata: facts.metadata, deadline: facts.deadline) }
            self.record?.note(error)
            throw RPCError.taskIsGone(error)
        }
    }

    /// What fails if the payloads of the request cannot be stored.
    private var kindOfRequest: FailureMetrics.Kind {
        switch self.rule.storeFailure {
        case .failsCall: .call
        case .failsQuery: .query
        case .failsTask(let kind): .init(kind)
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
            return self.adjusted(message) { bytes throws(WireError) in
                try Adjustments.liftNamespaceLimits(bytes, keepsPaging: self.callerPages)
            }
        }
        guard let type = self.rule.response else { return message }
        let facts = self.state.withLock { $0 }
        // The server has shown that it is there to be seen; what is seen is the rest of the page.
        let message = facts.page.map { TransportMessage<Base.Bytes>($0.response).bytes } ?? message
        do {
            let resolution = try await self.engine.resolve(
                TransportMessage(bytes: message),
                as: type,
                for: ResolveRequest(
                    namespace: facts.namespace,
                    identity: facts.identity,
                    parents: self.rule.handsOutTasks ? self.transport.parents : nil,
                    kept: self.kept,
                    deadline: facts.deadline,
                    isList: self.rule.answersAboutMany,
                    memory: self.memory
                )
            )
            if let error = resolution.keptForFailure.first {
                self.logKept(error, references: resolution.keptForFailure.count)
            }
            for failed in resolution.failedTasks {
                self.failed(
                    failed.isQuery ? .query : .init(failed.task.kind),
                    failed.error,
                    .retrieve,
                    "Payloads of a task could not be retrieved",
                    task: failed.task
                )
                if let report = failed.report {
                    await self.transport.send(report, metadata: facts.metadata, deadline: facts.deadline)
                }
            }
            return resolution.message?.bytes ?? message
        } catch let error as ExternalStorageError {
            let text: Logger.Message = "Payloads of a response could not be retrieved"
            return try await self.responseFailed(error, text, message: message, type: type, facts: facts)
        } catch is TimeLimitExceeded {
            let handedOut = self.task(in: message, type: type, facts: facts)
            throw self.timeIsOver(.retrieve, handedOut?.failureKind ?? .call, task: handedOut?.task)
        } catch let error as WireError {
            guard let failure = self.unreadable(error, "response") else { return message }
            let text: Logger.Message = "A response cannot be searched for payloads"
            return try await self.responseFailed(failure, text, message: message, type: type, facts: facts)
        }
    }

    /// Decides what becomes of a response that is as a whole not to be had: a task is failed, any other call fails.
    private func responseFailed(
        _ error: ExternalStorageError,
        _ text: Logger.Message,
        message: Base.Bytes,
        type: MessageType,
        facts: State
    ) async throws -> Base.Bytes {
        let handedOut = self.task(in: message, type: type, facts: facts)
        self.failed(handedOut?.failureKind ?? .call, error, .retrieve, text, task: handedOut?.task)
        guard let handedOut else {
            self.record?.note(error)
            throw RPCError(error)
        }
        let report = StorageFailureReport(
            of: error,
            task: handedOut.task,
            kind: handedOut.task.kind,
            token: handedOut.token,
            namespace: facts.namespace,
            identity: facts.identity,
            isQuery: handedOut.isQuery
        )
        if let report { await self.transport.send(report, metadata: facts.metadata, deadline: facts.deadline) }
        return TransportMessage<Base.Bytes>(ByteBuffer()).bytes
    }

    /// The task that a response is.
    private struct HandedOutTask {
        var task: TaskContext
        /// The server's token.
        var token: ByteBuffer
        /// Whether it is nothing but a query.
        var isQuery: Bool

        var failureKind: FailureMetrics.Kind { self.isQuery ? .query : .init(self.task.kind) }
    }

    /// The task that a response is; nil if it is none, or is not protobuf.
    private func task(in message: Base.Bytes, type: MessageType, facts: State) -> HandedOutTask? {
        guard self.rule.handsOutTasks else { return nil }
        let found = try? TransportMessage<Base.Bytes>(bytes: message).withSpan {
            bytes throws(WireError) -> HandedOutTask? in
            let whole = 0..<bytes.count
            guard let token = try WireReader.lastBytes(1, in: whole, of: bytes),
                let task = try TaskContext(response: type, in: whole, of: bytes, namespace: facts.namespace)
            else { return nil }
            var own = ByteBuffer()
            own.write(bytes, in: token)
            let query = try WireReader.lastBytes(10, in: whole, of: bytes)
            return HandedOutTask(
                task: task,
                token: own,
                isQuery: type == .pollWorkflowTaskQueueResponse && query != nil
            )
        }
        return found ?? nil
    }

    /// The trailing metadata of a failed call, with what its error details hold resolved (ES-C1).
    func errorDetails(_ metadata: Metadata) async -> Metadata {
        guard let type = MessageType(name: "google.rpc.Status"),
            let details = metadata[binaryValues: Self.detailsKey].first(where: { _ in true })
        else { return metadata }
        let facts = self.state.withLock { $0 }
        do {
            let resolution = try await self.engine.resolve(
                ByteBuffer(bytes: details),
                as: type,
                for: ResolveRequest(namespace: facts.namespace, deadline: facts.deadline)
            )
            guard let message = resolution.message, message.readableBytes <= self.transport.errorDetailsLimit else {
                return metadata
            }
            var metadata = metadata
            metadata.replaceOrAddBinary(Array(message.readableBytesView), forKey: Self.detailsKey)
            return metadata
        } catch let error as WireError {
            _ = self.unreadable(error, "error details")
            return metadata
        } catch let error as ExternalStorageError {
            // The call has failed already, with an error of its own; that one is the more useful of the two.
            self.failed(.errorDetails, error, .retrieve, "Payloads of error details could not be retrieved", task: nil)
            return metadata
        } catch is TimeLimitExceeded {
            _ = self.timeIsOver(.retrieve, .errorDetails)
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
            _ = self.unreadable(error, "message")
            return message
        }
    }

    /// What to fail with for a message that cannot be read; nil if it is passed on, which the log says once per method.
    ///
    /// What is legal and too much for a scan must not pass: references in it would be taken for values. What is not
    /// protobuf is for its reader to judge.
    private func unreadable(_ error: WireError, _ side: String) -> ExternalStorageError? {
        guard error.kind == .tooDeep || error.kind == .tooLarge else {
            if self.transport.oddities.isFirst(of: self.descriptor.method + side) {
                self.logger.warning(
                    "A message is not readable as protobuf, and is passed on as it is",
                    metadata: [
                        "rpc.method": "\(self.descriptor.method)", "message": "\(side)", "error": "\(error)",
                    ]
                )
            }
            return nil
        }
        let reason = error.kind == .tooDeep ? "nested deeper than \(PayloadScanner.depthLimit) messages" : "too large"
        return ExternalStorageError(
            code: .messageUnreadable,
            message:
                "the \(side) is \(reason) at byte \(error.offset), so that payloads in it cannot be found; make it flatter"
        )
    }

    /// Says once that entries of a list keep their references (ES-F7).
    private func logKept(_ error: ExternalStorageError, references: Int) {
        self.transport.metrics.failed(.listEntry, code: error.code.description, .retrieve, count: references)
        var metadata = LogMetadata.failure(error, method: self.descriptor.method, task: nil)
        metadata["references"] = "\(references)"
        self.logger.warning(
            "Payloads of a list could not be retrieved; their references stay in it",
            metadata: metadata
        )
    }

    /// Counts and logs a failure, whether or not it is reported (ES-F8).
    private func failed(
        _ kind: FailureMetrics.Kind,
        _ error: ExternalStorageError,
        _ direction: StorageOperation,
        _ message: Logger.Message,
        task: TaskContext?
    ) {
        self.transport.metrics.failed(kind, code: error.code.description, direction)
        self.logger.error(message, metadata: LogMetadata.failure(error, method: self.descriptor.method, task: task))
    }

    /// The time of the call is over, whatever its drivers do (ES-R6): counted as what it fails (ES-F8).
    ///
    /// Nothing is reported, for which there is no time left: a task runs into its timeout.
    private func timeIsOver(
        _ direction: StorageOperation,
        _ kind: FailureMetrics.Kind,
        task: TaskContext? = nil
    ) -> RPCError {
        self.transport.metrics.failed(kind, code: "deadlineExceeded", direction)
        let drivers = self.engine.storage?.driverNames.joined(separator: ", ") ?? ""
        var metadata = LogMetadata.call(self.descriptor.method, task: task)
        metadata["operation"] = "\(direction)"
        metadata["drivers"] = "\(drivers)"
        self.logger.error(
            "The time of a call was over before its payloads were stored or retrieved",
            metadata: metadata
        )
        return RPCError(
            code: .deadlineExceeded,
            message: "External storage (\(drivers)) did not \(direction) the payloads within the deadline of the call."
        )
    }
}
