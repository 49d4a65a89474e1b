//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TemporalTransport
import Testing

@Suite("TLS that is new enough, and certificates that change", .timeLimit(.minutes(1)))
struct TLSSourceTests {
    /// A server's certificate, which a test changes.
    private final class Files: Sendable {
        private let identity: Mutex<TestAuthority.Identity?>

        init(_ identity: TestAuthority.Identity?) { self.identity = Mutex(identity) }

        func change(to identity: TestAuthority.Identity?) { self.identity.withLock { $0 = identity } }

        func load() throws -> TLSConfiguration {
            guard let identity = self.identity.withLock({ $0 }) else { throw IOError(errnoCode: 2, reason: "no file") }
            return .makeServerConfiguration(certificateChain: [identity.nio.certificate], privateKey: identity.nio.key)
        }
    }

    private static func client(trusting authority: TestAuthority) throws -> HTTP2ClientTransport.Posix.TransportSecurity
    {
        let roots = try authority.roots
        return .tls {
            $0.trustRoots = roots
            $0.serverCertificateVerification = .noHostnameVerification
        }
    }

    @Test("ES-R8 Certificates are taken up when they change; connections that are there go on")
    func reload() async throws {
        let (old, new) = (try TestAuthority(), try TestAuthority())
        let files = Files(try old.issue("server"))
        let source = try TLSSource { try files.load() }
        let (trustsOld, trustsNew) = (try Self.client(trusting: old), try Self.client(trusting: new))
        try await withServer(FakeTemporal()) { upstream in
            try await withProxy(to: upstream, security: .tls(from: source)) { proxy in
                try await withClient(to: proxy.address, security: trustsOld) { early in
                    #expect(try await early.call("Echo").status.code == .ok)
                    #expect(try !source.reload())
                    // Half written, or gone: what was there stays.
                    files.change(to: nil)
                    #expect(throws: IOError.self) { try source.reload() }
                    #expect(try await early.call("Echo").status.code == .ok)

                    files.change(to: try new.issue("server"))
                    #expect(try source.reload())
                    #expect(try await early.call("Echo").status.code == .ok)
                    try await withClient(to: proxy.address, security: trustsNew) { late in
                        let answer = try await late.call("Echo")
                        #expect(answer.status.code == .ok)
                    }
                    #expect(try await early.call("Echo").status.code == .ok)
                }
            }
        }
    }

    @Test("ES-R8 TLS 1.1 and a client without HTTP/2 by ALPN are refused, whatever was configured")
    func old() async throws {
        let authority = try TestAuthority()
        let identity = try authority.issue("server")
        let source = try TLSSource {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [identity.nio.certificate],
                privateKey: identity.nio.key
            )
            configuration.minimumTLSVersion = .tlsv1
            return configuration
        }
        try await withServer(FakeTemporal()) { upstream in
            try await withProxy(to: upstream, security: .tls(from: source)) { proxy in
                let port = try #require(proxy.address.ipv4?.port)
                for (version, protocols) in [(TLSVersion.tlsv11, ["h2"]), (.tlsv13, []), (.tlsv13, ["http/1.1"])] {
                    var configuration = TLSConfiguration.makeClientConfiguration()
                    configuration.minimumTLSVersion = .tlsv1
                    configuration.maximumTLSVersion = version
                    configuration.applicationProtocols = protocols
                    configuration.trustRoots = try authority.nioRoots
                    configuration.certificateVerification = .noHostnameVerification
                    let context = try NIOSSLContext(configuration: configuration)
                    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                        .channelInitializer { channel in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(
                                    NIOSSLClientHandler(context: context, serverHostname: nil)
                                )
                            }
                        }
                        .connect(host: "127.0.0.1", port: port)
                        .get()
                    // The server ends it.
                    try await channel.closeFuture.get()
                }
                try await withClient(to: proxy.address, security: try Self.client(trusting: authority)) { client in
                    let answer = try await client.call("Echo")
                    #expect(answer.status.code == .ok)
                }
            }
        }
    }
}
