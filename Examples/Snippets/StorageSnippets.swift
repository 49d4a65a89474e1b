//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCore
import ExternalStorageGRPC
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore

/// What README, articles and docstrings show of `ExternalStorageCore` and `ExternalStorageGRPC`: `Scripts/snippets` finds
/// every Swift block of theirs between a `snippet.begin` and a `snippet.end` of some file that is compiled.
enum StorageSnippets {
    static func readme(logger: Logger) throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: "/var/lib/payloads"), logger: logger)
        let transport = ExternalStorageTransport(
            wrapping: try .http2NIOPosix(target: .dns(host: "localhost", port: 7233), transportSecurity: .plaintext),
            storage: storage,
            logger: logger
        )
        // Give the transport to your Temporal client and worker, in place of the one it wraps. Nothing else changes.
        // snippet.end
        _ = transport
    }

    static func readmeSelector(hot: LocalDiskStorageDriver, archive: LocalDiskStorageDriver, logger: Logger) throws {
        // snippet.begin
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(64 * 1_024)  // 256 KiB by default; .all stores everything

        let storage = try ExternalStorage(
            drivers: [hot, archive],
            selector: .selecting { payload, _ in
                payload.sizeInBytes < 10 * 1_048_576 ? hot : archive  // nil keeps a payload inline
            },
            configuration: configuration,
            logger: logger
        )
        // snippet.end
        _ = storage
    }

    static func gettingStarted() throws {
        // snippet.begin
        let logger = Logger(label: "orders")
        let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: "/var/lib/payloads"), logger: logger)
        let transport = ExternalStorageTransport(
            wrapping: try .http2NIOPosix(
                target: .dns(host: "localhost", port: 7233),
                transportSecurity: .plaintext
            ),
            storage: storage,
            logger: logger
        )
        // snippet.end
        _ = transport
    }

    static func transport(driver: some StorageDriver, logger: Logger) throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: driver, logger: logger)
        let transport = ExternalStorageTransport(
            wrapping: try .http2NIOPosix(
                target: .dns(host: "localhost", port: 7233),
                transportSecurity: .plaintext
            ),
            storage: storage,
            logger: logger
        )
        // snippet.end
        _ = transport
    }

    static func wrapping(_ base: some ClientTransport, driver: some StorageDriver, logger: Logger) throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: driver, logger: logger)
        let transport = ExternalStorageTransport(wrapping: base, storage: storage, logger: logger)
        // snippet.end
        _ = transport
    }

    static func oneDriver(logger: Logger) throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: "/var/lib/payloads"), logger: logger)
        // snippet.end
        _ = storage
    }

    static func oneDriverWithoutLogger() throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: "/var/lib/payloads"))
        // snippet.end
        _ = storage
    }

    static func readingOnly() {
        // snippet.begin
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(.max)  // stores nothing, resolves everything
        configuration.requestSizeLimit = nil
        // snippet.end
        _ = configuration
    }

    static func threshold(driver: some StorageDriver, logger: Logger) throws {
        // snippet.begin
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(64 * 1_024)

        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: logger)
        // snippet.end
        _ = storage
    }

    static func configReader() throws {
        // snippet.begin
        let config = ConfigReader(provider: EnvironmentVariablesProvider())
        let configuration = try ExternalStorage.Configuration(configReader: config.scoped(to: "externalStorage"))
        // snippet.end
        _ = configuration
    }

    static func severalDrivers(logger: Logger) throws {
        // snippet.begin
        let hot = try LocalDiskStorageDriver(root: "/mnt/fast", configuration: .named("hot"))
        let archive = try LocalDiskStorageDriver(root: "/mnt/archive", configuration: .named("archive"))

        let storage = try ExternalStorage(
            drivers: [hot, archive],
            selector: .selecting { payload, context in
                if context.namespace == "sandbox" { return nil }  // stays inline
                return payload.sizeInBytes < 10 * 1_048_576 ? hot : archive
            },
            logger: logger
        )
        // snippet.end
        _ = storage
    }

    static func store(_ payloads: [Payload], in storage: ExternalStorage) async throws -> [Payload] {
        // snippet.begin
        let target = StorageDriverTarget.workflow(namespace: "default", id: "order-1")
        let outbound = try await storage.store(payloads, context: .init(target: target, namespace: "default"))
        // snippet.end
        return outbound
    }

    static func retrieve(_ payloadsOfAnEvent: [Payload], from storage: ExternalStorage) async throws -> [Payload] {
        // snippet.begin
        let payloads = try await storage.retrieve(payloadsOfAnEvent, namespace: "default")
        // snippet.end
        return payloads
    }

    static func encodedReferences(_ configuration: inout ExternalStorage.Configuration, codec: any PayloadCodec) {
        // snippet.begin
        configuration.references = .plain(reading: codec)  // everywhere first
        configuration.references = .encoded(codec)  // once everybody reads them
        // snippet.end
    }

    static func errors(_ payloads: [Payload], storage: ExternalStorage, logger: Logger) async throws {
        // snippet.begin
        do {
            _ = try await storage.retrieve(payloads, namespace: "default")
        } catch let error as ExternalStorageError where error.code == .notFound {
            logger.error("Gone from \(error.driverName ?? "?"): \(error)")
        } catch let error as ExternalStorageError where error.isRetryable {
            // the same call may succeed later, with nobody changing anything
        }
        // snippet.end
    }

    static func selector(hot: any StorageDriver, cold: any StorageDriver) throws -> ExternalStorage {
        // snippet.begin
        try ExternalStorage(
            drivers: [hot, cold],
            selector: .selecting { payload, _ in payload.sizeInBytes > 16_000_000 ? cold : hot }
        )
        // snippet.end
    }

    static func key(of payload: Payload, _ context: StorageDriverStoreContext) -> String {
        // snippet.begin
        let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .s3).text
        // snippet.end
        return key
    }

    static func permit(
        _ context: StorageDriverStoreContext,
        _ payload: Payload,
        to key: String,
        client: some BlobClient
    ) async throws {
        // snippet.begin
        try await context.limiter.withPermit { try await client.put(payload.serializedBytes, to: key) }
        // snippet.end
    }
}

// snippet.begin
extension LocalDiskStorageDriver.Configuration {
    static func named(_ name: String) -> Self {
        var configuration = Self()
        configuration.name = name
        return configuration
    }
}
// snippet.end
