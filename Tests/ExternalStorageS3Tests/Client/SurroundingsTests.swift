//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import AWSSigning
import AsyncHTTPClient
import FakeS3
import Foundation
import Logging
import NIOCore
import NIOSSL
import Testing

@testable import ExternalStorageS3

@Suite("What the environment and the shared files say reaches S3", .timeLimit(.minutes(1)))
struct SurroundingsTests {
    /// A client without an HTTP client of its own.
    private static func client(
        region: String = "us-east-1",
        endpointURL: String? = nil,
        _ variables: [String: String],
        config: String = ""
    ) -> S3HTTPClient {
        var settings = S3HTTPClient.Configuration(region: region, endpointURL: endpointURL)
        settings.environment = AWSEnvironment(
            variables: variables.merging(["HOME": "/h"]) { given, _ in given },
            files: MadeUpFiles(contents: ["/h/.aws/config": config])
        )
        settings.retry.maximumAttempts = 1
        return S3HTTPClient(
            configuration: settings,
            credentials: StaticAWSCredentialsProvider(Harness.account),
            lanes: nil,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: ContinuousClock(),
            now: { 1_795_523_696 },
            random: { 1 }
        )
    }

    private static func host(_ client: S3HTTPClient, _ bucket: String = "payloads") async throws -> String {
        _ = try await client.surroundings()
        return try client.endpoint(bucket: bucket).authority
    }

    @Test(
        "An endpoint comes from code, else from the variables, else from the profile",
        arguments: [
            (["AWS_ENDPOINT_URL_S3": "http://s3var:1", "AWS_ENDPOINT_URL": "http://var:1"], nil, "s3var:1"),
            (["AWS_ENDPOINT_URL": "http://var:1"], nil, "var:1"), ([:], nil, "service:1"),
            (["AWS_PROFILE": "plain"], nil, "plain:1"),
            (["AWS_PROFILE": "none"], nil, "payloads.s3.us-east-1.amazonaws.com"),
            (["AWS_ENDPOINT_URL_S3": "http://s3var:1"], "http://code:1", "code:1"),
            (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], nil, "payloads.s3.us-east-1.amazonaws.com"),
            (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], "http://code:1", "code:1"),
            (
                ["AWS_ENDPOINT_URL_STS": "http://sts:1", "AWS_PROFILE": "none"], nil,
                "payloads.s3.us-east-1.amazonaws.com"
            ),
        ] as [([String: String], String?, String)]
    )
    func endpoint(_ variables: [String: String], _ code: String?, _ expected: String) async throws {
        let config = """
            [default]
            services = mine
            endpoint_url = http://profile:1
            [services mine]
            s3 =
              endpoint_url = http://service:1
            [profile plain]
            endpoint_url = http://plain:1
            [profile none]
            """
        #expect(try await Self.host(Self.client(endpointURL: code, variables, config: config)) == expected)
    }

    @Test(
        "FIPS and dual stack are honoured, from the variables and the profile",
        arguments: [
            (["AWS_USE_FIPS_ENDPOINT": "true"], "payloads.s3-fips.us-east-1.amazonaws.com"),
            (["AWS_USE_DUALSTACK_ENDPOINT": "True"], "payloads.s3.dualstack.us-east-1.amazonaws.com"),
            (["AWS_PROFILE": "both"], "payloads.s3-fips.dualstack.us-east-1.amazonaws.com"),
            (
                ["AWS_PROFILE": "both", "AWS_USE_FIPS_ENDPOINT": "false"],
                "payloads.s3.dualstack.us-east-1.amazonaws.com"
            ),
        ] as [([String: String], String)]
    )
    func flags(_ variables: [String: String], _ expected: String) async throws {
        let config = "[profile both]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n"
        #expect(try await Self.host(Self.client(variables, config: config)) == expected)
    }

    @Test(
        "What cannot be is said before anything is sent: FIPS with an endpoint, a flag that is none, a missing section"
    )
    func mistakes() async throws {
        let clients = [
            Self.client(endpointURL: "http://127.0.0.1:1", ["AWS_USE_FIPS_ENDPOINT": "true"]),
            Self.client(["AWS_USE_FIPS_ENDPOINT": "yes"]), Self.client([:], config: "[default]\nservices = none\n"),
            Self.client([:], config: "[default]\nthis is no property\n"),
            Self.client(["AWS_CA_BUNDLE": "/nowhere/ca.pem"]), Self.client(["HTTPS_PROXY": "socks5://p:1"]),
        ]
        for (client, words) in zip(
            clients,
            ["FIPS", "true or false", "none", "line 2", "/nowhere/ca.pem", "HTTPS_PROXY"]
        ) {
            let failure = await #expect(throws: S3Failure.self) { try await client.head(bucket: "payloads", key: "k") }
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.attempts == 0)
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
        }
    }

    @Test("A section that is wrong and not used is none of our business")
    func otherSection() async throws {
        let config = "[profile broken]\nthis is no property\n[default]\nuse_fips_endpoint = true\n"
        #expect(try await Self.host(Self.client([:], config: config)) == "payloads.s3-fips.us-east-1.amazonaws.com")
    }

    @Test("Requests go through HTTP_PROXY, and not where NO_PROXY says")
    func proxy() async throws {
        try await FakeS3.withServer { (server: FakeS3) async throws -> Void in
            let variables = ["HTTP_PROXY": "http://127.0.0.1:\(server.port)", "NO_PROXY": "elsewhere.invalid"]
            let client = Self.client(endpointURL: "http://store.invalid", variables)
            // The server is no proxy, but tells what it was asked for: a tunnel, for plain HTTP as well.
            await #expect(throws: S3Failure.self) { try await client.head(bucket: "payloads", key: "k") }
            #expect(server.requests.map(\.method) == ["CONNECT"])
            #expect(server.requests.map(\.target) == ["store.invalid:80"])
            let direct = Self.client(endpointURL: "http://elsewhere.invalid", variables)
            await #expect(throws: S3Failure.self) { try await direct.head(bucket: "payloads", key: "k") }
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "ES-R8 HTTPS_PROXY carries a tunnel, and AWS_CA_BUNDLE says whom to trust behind it",
        arguments: [true, false]
    )
    func tunnel(isTrusted: Bool) async throws {
        let host = "store.invalid"
        let certificate = try HostCertificate(host: host)
        let bundle = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem")
        defer { try? FileManager.default.removeItem(at: bundle) }
        let other = try HostCertificate(host: "other.invalid")
        try (isTrusted ? certificate : other).certificatePEM.write(to: bundle, atomically: true, encoding: .utf8)
        var configuration = FakeS3.Configuration()
        configuration.tunnel = certificate
        try await FakeS3.withServer(configuration) { (server: FakeS3) async throws -> Void in
            let variables = ["https_proxy": "http://user:pass@127.0.0.1:\(server.port)/"]
            let config = "[default]\nca_bundle = \(bundle.path)\n"
            let client = Self.client(endpointURL: "https://\(host)", variables, config: config)
            guard isTrusted else {
                let failure = await #expect(throws: S3Failure.self) {
                    try await client.head(bucket: "payloads", key: "k")
                }
                #expect(failure?.kind == .misconfigured)
                #expect(failure?.advice?.contains("trust") == true)
                return
            }
            #expect(try await client.head(bucket: "payloads", key: "k") == nil)
            #expect(server.requests.map(\.path) == ["/payloads/k"])
            #expect(server.requests.first?.refusal == nil)
        }
    }

    @Test("ES-R8 Nothing older than TLS 1.2 is spoken")
    func oldTLS() {
        #expect(S3HTTPClient.httpConfiguration.tlsConfiguration?.minimumTLSVersion == .tlsv12)
    }
}
