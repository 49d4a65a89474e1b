//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeS3
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("Reading from replicas", .timeLimit(.minutes(1)))
struct ReplicaTests {
    private static let payload = S3StorageDriverTests.payload("hello")
    private static var key: String { "v0/d/sha256/\(Self.payload.digest.hexadecimal)" }

    /// A driver for the bucket `payloads` with the replicas `first` and `second`, and a claim of what `second` has.
    private static func run(
        has object: Payload? = Self.payload,
        partSize: Int? = nil,
        _ body: (FakeS3, S3StorageDriver, StorageDriverClaim) async throws -> Void
    ) async throws {
        var configuration = S3StorageDriver.Configuration()
        configuration.downloadPartSizeInBytes = partSize
        configuration.replicaBuckets = [
            S3ReplicaBucket(name: "first", region: "us-east-1"), S3ReplicaBucket(name: "second", region: "eu-west-1"),
        ]
        try await Harness.run { (harness: Harness) async throws -> Void in
            if let object { harness.server.put("/second/\(Self.key)", object.serializedBytes) }
            let claim = S3Claim(bucket: "payloads", key: Self.key, digest: Self.payload.digest).claim
            try await body(harness.server, S3StorageDriverTests.driver(harness, configuration), claim)
        }
    }

    private static func retrieve(_ claim: StorageDriverClaim, _ driver: S3StorageDriver) async throws -> [Payload] {
        try await driver.retrieve([claim], context: S3StorageDriverTests.retrieveContext)
    }

    @Test("What the bucket does not have comes from the first replica that has it, signed for the replica's region")
    func missing() async throws {
        try await Self.run { server, driver, claim in
            let payloads = try await Self.retrieve(claim, driver)
            #expect(payloads.map(\.serializedBytes) == [Self.payload.serializedBytes])
            #expect(server.requests.map(\.path) == ["payloads", "first", "second"].map { "/\($0)/\(Self.key)" })
            let regions = ["eu-central-1", "us-east-1", "eu-west-1"]
            for (request, region) in zip(server.requests, regions) {
                #expect(request.header("authorization")?.contains("/\(region)/s3/aws4_request") == true)
            }
        }
    }

    static let passing: [(FakeS3.Behaviour, Int)] = [
        (.status(503), 1), (.closeBeforeAnswer, 1), (.error(status: 503, code: "SlowDown"), 1),
        (.error(status: 403, code: "AccessDenied"), 1),
    ]

    @Test(
        "A bucket that is down, overloaded, or says forbidden for what is missing, is stood in for",
        arguments: passing.indices
    )
    func down(_ index: Int) async throws {
        try await Self.run { server, driver, claim in
            let (behaviour, attempts) = Self.passing[index]
            server.put("/payloads/\(Self.key)", Self.payload.serializedBytes)
            server.enqueue(behaviour, for: "GET", count: attempts)
            let payloads = try await Self.retrieve(claim, driver)
            #expect(payloads.count == 1)
            #expect(server.requests.count == attempts + 2)
        }
    }

    @Test("Not found is said only if every bucket says so, and names the bucket of the claim")
    func nowhere() async throws {
        try await Self.run(has: nil) { server, driver, claim in
            let error = await #expect(throws: ExternalStorageError.self) { try await Self.retrieve(claim, driver) }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("bucket=payloads") == true)
            #expect(server.requests.count == 3)
        }
    }

    @Test("A replica that cannot be asked leaves open whether the object is there: unavailable, which is retried")
    func undecided() async throws {
        try await Self.run(has: nil) { server, driver, claim in
            server.enqueue(.error(status: 404, code: "NoSuchKey"), for: "GET")
            server.enqueue(.status(500), for: "GET")
            // The other replica says no; then the one that failed is asked again, as often as the policy says.
            server.enqueue(.error(status: 404, code: "NoSuchKey"), for: "GET")
            server.enqueue(.status(500), for: "GET", count: 3)
            let error = await #expect(throws: ExternalStorageError.self) { try await Self.retrieve(claim, driver) }
            #expect(error?.code == .unavailable)
            #expect(error?.isRetryable == true)
            #expect(error?.message.contains("bucket=first") == true)
        }
    }

    @Test("A wrong setting is not covered up by a replica")
    func wrongSetting() async throws {
        try await Self.run { server, driver, claim in
            server.enqueue(.error(status: 404, code: "NoSuchBucket"), for: "GET")
            let error = await #expect(throws: ExternalStorageError.self) { try await Self.retrieve(claim, driver) }
            #expect(error?.code == .misconfigured)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A bucket that is silent is given up after two seconds, and left alone while a replica answers")
    func silent() async throws {
        try await Self.run {
            (server: FakeS3, driver: S3StorageDriver, claim: StorageDriverClaim) async throws -> Void in
            server.enqueue(.withhold, for: "GET")
            async let first = Self.retrieve(claim, driver)
            await server.nextStall()
            let clock = try #require((driver.client as? S3HTTPClient)?.clock as? TestClock)
            await clock.expire()
            #expect(try await first.count == 1)
            #expect(clock.begunLimits.contains(.seconds(2)))
            #expect(server.requests.count == 3)
            for _ in 0..<3 { #expect(try await Self.retrieve(claim, driver).count == 1) }
            let asked = server.requests.dropFirst(3).map { $0.path.split(separator: "/")[0] }
            #expect(asked == ["first", "second", "first", "second", "first", "second"])
        }
    }

    @Test("A bucket that fell silent is tried by one request after half a minute, and is back when that is answered")
    func breaker() {
        var breaker = BucketBreaker()
        func isAsked(_ bucket: String, at now: Int64) -> Bool { breaker.mayAsk(bucket, now: now) }
        #expect(isAsked("a", at: 1_000))
        breaker.failed("a", now: 1_000)
        #expect(!isAsked("a", at: 1_029))
        #expect(isAsked("b", at: 1_029))
        #expect(isAsked("a", at: 1_030))
        #expect(!isAsked("a", at: 1_031))
        breaker.answered("a")
        #expect(isAsked("a", at: 1_031))
        breaker.failed("a", now: 1_031)
        // The clock was set back by an hour.
        #expect(isAsked("a", at: -2_569))
    }

    @Test("ES-D3 What a replica gives is verified")
    func corrupted() async throws {
        try await Self.run(has: S3StorageDriverTests.payload("other")) { _, driver, claim in
            let error = await #expect(throws: ExternalStorageError.self) { try await Self.retrieve(claim, driver) }
            #expect(error?.code == .corrupted)
        }
    }

    @Test("Ranges and streams come from replicas, too")
    func ranges() async throws {
        try await Self.run(partSize: 10) { server, driver, claim in
            let payloads = try await Self.retrieve(claim, driver)
            #expect(payloads.map(\.serializedBytes) == [Self.payload.serializedBytes])
            var streamed = ByteBuffer()
            for try await var chunk in try await driver.chunks(of: claim, context: S3StorageDriverTests.retrieveContext)
            {
                streamed.writeBuffer(&chunk)
            }
            #expect(streamed == Self.payload.serializedBytes)
        }
    }
}
