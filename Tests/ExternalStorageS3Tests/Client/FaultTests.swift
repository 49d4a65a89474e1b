//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import AWSSigning
import ExternalStorageCore
import ExternalStorageTesting
import FakeS3
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ExternalStorageS3

@Suite("ES-D7 Faults: the right class, the right number of attempts, no hang", .timeLimit(.minutes(1)))
struct FaultTests {
    static let passing: [FakeS3.Behaviour] = [
        .error(status: 500, code: "InternalError"), .error(status: 503, code: "SlowDown"), .status(502),
        .status(504), .status(429), .closeBeforeAnswer, .reset(afterBytes: 0), .reset(afterBytes: 2),
        .truncate(afterBytes: 3), .error(status: 400, code: "BadDigest"), .error(status: 400, code: "RequestTimeout"),
        .error(status: 409, code: "ConditionalRequestConflict"),
    ]

    static let cuttingBodies = 6...8

    @Test("A fault that passes is repeated, on reads and writes", arguments: passing.indices)
    func passes(_ index: Int) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(string: "hello"))
            harness.server.enqueue(Self.passing[index])
            #expect(try await String(buffer: harness.get("k").body) == "hello")
            #expect(harness.server.requests.count == 2)
            // The answer to a write has no body that could be cut off.
            guard !Self.cuttingBodies.contains(index) else { return }
            harness.server.enqueue(Self.passing[index])
            #expect(try await harness.put("l", "hello") == .written)
            #expect(harness.server.requests.count == 4)
            #expect(harness.clock.delays.count == 2)
        }
    }

    @Test("Content in pieces is sent whole, and again where the first attempt failed")
    func pieces() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let payload = Payload.sample(1, sizeInBytes: 700_000)
            #expect(payload.pieces.count == 2)
            let request = S3PutRequest(
                bucket: "payloads",
                key: "k",
                pieces: payload.pieces,
                digest: payload.digest,
                onlyIfAbsent: false
            )
            #expect(request.body == payload.serializedBytes)
            harness.server.enqueue(.status(500))
            #expect(try await harness.client.put(request) == .written)
            #expect(harness.server.requests.count == 2)
            #expect(harness.server.object("/payloads/k") == payload.serializedBytes)
        }
    }

    @Test("An answer that comes before the content is sent counts, and the next request is none the worse")
    func earlyAnswer() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let payload = Payload.sample(1, sizeInBytes: 20_000_000)
            for pieces in [payload.pieces, [payload.serializedBytes]] {
                harness.server.enqueue(.statusBeforeBody(412))
                harness.server.enqueue(.statusBeforeBody(500))
                var request = S3PutRequest(
                    bucket: "payloads",
                    key: "k",
                    pieces: pieces,
                    digest: payload.digest,
                    onlyIfAbsent: true
                )
                #expect(try await harness.client.put(request) == .alreadyPresent)
                request.onlyIfAbsent = false
                #expect(try await harness.client.put(request) == .written)
                #expect(harness.server.object("/payloads/k") == payload.serializedBytes)
            }
        }
    }

    @Test("A fault that stays is given up after three attempts", arguments: passing.indices)
    func stays(_ index: Int) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(string: "hello"))
            harness.server.enqueue(Self.passing[index], count: 3)
            let failure = await #expect(throws: S3Failure.self) { try await harness.get("k") }
            #expect(failure?.attempts == 3)
            #expect(failure?.isRetryable == true)
            #expect(failure?.endpoint == "127.0.0.1:\(harness.server.port)")
            #expect(failure?.region == "eu-central-1")
            #expect(harness.server.requests.count == 3)
        }
    }

    @Test("Throttling backs off from one second, a failing server from 50 ms; what the store asks for counts")
    func delays() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.enqueue(.error(status: 503, code: "SlowDown"), count: 2)
            _ = try await harness.put("a", "x")
            harness.server.enqueue(.error(status: 500, code: "InternalError"), count: 2)
            _ = try await harness.put("b", "x")
            harness.server.enqueue(.error(status: 503, code: "SlowDown", headers: [("x-amz-retry-after", "1500")]))
            _ = try await harness.put("c", "x")
            let expected: [Duration] = [
                .seconds(1), .seconds(2), .milliseconds(50), .milliseconds(100), .milliseconds(1500),
            ]
            #expect(harness.clock.delays == expected)
        }
    }

    @Test("The quota stops retries when most requests fail, and successes refill it")
    func quota() async throws {
        var settings = S3HTTPClient.Configuration(region: "eu-central-1")
        settings.retry.quota = 30
        try await Harness.run(settings: settings) { (harness: Harness) async throws -> Void in
            harness.server.enqueue(.status(500), count: 3)
            await #expect(throws: S3Failure.self) { try await harness.put("a", "x") }
            #expect(harness.server.requests.count == 3)
            harness.server.enqueue(.status(500))
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("a", "x") }
            #expect(failure?.attempts == 1)
        }
    }

    @Test("A body that stalls is given up when the attempt's time is over, and read again")
    func stall() async throws {
        // One limit: with two in a row it is a matter of luck which of them passes.
        var settings = S3HTTPClient.Configuration(region: "eu-central-1")
        settings.firstByteTimeout = .seconds(3600)
        try await Harness.run(settings: settings) { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(string: "hello"))
            for behaviour in [FakeS3.Behaviour.stall(afterBytes: 2), .withhold] {
                harness.server.enqueue(behaviour)
                async let result = harness.get("k")
                await harness.server.nextStall()
                await harness.clock.expire()
                #expect(try await String(buffer: result.body) == "hello")
            }
            #expect(harness.server.requests.count == 4)
        }
    }

    @Test("Cancellation ends a stalled request at once, as CancellationError", arguments: [true, false])
    func cancellation(_ withholds: Bool) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(string: "hello"))
            harness.server.enqueue(withholds ? .withhold : .stall(afterBytes: 2))
            let task = Task { try await harness.get("k") }
            await harness.server.nextStall()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(harness.server.requests.count == 1)
        }
    }

    @Test("A lost answer to a conditional write: the repetition finds the object, which is success")
    func lostAnswer() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.enqueue(.loseAnswer)
            #expect(try await harness.put("k", "x", onlyIfAbsent: true) == .alreadyPresent)
            #expect(harness.server.requests.count == 2)
        }
    }

    static let final: [(FakeS3.Behaviour, S3Failure.Kind)] = [
        (.error(status: 403, code: "AccessDenied"), .forbidden), (.error(status: 404, code: "NoSuchKey"), .notFound),
        (.error(status: 404, code: "NoSuchBucket"), .misconfigured),
        (.error(status: 400, code: "InvalidArgument"), .rejected),
        (.error(status: 400, code: "KeyTooLongError"), .tooLarge),
        (.error(status: 501, code: "NotImplemented"), .unsupported),
    ]

    @Test("What repeating cannot change is not repeated", arguments: final.indices)
    func finalFailures(_ index: Int) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.enqueue(Self.final[index].0)
            let failure = await #expect(throws: S3Failure.self) { try await harness.get("k") }
            #expect(failure?.kind == Self.final[index].1)
            #expect(failure?.attempts == 1)
            #expect(failure?.requestID == "FAKE0123456789")
            #expect(failure?.message == "said by the fake & nobody else")
            #expect(harness.server.requests.count == 1)
        }
    }

    @Test("The clock: a refused time is corrected by the server's, once, and remembered", arguments: [-7200, 7200])
    func skew(_ seconds: Int64) async throws {
        try await Harness.run(localTimeOffset: seconds) { (harness: Harness) async throws -> Void in
            #expect(try await harness.put("k", "x") == .written)
            #expect(harness.server.requests.count == 2)
            #expect(try await harness.put("l", "x") == .written)
            #expect(harness.server.requests.count == 3)
            #expect(harness.clock.delays.isEmpty)
        }
    }

    @Test("The region: learnt from header or body, remembered, signed again", arguments: [true, false])
    func region(_ viaHead: Bool) async throws {
        var configuration = FakeS3.Configuration()
        configuration.region = "ap-south-1"
        try await Harness.run(server: configuration) { (harness: Harness) async throws -> Void in
            #expect(try await harness.put("k", "x") == .written)
            #expect(harness.server.requests.count == 2)
            #expect(try await String(buffer: harness.get("k").body) == "x")
            #expect(harness.server.requests.count == 3)
            #expect(harness.client.describe(bucket: "payloads").first?.value == "ap-south-1")
        }
    }

    @Test("The region: a redirect that does not name it makes the client ask the bucket")
    func regionByHead() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.enqueue(.status(301))
            harness.server.enqueue(.status(400, headers: [("x-amz-bucket-region", "us-west-2")]), for: "HEAD")
            #expect(try await harness.put("k", "x") == .written)
            #expect(harness.server.requests.map(\.method) == ["PUT", "HEAD", "PUT"])
            let scope = harness.server.requests.last?.header("authorization")
            #expect(scope?.contains("/us-west-2/s3/aws4_request") == true)
        }
    }

    @Test("The region: a redirect loop ends, with the region in the text")
    func regionLoop() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.enqueue(.status(301, headers: [("x-amz-bucket-region", "us-west-2")]), count: 5)
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("k", "x") }
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.advice?.contains("us-west-2") == true)
            #expect(harness.server.requests.count == 2)
        }
    }

    @Test("A client that follows redirects by itself is noticed: the first answer counts")
    func followedRedirect() async throws {
        try await Harness.run(followsRedirects: true) { (harness: Harness) async throws -> Void in
            let elsewhere = "http://127.0.0.1:\(harness.server.port)/elsewhere"
            harness.server.enqueue(
                .status(307, headers: [("Location", elsewhere), ("x-amz-bucket-region", "us-west-2")])
            )
            #expect(try await harness.put("k", "x") == .written)
            #expect(harness.server.object("/payloads/k") != nil)
        }
    }

    @Test("Expired credentials: the provider is told, asked again, and the request repeated once")
    func expired() async throws {
        final class Provider: AWSCredentialsProvider {
            let fresh = Mutex(false)
            func credentials() async throws -> AWSCredentials {
                var account = Harness.account
                if !self.fresh.withLock({ $0 }) { account.accessKeyID = "OLD" }
                return account
            }
            func invalidate(_ credentials: AWSCredentials) async {
                #expect(credentials.accessKeyID == "OLD")
                self.fresh.withLock { $0 = true }
            }
        }
        try await Harness.run(credentials: Provider()) { (harness: Harness) async throws -> Void in
            harness.server.enqueue(.error(status: 400, code: "ExpiredToken"))
            #expect(try await harness.put("k", "x") == .written)
            #expect(harness.server.requests.count == 2)
        }
    }

    @Test("No credentials: nothing is sent, the text says what to do and nothing secret")
    func noCredentials() async throws {
        struct Provider: AWSCredentialsProvider {
            struct Nothing: Error { var token = "a-secret" }
            func credentials() async throws -> AWSCredentials { throw Nothing() }
        }
        try await Harness.run(credentials: Provider()) { (harness: Harness) async throws -> Void in
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("k", "x") }
            #expect(failure?.attempts == 0)
            #expect(harness.server.requests.isEmpty)
            let text = try #require(failure.map { "\($0)" })
            #expect(text.contains("no credentials: Nothing"))
            #expect(text.contains("Look into the provider of credentials that the client was given"))
            #expect(!text.contains("a-secret"))
        }
    }

    @Test("ES-D7 Credentials that nobody has set up are a mistake, not an outage; the text says what was tried")
    func missingCredentials() async throws {
        let chain = AWSCredentialsChain.default(
            environment: AWSEnvironment(variables: ["AWS_EC2_METADATA_DISABLED": "true"]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await Harness.run(credentials: chain) { (harness: Harness) async throws -> Void in
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("k", "x") }
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.isRetryable == false)
            for tried in ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "profile default", "ECS", "metadata"] {
                #expect(failure?.description.contains(tried) == true, "\(tried)")
            }
            #expect(harness.server.requests.isEmpty)
        }
    }

    @Test("400 to a HEAD in the right region is about the credentials: new ones are asked for, the region stays")
    func expiredBehindHead() async throws {
        final class Provider: AWSCredentialsProvider {
            let refused = Mutex(0)
            func credentials() async throws -> AWSCredentials {
                var account = Harness.account
                account.expiration = Int64(self.refused.withLock { $0 })
                return account
            }
            func invalidate(_ credentials: AWSCredentials) async { self.refused.withLock { $0 += 1 } }
        }
        let provider = Provider()
        try await Harness.run(credentials: provider) { (harness: Harness) async throws -> Void in
            let answer = FakeS3.Behaviour.status(400, headers: [("x-amz-bucket-region", "eu-central-1")])
            harness.server.enqueue(answer, for: "HEAD")
            #expect(try await harness.client.head(bucket: "payloads", key: "k") == nil)
            #expect(provider.refused.withLock { $0 } == 1)
            harness.server.enqueue(answer, for: "HEAD", count: 2)
            let failure = await #expect(throws: S3Failure.self) {
                try await harness.client.head(bucket: "payloads", key: "k")
            }
            #expect(failure?.kind == .forbidden)
            #expect(failure?.advice?.contains("session token") == true)
            #expect(harness.server.requests.count == 4)
            #expect(harness.server.requests.allSatisfy { $0.path == "/payloads/k" })
        }
    }

    @Test("A store that says nothing for ten seconds is taken for gone, long before an attempt's whole time is over")
    func firstByte() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(string: "hello"))
            harness.server.enqueue(.withhold)
            async let result = harness.get("k")
            await harness.server.nextStall()
            while harness.clock.begunLimits.isEmpty { await Task.yield() }
            #expect(harness.clock.begunLimits == [.seconds(10)])
            await harness.clock.expire()
            #expect(try await String(buffer: result.body) == "hello")
        }
    }

    @Test("Nobody listens: three attempts, unavailable, the endpoint in the text")
    func refused() async throws {
        // None that was free a moment ago: the server of another test may have it by now.
        let port = 1
        var settings = S3HTTPClient.Configuration(region: "eu-central-1")
        settings.endpoint.endpointURL = "http://127.0.0.1:\(port)"
        try await Harness.run(settings: settings) { (harness: Harness) async throws -> Void in
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("k", "x") }
            #expect(failure?.kind == .unavailable)
            #expect(failure?.attempts == 3)
            #expect(failure.map { "\($0)" }?.contains("endpoint=127.0.0.1:\(port)") == true)
        }
    }
}
