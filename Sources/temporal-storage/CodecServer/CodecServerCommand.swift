//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCodecServer
import ExternalStorageProxy
import Logging
import Metrics
import ServiceLifecycle
import UnixSignals

/// `temporal-storage codec-server`.
struct CodecServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codec-server",
        abstract: "Let the Web UI and the CLI of Temporal read payloads that are in storage.",
        discussion: """
            The Web UI shows external payloads with their size and a button to download them, and the CLI prints them, \
            once they are told the address of this server.

              temporal-storage codec-server --driver s3 --bucket b --cors-origins http://localhost:8233
              temporal server start-dev --ui-codec-endpoint http://localhost:8081
              temporal workflow show --codec-endpoint http://localhost:8081 --workflow-id order-1

            A caller reads what belongs to the namespace that it names, and to the buckets of this server; with \
            --auth-jwks-url only where its token has a role. Without it the server listens on loopback only.

            Every option can also be set in the environment (TEMPORAL_STORAGE_CORS_ORIGINS for --cors-origins) or in \
            the file that --config names ({"cors-origins": "http://localhost:8233"}). An option wins over the \
            environment, and that over the file.

            A line on standard output says when the server listens; logs go to standard error. SIGTERM and SIGINT end it \
            gracefully. Payload codecs are code: a server that has to decrypt is a small program of your own, see the \
            documentation.

            Exit codes: 0 after a signal, 64 for a wrong setting, 69 if an address cannot be listened on.
            """
    )

    @OptionGroup(title: "Codec server") var server: CodecServerOptions
    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func run() async throws {
        let settings = try Settings(
            options: self.server.flags + self.listening.flags + self.storage.flags + self.common.flags
        )
        let logger = try CommonOptions.startLogging(settings)
        let checked = try CodecServerSettings(from: settings)
        // Before storage is made, which takes its handles at once.
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        // What is cached would come on top of the memory that the settings allow.
        let storage = try await StorageSettings.storage(from: settings, caches: false, logger: logger)
        let server: CodecServer
        do throws(CodecServerError) {
            server = try CodecServer(
                storage: storage,
                configuration: checked.configuration,
                logger: logger,
                onListening: { port in try checked.announce(port) }
            )
        } catch {
            throw CommandError.usage(error.message)
        }
        // Services end in the opposite order: metrics can be read until the server is done.
        var services: [any Service] = []
        if let address = checked.listening.metrics {
            services.append(try await MetricsServer.started(on: address, metrics: metrics, logger: logger))
        }
        services.append(server)
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        do {
            try await group.run()
        } catch let error as CodecServerError {
            throw error.code == .invalidConfiguration
                ? CommandError.usage(error.message) : CommandError.unavailable(error.message)
        }
        logger.info("Stopped")
    }
}
