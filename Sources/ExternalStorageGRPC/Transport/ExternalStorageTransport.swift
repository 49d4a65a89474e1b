//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import ExternalStorageWire
public import GRPCCore
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
        logger: Logger
    ) {
        self.base = base
        self.engine = MessageEngine(storage: storage, resolvedMessageLimit: configuration.resolvedMessageLimit)
        self.parents = ParentLedger(capacity: configuration.rememberedParents)
        self.errorDetailsLimit = configuration.errorDetailsLimit
        self.logger = logger
    }

    /// The throttle of the wrapped transport.
    public var retryThrottle: RetryThrottle? { self.base.retryThrottle }

    /// Connects the wrapped transport.
    @concurrent
    public func connect() async throws {
        try await self.base.connect()
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
        let call = StorageCall(rule: rule, descriptor: descriptor, transport: self, gate: RequestGate())
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
    /// Tells the server of a failed task, on the wrapped transport: a report does not go through storage (ES-F4).
    ///
    /// A report that cannot be sent is logged; the task then runs into its timeout, as without it.
    func send(_ report: StorageFailureReport, metadata: Metadata, task: TaskContext?) async {
        guard let slash = report.method.firstIndex(of: "/") else { return }
        let descriptor = MethodDescriptor(
            fullyQualifiedService: String(report.method[..<slash]),
            method: String(report.method[report.method.index(after: slash)...])
        )
        var metadata = metadata
        metadata.removeAllValues(forKey: RequestTimeout.key)
        let (requestMetadata, request) = (metadata, TransportMessage<Bytes>(report.request).bytes)
        do {
            let status = try await self.base.withStream(descriptor: descriptor, options: .defaults) { stream, _ in
                try await stream.outbound.write(.metadata(requestMetadata))
                try await stream.outbound.write(.message(request))
                await stream.outbound.finish()
                for try await case .status(let status, _) in stream.inbound { return status }
                return Status(code: .unknown, message: "The stream ended without a status.")
            }
            // The task may have timed out meanwhile, or been completed by another worker.
            guard status.code != .ok, status.code != .notFound else { return }
            self.logger.error(
                "The failure of a task could not be reported",
                metadata: ["rpc.method": "\(descriptor.method)", "error": "\(status.code): \(status.message)"]
            )
        } catch {
            self.logger.error(
                "The failure of a task could not be reported",
                metadata: ["rpc.method": "\(descriptor.method)", "error": "\(error)"]
            )
        }
    }
}
