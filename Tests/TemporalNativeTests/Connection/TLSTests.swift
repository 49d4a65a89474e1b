//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import FakeS3
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOSSL
import SwiftProtobuf
import Synchronization
import TemporalAPI
import TemporalTransport
import Testing

@testable import TemporalNative

@Suite("TLS, client certificates and API keys", .timeLimit(.minutes(1)))
struct TLSTests {
    @Test("An API key travels under TLS; a server that is not trusted is not there")
    func apiKey() async throws {
        let (own, other) = (try HostCertificate(host: "localhost"), try HostCertificate(host: "localhost"))
        let security = HTTP2ServerTransport.Posix.TransportSecurity.tls(
            certificateChain: [own.source],
            privateKey: own.key
        )
        try await SystemInfoServer.run(security) { server, target in
            var configuration = TemporalClient.Configuration(namespace: "n", apiKey: .fixed("s3cret"))
            configuration.callTimeout = .seconds(1)
            let untrusted = await #expect(throws: TemporalError.self) {
                try await TemporalClient.connect(
                    target: target,
                    transportSecurity: try .trusting(other),
                    configuration: configuration,
                    logger: LiveServices.logger
                ) { _ in }
            }
            #expect(untrusted?.code == .unavailable)
            // A good call comes last: a server that is cancelled while it takes a connection traps in NIO.
            configuration.callTimeout = .seconds(20)
            try await TemporalClient.connect(
                target: target,
                transportSecurity: try .trusting(own),
                configuration: configuration,
                logger: LiveServices.logger
            ) { client in
                #expect(client.namespace == "n")
            }
            let metadata = try #require(server.metadata.last)
            #expect(Array(metadata[stringValues: "authorization"]) == ["Bearer s3cret"])
            #expect(Array(metadata[stringValues: "client-name"]) == [CallMetadata.clientName])
        }
    }

    @Test("A server that wants a client certificate gets it, and takes nobody without")
    func mutual() async throws {
        let (server, client) = (try HostCertificate(host: "localhost"), try HostCertificate(host: "client"))
        let security = HTTP2ServerTransport.Posix.TransportSecurity.mTLS(
            certificateChain: [server.source],
            privateKey: server.key
        ) { $0.trustRoots = .certificates([client.source]) }
        try await SystemInfoServer.run(security) { _, target in
            var configuration = TemporalClient.Configuration()
            configuration.callTimeout = .seconds(1)
            let anonymous = await #expect(throws: TemporalError.self) {
                try await TemporalClient.connect(
                    target: target,
                    transportSecurity: try .trusting(server),
                    configuration: configuration,
                    logger: LiveServices.logger
                ) { _ in }
            }
            #expect(anonymous?.code == .unavailable)
            configuration.callTimeout = .seconds(20)
            let roots = try server.certificates
            let identified = ClientSecurity.mTLS(
                certificateChain: try client.certificates.map { .certificate($0) },
                privateKey: .privateKey(try client.privateKey)
            ) {
                $0.trustRoots = .certificates(roots)
                $0.certificateVerification = .noHostnameVerification
            }
            let info = try await TemporalClient.connect(
                target: target,
                transportSecurity: identified,
                configuration: configuration,
                logger: LiveServices.logger
            ) { client in try await client.connection.systemInfo() }
            #expect(info.serverVersion == "1.2.3")
        }
    }

    @Test("A certificate that does not belong to its key is an error when the client is created")
    func mismatch() throws {
        let (one, other) = (try HostCertificate(host: "one"), try HostCertificate(host: "other"))
        let security = ClientSecurity.mTLS(
            certificateChain: try one.certificates.map { .certificate($0) },
            privateKey: .privateKey(try other.privateKey)
        )
        let error = #expect(throws: TemporalError.self) {
            try TemporalClient(
                target: .ipv4(address: "127.0.0.1", port: 1),
                transportSecurity: security,
                logger: LiveServices.logger
            )
        }
        #expect(error?.code == .invalidConfiguration)
    }
}

extension HostCertificate {
    fileprivate var source: TLSConfig.CertificateSource { .bytes(Array(self.certificatePEM.utf8), format: .pem) }
    fileprivate var key: TLSConfig.PrivateKeySource { .bytes(Array(self.privateKeyPEM.utf8), format: .pem) }
}

extension HostCertificate {
    fileprivate var certificates: [NIOSSLCertificate] {
        get throws { try NIOSSLCertificate.fromPEMBytes(Array(self.certificatePEM.utf8)) }
    }

    fileprivate var privateKey: NIOSSLPrivateKey {
        get throws { try NIOSSLPrivateKey(bytes: Array(self.privateKeyPEM.utf8), format: .pem) }
    }
}

extension ClientSecurity {
    fileprivate static func trusting(_ certificate: HostCertificate) throws -> Self {
        let roots = try certificate.certificates
        return .tls {
            $0.trustRoots = .certificates(roots)
            $0.certificateVerification = .noHostnameVerification
        }
    }
}

/// A server that knows one call, and remembers what came with it.
private final class SystemInfoServer: Sendable {
    private let recorded = Mutex<[Metadata]>([])

    var metadata: [Metadata] { self.recorded.withLock { $0 } }

    static func run(
        _ security: HTTP2ServerTransport.Posix.TransportSecurity,
        _ body: (SystemInfoServer, any ResolvableTarget) async throws -> Void
    ) async throws {
        let server = SystemInfoServer()
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0),
            transportSecurity: security
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await transport.listen { stream, _ in await server.answer(stream) }
                } catch is CancellationError {
                    // The end of the test.
                }
            }
            let port = try await transport.listeningAddress.ipv4?.port ?? 0
            try await body(server, .ipv4(address: "127.0.0.1", port: port))
            // Not cancelled: it would trap on a connection that it has accepted and not taken.
            transport.beginGracefulShutdown()
            try await group.waitForAll()
        }
    }

    @concurrent
    private func answer(_ stream: RPCStream<HTTP2ServerTransport.Posix.Inbound, HTTP2ServerTransport.Posix.Outbound>)
        async
    {
        do {
            for try await part in stream.inbound {
                if case .metadata(let metadata) = part { self.recorded.withLock { $0.append(metadata) } }
            }
            let info = Temporal_Api_Workflowservice_V1_GetSystemInfoResponse.with { $0.serverVersion = "1.2.3" }
            try await stream.outbound.write(.metadata([:]))
            try await stream.outbound.write(.message(GRPCNIOTransportBytes(info.serializedBytes() as [UInt8])))
            try await stream.outbound.write(.status(Status(code: .ok, message: ""), [:]))
            await stream.outbound.finish()
        } catch {
            await stream.outbound.finish(throwing: error)
        }
    }
}
