//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import TemporalTransport
import Testing
import X509

@Suite("TLS and mTLS on both sides", .timeLimit(.minutes(1)))
struct TLSTests {
    @Test("Calls go through with certificates on all four ends, and are refused without the client's")
    func mutual() async throws {
        let authority = try TestAuthority()
        let (server, proxy, client) = (
            try authority.issue("server"), try authority.issue("proxy"), try authority.issue("client")
        )
        let (roots, nioRoots) = (try authority.roots, try authority.nioRoots)

        try await withServer(
            FakeTemporal(),
            security: .mTLS(certificateChain: [server.certificate], privateKey: server.key) { $0.trustRoots = roots }
        ) { address in
            try await withProxy(
                to: address,
                security: .mTLS(
                    certificateChain: [proxy.nio.certificate],
                    privateKey: proxy.nio.key,
                    trustRoots: nioRoots
                ),
                targetSecurity: .mTLS(certificateChain: [proxy.nio.certificate], privateKey: proxy.nio.key) {
                    $0.trustRoots = nioRoots
                    $0.certificateVerification = .noHostnameVerification
                }
            ) { proxy in
                let anonymous = HTTP2ClientTransport.Posix.TransportSecurity.tls {
                    $0.trustRoots = roots
                    $0.serverCertificateVerification = .noHostnameVerification
                }
                try await withClient(to: proxy.address, security: anonymous) { client in
                    let code = try await Self.code { try await client.call("Echo", waitForReady: false).status.code }
                    #expect(code == .unavailable)
                }
                // A good call comes last: a server that is cancelled while it takes a connection traps in NIO.
                let identified = HTTP2ClientTransport.Posix.TransportSecurity.mTLS(
                    certificateChain: [client.certificate],
                    privateKey: client.key
                ) {
                    $0.trustRoots = roots
                    $0.serverCertificateVerification = .noHostnameVerification
                }
                try await withClient(to: proxy.address, security: identified) { client in
                    let message = Array(repeating: UInt8(3), count: 300_000)
                    let answer = try await client.call("Echo", [message])
                    #expect(answer.status.code == .ok)
                    #expect(answer.messages == [message])
                }
            }
        }
    }

    @Test("A server whose certificate is not trusted is as good as none, and the text says why")
    func untrusted() async throws {
        let (trusted, other) = (try TestAuthority(), try TestAuthority())
        let (server, roots) = (try other.issue("server"), try trusted.nioRoots)

        try await withServer(
            FakeTemporal(),
            security: .tls(certificateChain: [server.certificate], privateKey: server.key)
        ) { address in
            try await withProxy(to: address, targetSecurity: .tls { $0.trustRoots = roots }) { proxy in
                try await withClient(to: proxy.address) { client in
                    let answer = try await client.call("Echo")
                    #expect(answer.status.code == .unavailable)
                    #expect(answer.status.message.lowercased().contains("certificate"))
                }
            }
            // A good call comes last: a server that is cancelled while it takes a connection traps in NIO.
            let otherRoots = try other.roots
            let trusting = HTTP2ClientTransport.Posix.TransportSecurity.tls {
                $0.trustRoots = otherRoots
                $0.serverCertificateVerification = .noHostnameVerification
            }
            try await withClient(to: address, security: trusting) { client in
                let answer = try await client.call("Echo")
                #expect(answer.status.code == .ok)
            }
        }
    }

    @Test(
        "ES-R8 A server that does not agree on HTTP/2 is as good as none, and the text says so",
        arguments: [[], ["http/1.1"]]
    )
    func withoutHTTP2(protocols: [String]) async throws {
        let authority = try TestAuthority()
        let identity = try authority.issue("server").nio
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [identity.certificate],
            privateKey: identity.key
        )
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let roots = try authority.nioRoots
        try await withProxy(
            to: .ipv4(host: "127.0.0.1", port: server.localAddress?.port ?? 0),
            targetSecurity: .tls {
                $0.trustRoots = roots
                $0.certificateVerification = .noHostnameVerification
            }
        ) { proxy in
            try await withClient(to: proxy.address) { client in
                let answer = try await client.call("Echo")
                #expect(answer.status.code == .unavailable)
                #expect(answer.status.message.contains("does not offer HTTP/2"))
            }
        }
        try await server.close()
    }

    /// The code of a status, or of the error that stands for it.
    private static func code(_ body: () async throws -> Status.Code) async throws -> Status.Code {
        do {
            return try await body()
        } catch let error as RPCError {
            return Status.Code(error.code)
        }
    }
}

/// A certificate authority for a test.
struct TestAuthority {
    struct Identity {
        var certificate: TLSConfig.CertificateSource
        var key: TLSConfig.PrivateKeySource
        var nio: (certificate: NIOSSLCertificateSource, key: NIOSSLPrivateKeySource)
    }

    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    init() throws {
        self.name = try DistinguishedName { CommonName("authority") }
        self.certificate = try Self.certificate(
            for: Certificate.PrivateKey(self.key).publicKey,
            name: self.name,
            issuer: self.name,
            issuerKey: Certificate.PrivateKey(self.key),
            isAuthority: true
        )
    }

    var roots: TLSConfig.TrustRootsSource {
        get throws { .certificates([.bytes(try Self.bytes(self.certificate), format: .der)]) }
    }

    var nioRoots: NIOSSLTrustRoots {
        get throws { .certificates([try NIOSSLCertificate(bytes: try Self.bytes(self.certificate), format: .der)]) }
    }

    func issue(_ name: String) throws -> Identity {
        let key = P256.Signing.PrivateKey()
        let certificate = try Self.certificate(
            for: Certificate.PrivateKey(key).publicKey,
            name: try DistinguishedName { CommonName(name) },
            issuer: self.name,
            issuerKey: Certificate.PrivateKey(self.key),
            isAuthority: false
        )
        let (chain, secret) = (try Self.bytes(certificate), Array(key.derRepresentation))
        return Identity(
            certificate: .bytes(chain, format: .der),
            key: .bytes(secret, format: .der),
            nio: (
                .certificate(try NIOSSLCertificate(bytes: chain, format: .der)),
                .privateKey(try NIOSSLPrivateKey(bytes: secret, format: .der))
            )
        )
    }

    private static func certificate(
        for key: Certificate.PublicKey,
        name: DistinguishedName,
        issuer: DistinguishedName,
        issuerKey: Certificate.PrivateKey,
        isAuthority: Bool
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: Date.now.addingTimeInterval(-3_600),
            notValidAfter: Date.now.addingTimeInterval(3_600),
            issuer: issuer,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                if isAuthority {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                } else {
                    Critical(BasicConstraints.notCertificateAuthority)
                }
            },
            issuerPrivateKey: issuerKey
        )
    }

    static func bytes(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
