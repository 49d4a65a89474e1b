//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import AsyncHTTPClient
import ExternalStorageCore
import FakeS3
import Logging
import NIOCore
import NIOSSL
import StoreHTTP
import Testing

@testable import ExternalStorageS3

/// The double plays the access point over real TLS: it derives the public key from the secret, verifies the SigV4A
/// signature over the raw request, and refuses everything else.
@Suite("ES-D6 A Multi-Region Access Point, by the bucket's value alone", .timeLimit(.minutes(1)))
struct MultiRegionTests {
    static let arn = "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap"
    static let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"

    private static func run(
        secret: String = Harness.account.secretAccessKey,
        driver configuration: S3StorageDriver.Configuration = .init(),
        _ body: (FakeS3, S3StorageDriver, TestClock) async throws -> Void
    ) async throws {
        var server = FakeS3.Configuration()
        server.demandsSigV4A = true
        let certificate = try HostCertificate(host: Self.host)
        server.tunnel = certificate
        try await FakeS3.withServer(server) { server in
            var http = S3HTTPClient.httpConfiguration
            http.proxy = .server(host: "127.0.0.1", port: server.port)
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8))
            )
            http.tlsConfiguration = tls
            let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
            let clock = TestClock()
            var account = Harness.account
            account.secretAccessKey = secret
            var settings = S3HTTPClient.Configuration(region: "eu-central-1")
            settings.environment = nil
            let client = S3HTTPClient(
                configuration: settings,
                credentials: StaticAWSCredentialsProvider(account),
                lanes: S3Lanes(httpClient),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                clock: clock,
                now: { 1_795_523_696 },
                random: { 1 }
            )
            do {
                let driver = try S3StorageDriver(
                    bucket: .fixed(Self.arn),
                    client: client,
                    configuration: configuration
                )
                try await body(server, driver, clock)
                try await httpClient.shutdown()
            } catch {
                try await httpClient.shutdown()
                throw error
            }
        }
    }

    private static let payload = S3StorageDriverTests.payload("hello")

    @Test("Host, region set and SigV4A signature are right; the claim names the ARN; the payload comes back")
    func roundTrip() async throws {
        try await Self.run { server, driver, _ in
            let target = StorageDriverTarget.workflow(namespace: "n", id: "../a b", runID: nil, type: "T")
            let context = S3StorageDriverTests.storeContext(target)
            let claims = try await driver.store([Self.payload], context: context)
            #expect(claims[0]["bucket"] == Self.arn)
            #expect(try await driver.store([Self.payload], context: context) == claims)
            let payloads = try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
            #expect(payloads.map(\.serializedBytes) == [Self.payload.serializedBytes])
            for request in server.requests {
                #expect(request.refusal == nil)
                #expect(request.header("host") == Self.host)
                #expect(request.header("x-amz-region-set") == "*")
                #expect(request.header("authorization")?.hasPrefix("AWS4-ECDSA-P256-SHA256 Credential=") == true)
                #expect(request.header("authorization")?.contains("/20261124/s3/aws4_request,") == true)
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test("A wrong secret is refused: the double really verifies")
    func wrongSecret() async throws {
        try await Self.run(secret: "wrong") { server, driver, _ in
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([Self.payload], context: S3StorageDriverTests.storeContext())
            }
            #expect(error?.code == .forbidden)
            #expect(server.requests.map(\.refusal) == ["SignatureDoesNotMatch: the signature does not match"])
        }
    }

    @Test("An object that is not replicated yet is asked for again, with delays, and found")
    func replicationLag() async throws {
        try await Self.run { server, driver, clock in
            let claims = try await driver.store([Self.payload], context: S3StorageDriverTests.storeContext())
            server.enqueue(.error(status: 404, code: "NoSuchKey"), for: "GET", count: 3)
            let payloads = try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
            #expect(payloads.count == 1)
            #expect(clock.delays == [.milliseconds(500), .seconds(1), .seconds(2)])
        }
    }

    @Test("With replicas named, a missing object is not waited for: the replicas are asked at once")
    func replica() async throws {
        var configuration = S3StorageDriver.Configuration()
        // Another spelling of the same access point, so that one server can play both.
        let replica = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"
        configuration.replicaBuckets = [S3ReplicaBucket(name: replica, region: "eu-west-1")]
        try await Self.run(driver: configuration) { server, driver, clock in
            let claims = try await driver.store([Self.payload], context: S3StorageDriverTests.storeContext())
            server.enqueue(.error(status: 404, code: "NoSuchKey"), for: "GET")
            let payloads = try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
            #expect(payloads.map(\.serializedBytes) == [Self.payload.serializedBytes])
            #expect(server.requests.map(\.method) == ["PUT", "GET", "GET"])
            #expect(clock.delays.isEmpty)
        }
    }

    @Test(
        "ES-F8 An object that does not come may be on its way: not replicated, and the text says what replication has to do with it"
    )
    func notFound() async throws {
        try await Self.run { server, driver, _ in
            let claims = try await driver.store([Self.payload], context: S3StorageDriverTests.storeContext())
            server.enqueue(.error(status: 404, code: "NoSuchKey"), for: "GET", count: 5)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
            }
            #expect(error?.code == .notReplicated)
            #expect(error?.message.contains("replication") == true)
            #expect(error?.message.contains(Self.host) == true)
        }
    }

    @Test("The verifier refuses a request with any one bit of signature, path, header or body flipped")
    func flippedBits() throws {
        let verifier = RequestVerifier(accounts: [Harness.account], demandsSigV4A: true)
        var signer = RequestSigner(credentials: Harness.account)
        let body = Array("hello".utf8)
        let digest = PayloadDigest(hashing: ByteBuffer(bytes: body))
        var request = SignableRequest(
            method: "PUT",
            path: "/v0/a%252Fb",
            query: [.init("x-id", "PutObject")],
            headers: [.init("Host", Self.host), .init("If-None-Match", "*")],
            payloadHash: .verbatim(digest.hexadecimal)
        )
        let scope = SigningScope(
            .sigV4A(regionSet: "*"),
            service: "s3",
            time: SigningTime(secondsSince1970: 1_795_523_696)
        )
        request.headers += try signer.sign(request, scope: scope).headers
        let target = "\(request.path)?\(request.encodedQuery)"
        func verify(_ target: String, _ headers: [SignableRequest.Header], _ body: [UInt8]) throws {
            try verifier.verify(method: "PUT", target: target, headers: headers, body: body, now: 1_795_523_696)
        }
        #expect(throws: Never.self) { try verify(target, request.headers, body) }

        func flipped(_ text: String) -> [String] {
            let bytes = Array(text.utf8)
            return bytes.indices.compactMap { index in
                var changed = bytes
                changed[index] ^= 1
                return String(validating: changed, as: UTF8.self)
            }
        }
        for changed in flipped(target) {
            #expect(throws: RequestVerifier.Refusal.self) { try verify(changed, request.headers, body) }
        }
        for (index, header) in request.headers.enumerated() {
            for value in flipped(header.value) {
                var headers = request.headers
                headers[index].value = value
                #expect(throws: RequestVerifier.Refusal.self, "\(header.name): \(value)") {
                    try verify(target, headers, body)
                }
            }
        }
        for index in body.indices {
            var changed = body
            changed[index] ^= 1
            #expect(throws: RequestVerifier.Refusal.self) { try verify(target, request.headers, changed) }
        }
        #expect(throws: RequestVerifier.Refusal.self) {
            try verify(target, request.headers + [.init("x-amz-acl", "public-read")], body)
        }
        #expect(throws: RequestVerifier.Refusal.self) {
            try verifier.verify(method: "PUT", target: target, headers: request.headers, body: body, now: 1_795_525_000)
        }
    }
}
