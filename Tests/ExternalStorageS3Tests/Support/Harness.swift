//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import AWSSigning
import AsyncHTTPClient
import Crypto
import ExternalStorageCore
import FakeS3
import Logging
import NIOCore
import StoreHTTP

@testable import ExternalStorageS3

/// A server, a client for it, and the clock between them.
struct Harness {
    static let account = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )

    var server: FakeS3
    var client: S3HTTPClient
    var clock: TestClock

    /// Runs a body with a server and a client; both are gone afterwards.
    static func run<Result>(
        server configuration: FakeS3.Configuration = .init(),
        credentials: any AWSCredentialsProvider = StaticAWSCredentialsProvider(Self.account),
        followsRedirects: Bool = false,
        localTimeOffset: Int64 = 0,
        settings: S3HTTPClient.Configuration = .init(region: "eu-central-1"),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (Harness) async throws -> Result
    ) async throws -> Result {
        try await FakeS3.withServer(configuration) { server in
            var settings = settings
            // Whatever this machine is set up for, unless the test wants to know.
            if settings.environment?.variables == AWSEnvironment.process().variables { settings.environment = nil }
            settings.endpoint.endpointURL = settings.endpoint.endpointURL ?? server.endpointURL
            var http = S3HTTPClient.httpConfiguration
            if followsRedirects { http.redirectConfiguration = .follow(max: 5, allowCycles: false) }
            let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
            let clock = TestClock()
            let client = S3HTTPClient(
                configuration: settings,
                credentials: credentials,
                lanes: S3Lanes(httpClient),
                logger: logger,
                clock: clock,
                now: { 1_795_523_696 + localTimeOffset },
                random: { 1 }
            )
            do {
                let result = try await body(Harness(server: server, client: client, clock: clock))
                try await httpClient.shutdown()
                // Whatever went wrong in the body: no connection is left behind.
                await server.waitUntilIdle()
                return result
            } catch {
                try await httpClient.shutdown()
                throw error
            }
        }
    }

    func put(_ key: String, _ text: String, onlyIfAbsent: Bool = false) async throws -> S3PutOutcome {
        let body = ByteBuffer(string: text)
        return try await self.client.put(
            S3PutRequest(
                bucket: "payloads",
                key: key,
                body: body,
                digest: PayloadDigest(hashing: body),
                onlyIfAbsent: onlyIfAbsent
            )
        )
    }

    func get(_ key: String, range: Range<Int>? = nil, maximum: Int = 1 << 20) async throws -> S3GetResult {
        try await self.client.get(
            S3GetRequest(bucket: "payloads", key: key, range: range, maximumSizeInBytes: maximum)
        )
    }
}
