//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageGRPC
import ExternalStorageProxy
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Metrics
import NIOPosix
import ServiceLifecycle

/// `temporal-storage proxy`.
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Stand in front of a Temporal server and keep large payloads in storage.",
        discussion: """
            Workers and clients connect to the proxy instead of the server; nothing else changes for them. Payloads at \
            or over the threshold are stored and replaced by references on the way to the server, and resolved on the \
            way back. Everything else goes through untouched, credentials included.

              temporal-storage proxy --driver local-disk --store /srv/payloads
              temporal workflow list --address 127.0.0.1:7243

            Every option can also be set in the environment (TEMPORAL_STORAGE_TARGET_TLS_CA for --target-tls-ca) or in \
            the file that --config names ({"target-tls-ca": "ca.pem"}). An option wins over the environment, and that \
            over the file.

            A line on standard output says when the proxy listens; logs go to standard error. A server that is down is \
            no reason to stop: calls fail as unavailable until it is back. SIGTERM and SIGINT end the proxy gracefully.

            Exit codes: 0 after a signal, 64 for a wrong setting, 69 if an address cannot be listened on.
            """
    )

    @OptionGroup(title: "Proxy") var proxy: ProxyOptions
    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TLSOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func run() async throws {
        let settings = try Settings(
            options: self.proxy.flags + self.listening.flags + self.storage.flags + self.tls.flags + self.common.flags
        )
        let logger = try CommonOptions.startLogging(settings)
        let sidecar = try Sidecar(settings: ProxySettings(from: settings), logger: logger)
        // Before storage is made, which takes its handles at once.
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        // One thread for both sides: a call that changes threads pays more for waking them than for all the rest.
        let eventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let upstream = try sidecar.settings.upstream(on: eventLoopGroup)
        guard let storage = try await StorageSettings.storage(from: settings, logger: logger) else {
            return try await sidecar.run(forwardingTo: upstream, on: eventLoopGroup, metrics: metrics)
        }
        var configuration = ExternalStorageTransportConfiguration()
        configuration.resolvedMessageLimit = sidecar.settings.proxy.messageSizeLimit
        // SDKs on sdk-core lose a call whose trailers exceed about 16 KiB as they stand on the wire.
        configuration.errorDetailsLimit = 8_000
        let transport = ExternalStorageTransport(
            wrapping: upstream,
            storage: storage,
            configuration: configuration,
            logger: logger
        )
        try await sidecar.run(forwardingTo: transport, on: eventLoopGroup, metrics: metrics)
    }
}
