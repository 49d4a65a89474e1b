//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageCodecServer
import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageProxy
import ExternalStorageS3
import GRPCNIOTransportHTTP2Posix
import Logging
import TemporalTransport

/// What articles and docstrings show of the transport, the sidecar, the codec server and the drivers.
enum SidecarSnippets {
    static func transport(storage: ExternalStorage, logger: Logger) throws {
        // snippet.begin
        let server = PooledTransport(
            try (0..<4).map { _ in
                try HTTP2CallTransport(target: .dns(host: "temporal.example.com", port: 7233), security: .tls)
            }
        )
        let transport = ExternalStorageTransport(wrapping: server, storage: storage, logger: logger)
        // snippet.end
        _ = transport
    }

    static func proxy(storage: ExternalStorage, logger: Logger) async throws {
        // snippet.begin
        let server = PooledTransport(
            try (0..<8).map { _ in
                try HTTP2CallTransport(target: .dns(host: "temporal.example.com", port: 7233), security: .tls)
            }
        )
        var limits = ExternalStorageTransportConfiguration()
        limits.resolvedMessageLimit = 128 * 1_048_576  // what SDKs on sdk-core accept
        limits.errorDetailsLimit = 8_000  // trailers are limited, too

        let proxy = ExternalStorageProxy(
            listeningOn: .ipv4(host: "127.0.0.1", port: 7243),
            forwardingTo: ExternalStorageTransport(
                wrapping: server,
                storage: storage,
                configuration: limits,
                logger: logger
            ),
            named: "temporal.example.com:7233",
            logger: logger
        )
        try await proxy.run()
        // snippet.end
    }

    static func shortProxy(
        server: PooledTransport<HTTP2CallTransport>,
        storage: ExternalStorage,
        logger: Logger
    ) async throws {
        // snippet.begin
        let proxy = ExternalStorageProxy(
            listeningOn: .ipv4(host: "127.0.0.1", port: 7243),
            forwardingTo: ExternalStorageTransport(wrapping: server, storage: storage, logger: logger),
            named: "127.0.0.1:7233",
            logger: logger
        )
        try await proxy.run()
        // snippet.end
    }

    static func codecServer(storage: ExternalStorage) async throws {
        // snippet.begin
        var configuration = CodecServer.Configuration()
        configuration.crossOrigin.origins = ["http://localhost:8233"]
        let server = try CodecServer(storage: storage, configuration: configuration)
        try await server.run()
        // snippet.end
    }

    static func protectedCodecServer(
        storage: ExternalStorage,
        encryption: any PayloadCodec,
        logger: Logger
    ) throws -> CodecServer {
        // snippet.begin
        var configuration = CodecServer.Configuration()
        configuration.codecsBeforeStorage = [encryption]
        configuration.crossOrigin.origins = ["https://temporal.example.com"]
        configuration.certificates = try CodecServer.CertificateFiles(
            certificateChain: "chain.pem",
            privateKey: "key.pem"
        )
        configuration.authenticator = try JWTAuthenticator(
            configuration: .init(
                keys: "https://login.example.com/.well-known/jwks.json",
                issuers: ["https://login.example.com/"],
                audiences: ["codec-server"]
            )
        )
        let server = try CodecServer(storage: storage, configuration: configuration, logger: logger)
        // snippet.end
        return server
    }
}
