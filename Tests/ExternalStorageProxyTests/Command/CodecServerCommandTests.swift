//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCodecServer
import Foundation
import Testing

@testable import temporal_storage

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("The codec server as a process", .timeLimit(.minutes(2)))
struct CodecServerCommandTests {
    @Test(
        "A wrong or unsafe setting is one line on standard error that names it, and exit code 64",
        arguments: [
            (["codec-server"], "temporal-storage: --driver is missing: "),
            (
                ["codec-server", "--driver", "none", "--listen", "0.0.0.0:0"],
                "temporal-storage: --listen is not loopback, "
            ),
            (
                ["codec-server", "--driver", "none", "--listen", "127.0.0.1.example.com:0"],
                "temporal-storage: "
            ),
            (["codec-server", "--driver", "none", "--cors-origins", "*"], #"temporal-storage: "*" is no origin; "#),
            (["codec-server", "--driver", "none", "--auth-issuer", "x"], "temporal-storage: --auth-issuer needs "),
            (
                ["codec-server", "--driver", "none", "--auth-jwks-url", "https://x.example.com/keys"],
                "temporal-storage: --auth-jwks-url needs --auth-issuer and --auth-audience: "
            ),
            (
                [
                    "codec-server", "--driver", "none", "--auth-jwks-url", "http://x.example.com/keys", "--auth-issuer",
                    "i",
                    "--auth-audience", "a",
                ],
                "temporal-storage: --auth-jwks-url: the key set has to be at an https URL"
            ),
            (
                [
                    "codec-server", "--driver", "none", "--auth-jwks-url", "https://x.example.com/keys",
                    "--auth-issuer", "i",
                    "--auth-audience", "a", "--allow-anyone",
                ],
                "temporal-storage: --allow-anyone contradicts --auth-jwks-url"
            ),
            (
                ["codec-server", "--driver", "none", "--listen-tls-cert", "/x"],
                "temporal-storage: --listen-tls-cert needs "
            ),
            (
                ["codec-server", "--driver", "none", "--listen-tls-key", "/x"],
                "temporal-storage: --listen-tls-key needs --listen-tls-cert"
            ),
            (
                ["codec-server", "--driver", "none", "--listen-tls-cert", "/x", "--listen-tls-key", "/y"],
                #"temporal-storage: --listen-tls-cert is "/x", which cannot be read"#
            ),
            (
                ["codec-server", "--driver", "none", "--listen-tls-cert", #filePath, "--listen-tls-key", #filePath],
                "temporal-storage: --listen-tls-cert and --listen-tls-key: \(#filePath) and \(#filePath) have to be a PEM"
            ),
            (
                ["codec-server", "--driver", "none", "--rate-limit", "x"],
                #"temporal-storage: --rate-limit is "x"; it has to be "#
            ),
        ] as [([String], String)]
    )
    func wrongSettings(_ arguments: [String], _ text: String) async throws {
        let (code, output, errors) = try await RunningCommand(arguments).end()

        #expect(code == 64)
        #expect(output.isEmpty)
        #expect(errors.hasPrefix(text), "\(errors)")
        #expect(errors.filter { $0.isNewline }.count == 1)
    }

    @Test("It says where it listens, answers, has metrics, and ends well after SIGTERM")
    func life() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let portFile = folder.appending(path: "port")
        let command = try RunningCommand(
            ["codec-server", "--listen", "127.0.0.1:0", "--port-file", portFile.path, "--driver", "local-disk"],
            environment: ["TEMPORAL_STORAGE_STORE": folder.path]
        )
        let line = await command.nextLine()
        let port = try String(contentsOf: portFile, encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(line == "listening on http://127.0.0.1:\(port)")
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/healthz"))
        let (body, _) = try await URLSession.shared.data(from: url)
        #expect(body == Data("ok\n".utf8))

        command.terminate()

        let (code, output, errors) = try await command.end()
        #expect(code == 0)
        #expect(output.isEmpty)
        #expect(errors.contains(" info Stopped"))
    }

    @Test("Buckets that are allowed may have a prefix, and ARNs have a slash of their own")
    func buckets() throws {
        let arn = "arn:aws:s3:eu-central-1:123456789012:accesspoint/payloads"
        let settings = try Settings(
            flags: [.driver: "s3", .bucket: "own", .allowBuckets: "old, shared/team/a/,\(arn),\(arn)/team"],
            environment: [:]
        )
        #expect(
            try CodecServerSettings(from: settings).configuration.references.places
                == [
                    .init(bucket: "own"), .init(bucket: "old"), .init(bucket: "shared", prefix: "team/a/"),
                    .init(bucket: arn), .init(bucket: arn, prefix: "team"),
                ]
        )
    }
}
