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
        let (certificate, key) = (folder.appending(path: "chain.pem"), folder.appending(path: "key.pem"))
        try LoopbackCertificate.certificate.write(to: certificate, atomically: true, encoding: .utf8)
        try LoopbackCertificate.key.write(to: key, atomically: true, encoding: .utf8)
        return try await body(certificate.path, key.path)
    }

    @Test("With a certificate it speaks TLS, and nothing else")
    func serves() async throws {
        let tls = try await Self.withFiles { certificate, key in
            try CodecServer.Configuration.tls(certificateChain: certificate, privateKey: key)
        }
        try await withCodecServer {
            $0.tls = tls
        } _: { server in
            var trust = TLSConfiguration.makeClientConfiguration()
            trust.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(LoopbackCertificate.certificate.utf8))
            )
            let client = HTTPClient(configuration: .init(tlsConfiguration: trust))
            var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/decode")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: "{}"))
            let status: UInt
            do {
                status = try await client.execute(request, timeout: .seconds(30)).status.code
                try await client.shutdown()
            } catch {
                try await client.shutdown()
                throw error
            }
            #expect(status == 200)
            await #expect(throws: (any Error).self) { try await server.send("/decode", "{}") }
        }
    }

    @Test("Files that are missing, or do not belong together, are an error that names them")
    func badFiles() async throws {
        try await Self.withFiles { certificate, key in
            for (first, second) in [
                (key, key), (certificate, certificate), ("/nowhere", key), (certificate, "/nowhere"),
            ] {
                let error = #expect(throws: CodecServerError.self) {
                    try CodecServer.Configuration.tls(certificateChain: first, privateKey: second)
                }
                #expect(error?.code == .invalidConfiguration)
                #expect(error?.message.contains(first) == true)
            }
        }
    }
}
