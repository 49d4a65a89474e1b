//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import ExternalStorageCodecServer

@Suite("TLS", .timeLimit(.minutes(1)))
struct TLSTests {
    private static func withFiles<Result>(
        _ body: (_ certificate: String, _ key: String) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "chain.pem").path, folder.appending(path: "key.pem").path)
        try Self.write(LoopbackCertificate.certificate, LoopbackCertificate.key, to: certificate, key)
        return try await body(certificate, key)
    }

    private static func write(_ certificate: String, _ key: String, to path: String, _ keyPath: String) throws {
        try certificate.write(toFile: path, atomically: true, encoding: .utf8)
        try key.write(toFile: keyPath, atomically: true, encoding: .utf8)
    }

    /// A server whose certificate is in files, which it looks at all the time.
    private static func withServer(
        _ body: @escaping @Sendable (RunningServer, _ certificate: String, _ key: String) async throws -> Void
    ) async throws {
        try await Self.withFiles { certificate, key in
            var files = try CodecServer.CertificateFiles(certificateChain: certificate, privateKey: key)
            #expect(files.interval == .seconds(30))
            files.interval = .milliseconds(20)
            try await withCodecServer {
                $0.certificates = files
            } _: { server in
                try await body(server, certificate, key)
            }
        }
    }

    /// A client that trusts one certificate.
    private static func withClient<Result>(
        trusting certificate: String,
        maximumVersion: TLSVersion? = nil,
        _ body: (HTTPClient) async throws -> Result
    ) async throws -> Result {
        var trust = TLSConfiguration.makeClientConfiguration()
        trust.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
        trust.maximumTLSVersion = maximumVersion
        let client = HTTPClient(configuration: .init(tlsConfiguration: trust))
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private static func status(_ client: HTTPClient, _ server: RunningServer) async throws -> UInt {
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/decode")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: "{}"))
        let response = try await client.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1_000)
        return response.status.code
    }

    @Test("With a certificate it speaks TLS, and nothing else")
    func serves() async throws {
        try await Self.withServer { server, _, _ in
            let status = try await Self.withClient(trusting: LoopbackCertificate.certificate) {
                try await Self.status($0, server)
            }
            #expect(status == 200)
            await #expect(throws: (any Error).self) { try await server.send("/decode", "{}") }
        }
    }

    @Test(
        "ES-R8 Versions before 1.2 are not spoken, whatever the configuration says",
        arguments: [(TLSVersion.tlsv12, true), (.tlsv11, false)]
    )
    func versions(_ version: TLSVersion, _ isSpoken: Bool) async throws {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(LoopbackCertificate.certificate.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(LoopbackCertificate.key.utf8), format: .pem))
        )
        tls.minimumTLSVersion = .tlsv1
        let custom = tls
        try await withCodecServer {
            $0.tls = custom
        } _: { server in
            try await Self.expect(version, isSpoken, server)
        }
        try await Self.withServer { server, _, _ in try await Self.expect(version, isSpoken, server) }
    }

    private static func expect(_ version: TLSVersion, _ isSpoken: Bool, _ server: RunningServer) async throws {
        let status = try? await Self.withClient(trusting: LoopbackCertificate.certificate, maximumVersion: version) {
            try await Self.status($0, server)
        }
        #expect((status == 200) == isSpoken)
    }

    @Test(
        "ES-R8 Certificates are read again under load: no request fails, old connections stay, new ones get the new one"
    )
    func rotation() async throws {
        let fresh = try FreshCertificate()
        try await Self.withServer { server, certificate, key in
            try await Self.withClient(trusting: LoopbackCertificate.certificate) { old in
                #expect(try await Self.status(old, server) == 200)
                // One after the other, and so on the connection that is there.
                async let load: Void = {
                    for _ in 0..<300 {
                        let status = try await Self.status(old, server)
                        #expect(status == 200)
                    }
                }()
                // For a while they do not belong together.
                try fresh.certificatePEM.write(toFile: certificate, atomically: true, encoding: .utf8)
                try await Task.sleep(for: .milliseconds(100))
                try fresh.privateKeyPEM.write(toFile: key, atomically: true, encoding: .utf8)
                var isNew = false
                while !isNew {
                    try Task.checkCancellation()
                    let status = try? await Self.withClient(trusting: fresh.certificatePEM) {
                        try await Self.status($0, server)
                    }
                    isNew = status == 200
                }
                try await load
                #expect(try await Self.status(old, server) == 200)
            }
        }
    }

    @Test("Other blocks in the files do no harm")
    func otherBlocks() async throws {
        try await Self.withFiles { certificate, key in
            let both = LoopbackCertificate.certificate + "\n" + LoopbackCertificate.key + "\n"
            let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            try Self.write("# a comment\n" + both, parameters + both, to: certificate, key)
            _ = try CodecServer.CertificateFiles(certificateChain: certificate, privateKey: key)
        }
    }

    @Test("Files that are missing, or do not belong together, are an error that names them")
    func badFiles() async throws {
        try await Self.withFiles { certificate, key in
            for (first, second) in [
                (key, key), (certificate, certificate), ("/nowhere", key), (certificate, "/nowhere"),
            ] {
                let error = #expect(throws: CodecServerError.self) {
                    try CodecServer.CertificateFiles(certificateChain: first, privateKey: second)
                }
                #expect(error?.code == .invalidConfiguration)
                #expect(error?.message.contains(first) == true)
            }
        }
    }
}
