//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageProxy
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Groundwork
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// The process around the proxy: signals, the metrics server, the line that says that it is ready.
struct Sidecar {
    var settings: ProxySettings
    var logger: Logger

    /// Runs until a signal.
    ///
    /// - Throws: ``CommandError`` if an address cannot be listened on.
    func run<Upstream: ClientTransport>(
        forwardingTo upstream: Upstream,
        on eventLoopGroup: MultiThreadedEventLoopGroup,
        metrics: PrometheusMetrics
    ) async throws where Upstream.Bytes == BufferBytes {
        let proxy = ExternalStorageProxy(
            listeningOn: try self.settings.listeningAddress(),
            security: self.settings.tls.listen,
            forwardingTo: upstream,
            named: "\(self.settings.target)",
            configuration: self.settings.proxy,
            eventLoopGroup: eventLoopGroup,
            logger: self.logger
        )
        // Services end in the opposite order: metrics can be read until the proxy is done.
        var services: [any Service] = []
        if let address = self.settings.listening.metrics {
            services.append(try await MetricsServer.started(on: address, metrics: metrics, logger: self.logger))
        }
        services.append(CertificateWatch(sources: self.settings.tls.sources, logger: self.logger))
        services.append(AnnouncedProxy(proxy: proxy, settings: self.settings))
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        do {
            try await group.run()
        } catch let error as ExternalStorageProxyError {
            throw CommandError.unavailable(error.message)
        }
        self.logger.info("Stopped")
    }
}

/// A proxy that says on standard output when it listens, and where.
private struct AnnouncedProxy<Upstream: ClientTransport>: Service where Upstream.Bytes == BufferBytes {
    var proxy: ExternalStorageProxy<Upstream>
    var settings: ProxySettings

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.proxy.run() }
            group.addTask {
                // Without an address there is an error from `run`, which says why.
                guard let address = try? await self.proxy.listeningAddress else { return }
                try self.announce(address)
            }
            // The first error ends both; `waitForAll` would wait for the proxy first.
            for try await _ in group {}
        }
    }

    private func announce(_ address: SocketAddress) throws {
        let listening = self.settings.listening
        try listening.announce(
            port: address.ipv4?.port ?? address.ipv6?.port ?? listening.address.port,
            "listening on \(address.hostAndPort), forwarding to \(self.settings.target)"
        )
    }
}
