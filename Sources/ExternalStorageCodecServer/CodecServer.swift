//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import Groundwork
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
public import Metrics
internal import NIOCore
internal import NIOSSL
public import ServiceLifecycle
internal import TLSReloading

/// What the Temporal Web UI and the CLI ask for decoded payloads, external ones included.
///
/// ```swift
/// var configuration = CodecServer.Configuration()
/// configuration.crossOrigin.origins = ["http://localhost:8233"]
/// let server = try CodecServer(storage: storage, configuration: configuration)
/// try await server.run()
/// ```
///
/// It answers `POST …/encode`, `…/decode` and `…/download` under any path, and `GET …/healthz`. Nothing is served before
/// ``run()``.
public struct CodecServer: Service {
    private let storage: ExternalStorage?
    private let configuration: Configuration
    private let logger: Logger
    private let metrics: any MetricsFactory
    private let onListening: @Sendable (Int) async throws -> Void

    /// A codec server that does not listen yet.
    ///
    /// - Parameters:
    ///   - storage: Where references lead; nil to run codecs only. Switch its cache off, or count it in: what is cached
    ///     comes on top of ``Limits/responseMemoryInBytes``.
    ///   - configuration: Where to listen, what to run, whom to serve.
    ///   - logger: Where the access log goes (level `info`), and the details of failures (`warning`).
    ///   - metrics: Where metrics go; the process's own if nil.
    ///   - onListening: Called once with the port, when connections are accepted; its error ends ``run()``.
    /// - Throws: ``CodecServerError/Code/invalidConfiguration``.
    public init(
        storage: ExternalStorage?,
        configuration: Configuration = Configuration(),
        logger: Logger = .current,
        metrics: (any MetricsFactory)? = nil,
        onListening: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) throws(CodecServerError) {
        try configuration.validate()
        self.storage = storage
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics ?? MetricsSystem.factory
        self.onListening = onListening
    }

    /// Serves until a graceful shutdown or cancellation.
    ///
    /// After a graceful shutdown has begun, requests under way have ``Timeouts/drain`` to end.
    ///
    /// - Throws: ``CodecServerError/Code/cannotListen``, or ``CodecServerError/Code/invalidConfiguration`` if the
    ///   certificate or the key cannot be used; the error of `onListening`.
    public func run() async throws {
        let failure = FirstError()
        let certificates = try self.configuration.certificates?.load()
        let application = try self.application(failure, certificates)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    if let certificates, let interval = self.configuration.certificates?.interval {
                        group.addTask { await certificates.watch(every: interval, logger: self.logger) }
                    }
                    defer { group.cancelAll() }
                    try await application.run()
                }
            }
            group.addTask {
                try? await gracefulShutdown()
                try await Task.sleep(for: self.configuration.timeouts.drain)
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch let error as CancellationError {
                throw failure.error ?? error
            } catch {
                if let failure = failure.error { throw failure }
                throw CodecServerError(
                    code: .cannotListen,
                    message: "cannot listen on \(self.configuration.host) port \(self.configuration.port): \(error)",
                    cause: error
                )
            }
        }
        if let error = failure.error { throw error }
    }

    private func application(
        _ failure: FirstError,
        _ certificates: ReloadedTLS?
    ) throws(CodecServerError) -> Application<CodecServerResponder> {
        let responder = CodecServerResponder(
            storage: self.storage,
            configuration: self.configuration,
            telemetry: CodecServerTelemetry(logger: self.logger, factory: self.metrics)
        )
        let timeouts = self.configuration.timeouts
        var server = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionGuard(timeouts: timeouts) { isResponse in
                        (isResponse ? responder.responseMemory : responder.requestMemory).usage.waiting > 0
                    }
                ],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 32 * 1_024,
                    maxHeaderListSize: 64 * 1_024,
                    maxHeaderFieldCount: 100
                )
            )
        )
        do {
            if let tls = certificates?.configuration ?? self.configuration.tls {
                server = try .tls(server, tlsConfiguration: tls.withoutOldVersions)
            }
        } catch {
            throw CodecServerError(
                code: .invalidConfiguration,
                message: "the certificate or its key cannot be used: \(error)",
                cause: error
            )
        }
        // Its own lines say nothing that ours do not.
        var logger = self.logger
        logger.logLevel = max(logger.logLevel, .warning)
        return Application(
            responder: responder,
            server: server,
            configuration: .init(
                address: .hostname(self.configuration.host, port: self.configuration.port),
                availableConnectionsDelegate: .maximum(self.configuration.limits.connections, logger: logger)
            ),
            onServerRunning: { channel in
                do {
                    try await self.onListening(channel.localAddress?.port ?? self.configuration.port)
                } catch {
                    failure.set(error)
                    try? await channel.close()
                }
            },
            logger: logger
        )
    }
}
