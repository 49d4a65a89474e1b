//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
public import ExternalStorageCore
import ExternalStorageWire
public import GRPCCore
import Groundwork
import GroundworkNIO
public import Logging
import NIOCore

/// A gRPC client transport that keeps large payloads in external storage.
///
/// It wraps another transport and does its work on the messages that pass: payloads at or over the threshold are stored
/// and a reference is sent in their place; references that come back are resolved. A Temporal client or worker that is
/// given this transport has the feature without any change to workflows, activities or calls.
///
/// ```swift
/// let storage = try ExternalStorage(driver: driver, logger: logger)
/// let transport = ExternalStorageTransport(wrapping: base, storage: storage, logger: logger)
/// ```
///
/// Calls that hold no payloads, and methods that it does not know, are handed to the wrapped transport untouched.
///
/// - Note: A failed store fails the call, and nothing is sent. In the calls of a worker, the task fails and not the
///   workflow: the server is told, and the worker is told that its task is gone.
public struct ExternalStorageTransport<Base: ClientTransport>: ClientTransport {
    /// The bytes of the wrapped transport.
    public typealias Bytes = Base.Bytes

    let base: Base
    let engine: MessageEngine
    let parents: ParentLedger
    let errorDetailsLimit: Int
    let logger: Logger
    let oddities = FirstTimes()
    let metrics = FailureMetrics()
    /// Owns what drivers do beyond the deadlines of calls; ``connect()`` waits for it at its end.
    let overtime = Overtime()

    /// Wraps a transport.
    ///
    /// - Parameters:
    ///   - base: The transport that carries the calls.
    ///   - storage: Where payloads go. Nil stores nothing and reports a reference as
    ///     `ExternalStorageError.Code.notConfigured` instead of handing it on as if it were a value.
    ///   - configuration: Limits; the defaults suit a transport inside the process that uses the payloads.
    ///   - logger: Told of every storage failure, once.
    public init(
        wrapping base: Base,
        storage: ExternalStorage?,
        configuration: ExternalStorageTransportConfiguration = .init(),
        logger: Logger = .current
    ) {
        self.base = base
        self.engine = MessageEngine(
            storage: storage,
            resolvedMessageLimit: configuration.resolvedMessageLimit,
            overtime: self.overtime
        )
        self.parents = ParentLedger(capacity: configuration.rememberedParents)
        self.errorDetailsLimit = configuration.errorDetailsLimit
        self.logger = logger
    }

    /// The throttle of the wrapped transport.
    public var retryThrottle: RetryThrottle? { self.base.retryThrottle }

    /// Connects the wrapped transport, and returns when it has ended.
    ///
    /// Waits up to ten seconds for calls of drivers that went on after the deadlines of their calls.
    @concurrent
    public func connect() async throws {
        do {
            try await self.base.connect()
        } catch {
            await self.finish()
            throw error
        }
        await self.finish()
    }

    private func finish() async {
        let leftBehind = await self.overtime.finish(within: .seconds(10))
        guard leftBehind > 0 else { return }
        self.logger.warning(
            "Calls of storage drivers have neither ended in time nor when they were cancelled",
            metadata: ["calls": "\(leftBehind)"]
        )
    }

    /// Shuts the wrapped transport down.
    public func beginGracefulShutdown() {
        self.base.beginGracefulShutdown()
    }

    /// The configuration of the wrapped transport for a method.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
        self.base.config(forMethod: descriptor)
    }

    /// Opens a stream on the wrapped transport and stores and resolves the payloads that pass on it.
    @concurrent
    public func withStream<T: Sendable>(
        descriptor: MethodDescriptor,
        options: CallOptions,
        _ closure: @concurrent (RPCStream<Inbound, Outbound>, ClientContext) async throws -> T
    ) async throws -> T {
        guard let rule = MethodRule.rule(for: descriptor) else {
            return try await self.base.withStream(descriptor: descriptor, options: options, closure)
        }
        let call = StorageCall(
            rule: rule,
            descriptor: descriptor,
            transport: self,
            timeout: options.timeout,
            gate: RequestGate()
        )
        return try await self.base.withStream(descriptor: descriptor, options: options) { stream, context in
            let stream = RPCStream(
                descriptor: stream.descriptor,
                inbound: RPCAsyncSequence(wrapping: StorageResponseSequence(base: stream.inbound, call: call)),
                outbound: RPCWriter.Closable(wrapping: StorageRequestWriter(base: stream.outbound, call: call))
            )
            return try await closure(stream, context)
        }
    }
}

extension ExternalStorageTransport {
    /// How long a call of our own may take; less if the call that it is made for has less.
    static var ownCallTimeout: Duration { .seconds(10) }

    /// Tells the server of a failed task, on the wrapped transport: a report does not go through storage (ES-F4).
    ///
    /// A report that cannot be sent is logged; the task then runs into its timeout, as without it.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - metadata: The metadata of the call on behalf of which it is sent.
    ///   - deadline: When that call has to be over (ES-R6).
    func send(_ report: StorageFailureReport, metadata: Metadata, deadline: Deadline?) async {
        guard let slash = report.method.firstIndex(of: "/") else { return }
        let method = String(report.method[report.method.index(after: slash)...])
        do {
            _ = try await self.call(method, report.request, metadata: metadata, deadline: deadline)
        } catch let error as RPCError where error.code == .notFound {
            // The task may have timed out meanwhile, or been completed by another worker.
        } catch  where Task.isCancelled {
            // Whoever asked for the task is gone, and so is the interest in its report (ES-F5).
        } catch {
            self.logger.error(
                "The failure of a task could not be reported",
                metadata: ["rpc.method": "\(method)", "error": "\(error)"]
            )
        }
    }

    /// A call of WorkflowService on the wrapped transport, on behalf of another call.
    ///
    /// - Returns: The response.
    /// - Throws: `RPCError` with the status of the call; `TimeLimitExceeded` at the deadline; `CancellationError`.
    func call(
        _ method: String,
        _ request: ByteBuffer,
        metadata: Metadata,
        deadline: Deadline?
    ) async throws -> Bytes {
        let descriptor = MethodDescriptor(
            fullyQualifiedService: "temporal.api.workflowservice.v1.WorkflowService",
            method: method
        )
        let deadline = (deadline ?? .after(Self.ownCallTimeout)).limited(to: Self.ownCallTimeout)
        try deadline.check()
        var metadata = metadata
        metadata.replaceOrAddString(RequestTimeout.text(deadline.remaining), forKey: RequestTimeout.key)
        var options = CallOptions.defaults
        options.timeout = deadline.remaining
        let (base, message) = (self.base, TransportMessage<Bytes>(request).bytes)
        return try await self.overtime.run(until: deadline) { [metadata, options] in
            // It is no part of that other call.
            try await CallMemory.$current.withValue(nil) {
                try await base.withStream(descriptor: descriptor, options: options) { stream, _ in
                    try await stream.outbound.write(.metadata(metadata))
                    try await stream.outbound.write(.message(message))
                    await stream.outbound.finish()
                    var response: Bytes?
                    for try await part in stream.inbound {
                        switch part {
                        case .metadata: continue
                        case .message(let bytes): response = bytes
                        case .status(let status, _):
                            if let response, status.code == .ok { return response }
                            throw RPCError(status: status) ?? RPCError(code: .unknown, message: "There is no message.")
                        }
                    }
                    throw RPCError(code: .unknown, message: "The stream ended without a status.")
                }
            }
        }
    }
}
