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

    @Test("A profile's certificates, server name, key and headers are what the server sees")
    func profile() async throws {
        let (server, client) = (try HostCertificate(host: "orders.test"), try HostCertificate(host: "client"))
        let security = HTTP2ServerTransport.Posix.TransportSecurity.mTLS(
            certificateChain: [server.source],
            privateKey: server.key
        ) { $0.trustRoots = .certificates([client.source]) }
        let directory = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (certificate, key) = (directory.appending(path: "cert.pem"), directory.appending(path: "key.pem"))
        try Data(client.certificatePEM.utf8).write(to: certificate)
        try Data(client.privateKeyPEM.utf8).write(to: key)
        try await SystemInfoServer.run(security) { recorded, target in
            guard let address = target as? ResolvableTargets.IPv4, let port = address.addresses.first?.port else {
                Issue.record("\(target)")
                return
            }
            let environment = [
                "TEMPORAL_ADDRESS": "127.0.0.1:\(port)", "TEMPORAL_NAMESPACE": "ns", "TEMPORAL_API_KEY": "s3cret",
                "TEMPORAL_TLS_CLIENT_CERT_PATH": certificate.path, "TEMPORAL_TLS_CLIENT_KEY_PATH": key.path,
                "TEMPORAL_TLS_SERVER_CA_CERT_DATA": server.certificatePEM, "TEMPORAL_GRPC_META_SHOP_ID": "7",
            ]
            func connect(_ more: [String: String]) async throws {
                let profile = try ClientProfile(environment: environment.merging(more) { $1 })
                var configuration = TemporalClient.Configuration(profile: profile)
                configuration.callTimeout = more.isEmpty ? .seconds(1) : .seconds(20)
                try await TemporalClient.connect(
                    profile: profile,
                    configuration: configuration,
                    logger: LiveServices.logger
                ) { client in
                    #expect(client.namespace == "ns")
                }
            }
            // The certificate has another name than the address.
            let stranger = await #expect(throws: TemporalError.self) { try await connect([:]) }
            #expect(stranger?.code == .unavailable)
            try await connect(["TEMPORAL_TLS_SERVER_NAME": "orders.test"])
            let metadata = try #require(recorded.metadata.last)
            #expect(Array(metadata[stringValues: "authorization"]) == ["Bearer s3cret"])
            #expect(Array(metadata[stringValues: "shop-id"]) == ["7"])
            try await connect(["TEMPORAL_TLS_DISABLE_HOST_VERIFICATION": "true"])
        }
    }

    @Test(
        "A profile that cannot be used names its key",
        arguments: [
            (["TEMPORAL_ADDRESS": "localhost"], "\"address\""), (["TEMPORAL_ADDRESS": "http://a:1"], "\"address\""),
            (["TEMPORAL_TLS_CLIENT_CERT_DATA": "x"], "\"tls.client_key\""),
            (["TEMPORAL_TLS_CLIENT_KEY_DATA": "x"], "\"tls.client_cert\""),
            (["TEMPORAL_TLS_SERVER_CA_CERT_DATA": "x"], "\"tls.server_ca_cert\""),
            (["TEMPORAL_TLS_SERVER_CA_CERT_PATH": "/nowhere/ca.pem"], "/nowhere/ca.pem"),
            (["TEMPORAL_GRPC_META_CLIENT_NAME": "x"], "client-name"),
        ]
    )
    func wrongProfile(environment: [String: String], name: String) throws {
        let profile = try ClientProfile(environment: environment)
        let error = #expect(throws: TemporalError.self) {
            try TemporalClient(profile: profile, logger: LiveServices.logger)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(name) == true, "\(String(describing: error))")
    }

    @Test(
        "There is TLS if a profile speaks of it or has an API key, and does not say otherwise",
        arguments: [
            ([:], false), (["TEMPORAL_API_KEY": "k"], true), (["TEMPORAL_TLS": "true"], true),
            (["TEMPORAL_TLS": "false", "TEMPORAL_API_KEY": "k"], false), (["TEMPORAL_TLS_SERVER_NAME": "n"], true),
        ]
    )
    func usesTLS(environment: [String: String], expected: Bool) throws {
        #expect(try ClientProfile(environment: environment).usesTLS == expected)
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
