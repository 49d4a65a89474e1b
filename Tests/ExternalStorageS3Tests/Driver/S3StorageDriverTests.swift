//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import FakeS3
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("The S3 driver", .timeLimit(.minutes(1)))
struct S3StorageDriverTests {
    static func driver(
        _ harness: Harness,
        _ configuration: S3StorageDriver.Configuration = .init(),
        bucket: S3BucketChoice = "payloads",
        log: LogRecorder = LogRecorder()
    ) throws -> S3StorageDriver {
        try S3StorageDriver(
            bucket: bucket,
            client: harness.client,
            configuration: configuration,
            logger: log.logger,
            now: { 1_795_523_696 }
        )
    }

    static func payload(_ text: String) -> Payload {
        Payload(metadata: ["encoding": Array("json/plain".utf8)], data: ByteBuffer(string: text))
    }

    static func storeContext(_ target: StorageDriverTarget? = nil, permits: Int = 8) -> StorageDriverStoreContext {
        StorageDriverStoreContext(target: target, namespace: "ns", limiter: StorageLimiter(permits: permits))
    }

    static let retrieveContext = StorageDriverRetrieveContext(namespace: "ns", limiter: StorageLimiter(permits: 8))

    @Test("ES-D1 Name and type are those of all SDKs")
    func names() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            #expect(driver.name == "aws.s3driver")
            #expect(driver.type == "aws.s3driver")
            var configuration = S3StorageDriver.Configuration()
            configuration.name = "archive"
            #expect(try Self.driver(harness, configuration).name == "archive")
            #expect(try Self.driver(harness, configuration).type == "aws.s3driver")
        }
    }

    @Test("ES-D1 ES-D2 Store and retrieve: body, key, claim; one request per payload")
    func roundTrip() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let payloads = (0..<5).map { Self.payload("payload \($0)") }
            let target = StorageDriverTarget.workflow(namespace: "n s", id: "a/b", runID: nil, type: "T")
            let claims = try await driver.store(payloads, context: Self.storeContext(target))
            #expect(harness.server.requests.map(\.method) == Array(repeating: "PUT", count: 5))
            for (claim, payload) in zip(claims, payloads) {
                let key = "v0/ns/n%20s/wt/T/wi/a%2Fb/ri/null/d/sha256/\(payload.digest.hexadecimal)"
                #expect(
                    claim == [
                        "bucket": "payloads", "key": key, "hash_algorithm": "sha256",
                        "hash_value": payload.digest.hexadecimal,
                    ]
                )
                let path = "/payloads/" + URIEncoding.encodePath(key)
                #expect(harness.server.object(path) == payload.serializedBytes)
            }
            let retrieved = try await driver.retrieve(claims.reversed(), context: Self.retrieveContext)
            #expect(retrieved.map(\.serializedBytes) == payloads.reversed().map(\.serializedBytes))
            #expect(harness.server.requests.count == 10)
        }
    }

    @Test("ES-D4 What is there is not uploaded again, and needs no HEAD: 412 is success")
    func dedupe() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let first = try await driver.store([Self.payload("x")], context: Self.storeContext())
            let second = try await driver.store([Self.payload("x")], context: Self.storeContext())
            #expect(first == second)
            #expect(harness.server.requests.map(\.method) == ["PUT", "PUT"])
            #expect(harness.server.requests.allSatisfy { $0.header("if-none-match") == "*" })
        }
    }

    @Test("ES-D4 HEAD as an option")
    func headMode() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            var configuration = S3StorageDriver.Configuration()
            configuration.existenceCheck = .head
            let driver = try Self.driver(harness, configuration)
            for _ in 0..<2 { _ = try await driver.store([Self.payload("x")], context: Self.storeContext()) }
            #expect(harness.server.requests.map(\.method) == ["HEAD", "PUT", "HEAD"])
            #expect(harness.server.requests.allSatisfy { $0.header("if-none-match") == nil })
        }
    }

    @Test("ES-D4 refreshAfter: a young object stays, an old one is written again", arguments: [3599, 3601])
    func refresh(_ age: Int64) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            var configuration = S3StorageDriver.Configuration()
            configuration.refreshAfter = .seconds(3600)
            let driver = try Self.driver(harness, configuration)
            let payload = Self.payload("x")
            let path = "/payloads/v0/d/sha256/\(payload.digest.hexadecimal)"
            harness.server.put(path, payload.serializedBytes, lastModified: 1_795_523_696 - age)
            _ = try await driver.store([payload], context: Self.storeContext())
            let methods = harness.server.requests.map(\.method)
            #expect(methods == (age > 3600 ? ["PUT", "HEAD", "PUT"] : ["PUT", "HEAD"]))
            if age > 3600 { #expect(harness.server.requests.last?.header("if-none-match") == nil) }
        }
    }

    @Test("ES-D5 The same payload twice in one batch is one upload and two claims")
    func duplicates() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let claims = try await driver.store(
                [Self.payload("x"), Self.payload("y"), Self.payload("x")],
                context: Self.storeContext()
            )
            #expect(claims.count == 3)
            #expect(claims[0] == claims[2])
            #expect(harness.server.requests.count == 2)
            let payloads = try await driver.retrieve(claims, context: Self.retrieveContext)
            #expect(payloads.count == 3)
            #expect(harness.server.requests.count == 4)
        }
    }

    @Test("ES-D5 ES-P7 Uploads run at the same time, and no more than there are permits")
    func permits() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            harness.server.enqueue(.withhold, count: 10)
            let payloads = (0..<10).map { Self.payload("\($0)") }
            let task = Task { try await driver.store(payloads, context: Self.storeContext(permits: 3)) }
            for _ in 0..<3 { await harness.server.nextStall() }
            // Three requests are out and hang; the others wait for permits and have not been sent.
            #expect(harness.server.requests.count == 3)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            // They are cancelled one after the other: the permit of the first may go to one that is not yet, and then
            // that is sent too. But nothing is sent again.
            let targets = harness.server.requests.map(\.target)
            #expect(Set(targets).count == targets.count)
        }
    }

    @Test("ES-P9 A payload over the limit fails the whole batch before the first upload; one at the limit does not")
    func sizeLimit() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let payload = Self.payload("12345")
            var configuration = S3StorageDriver.Configuration()
            configuration.payloadSizeLimit = payload.sizeInBytes
            let driver = try Self.driver(harness, configuration)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([payload, Self.payload("123456")], context: Self.storeContext())
            }
            #expect(error?.code == .payloadTooLarge)
            #expect(error?.message.contains("payload size \(payload.sizeInBytes + 1) exceeds maximum") == true)
            #expect(harness.server.requests.isEmpty)
            _ = try await driver.store([payload], context: Self.storeContext())
        }
    }

    @Test("ES-D3 A changed object is corrupted: named with both digests, and not read again", arguments: [true, false])
    func corrupted(_ flips: Bool) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let payload = Self.payload("x")
            let claims = try await driver.store([payload], context: Self.storeContext())
            if flips {
                harness.server.enqueue(.flipBit, for: "GET")
            } else {
                let path = "/payloads/v0/d/sha256/\(payload.digest.hexadecimal)"
                harness.server.put(path, ByteBuffer(string: "something else"))
            }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: Self.retrieveContext)
            }
            #expect(error?.code == .corrupted)
            #expect(error?.isRetryable == false)
            let key = try #require(claims[0]["key"])
            #expect(
                error?.message.contains("integrity check failed [bucket=payloads, key=\(key), region=eu-central-1, ")
                    == true
            )
            #expect(error?.message.contains("expected sha256:\(payload.digest.hexadecimal), got sha256:") == true)
            #expect(harness.server.requests.filter { $0.method == "GET" }.count == 1)
        }
    }

    @Test("ES-P11 Of an object that has no room nothing is read, and it is not asked for again", arguments: [nil, 100])
    func noRoom(_ partSize: Int?) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            var configuration = S3StorageDriver.Configuration()
            configuration.downloadPartSizeInBytes = partSize
            let driver = try Self.driver(harness, configuration)
            let payloads = [Self.payload("small"), Self.payload(String(repeating: "x", count: 1_000))]
            let claims = try await driver.store(payloads, context: Self.storeContext())
            var context = Self.retrieveContext
            context.budget = RetrievalBudget(sizeInBytes: 999)
            // The head comes, and never a body: who waits for it is still here in a minute.
            harness.server.enqueue(.stall(afterBytes: 0), for: "GET")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve([claims[1]], context: context)
            }
            #expect(error?.code == .messageTooLarge)
            #expect(harness.server.requests.filter { $0.method == "GET" }.count == 1)
            context.budget = RetrievalBudget(sizeInBytes: 2_000)
            #expect(try await driver.retrieve(claims, context: context) == payloads)
        }
    }

    @Test("ES-D3 Bytes that match their digest and are no payload are corrupted, too")
    func notAPayload() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let bytes = ByteBuffer(bytes: [0x0a, 0xff])
            harness.server.put("/payloads/k", bytes)
            let digest = PayloadDigest(hashing: bytes)
            let claim = S3Claim(bucket: "payloads", key: "k", digest: digest).claim
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve([claim], context: Self.retrieveContext)
            }
            #expect(error?.code == .corrupted)
            #expect(error?.message.contains("failed to unmarshal payload") == true)
        }
    }

    @Test("A claim that lacks something fails before anything is downloaded")
    func badClaim() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let good = try await driver.store([Self.payload("x")], context: Self.storeContext())[0]
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve([good, [:]], context: Self.retrieveContext)
            }
            #expect(error?.code == .invalidClaim)
            #expect(harness.server.requests.count == 1)
        }
    }

    static let faults: [(FakeS3.Behaviour, ExternalStorageError.Code, Int)] = [
        (.error(status: 404, code: "NoSuchKey"), .notFound, 1),
        (.error(status: 404, code: "NoSuchBucket"), .misconfigured, 1),
        (.error(status: 403, code: "AccessDenied"), .forbidden, 1),
        (.error(status: 503, code: "SlowDown"), .throttled, 3), (.status(500), .unavailable, 3),
        (.reset(afterBytes: 1), .unavailable, 3), (.truncate(afterBytes: 1), .unavailable, 3),
        (.error(status: 409, code: "OperationAborted"), .unavailable, 3),
        (.error(status: 400, code: "InvalidArgument"), .misconfigured, 1),
    ]

    @Test(
        "ES-D7 ES-F1 Failures are classified; the text names place, region, endpoint and nothing secret",
        arguments: faults.indices
    )
    func classified(_ index: Int) async throws {
        let (behaviour, code, attempts) = Self.faults[index]
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let claims = try await driver.store([Self.payload("x")], context: Self.storeContext())
            harness.server.enqueue(behaviour, for: "GET", count: 3)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: Self.retrieveContext)
            }
            #expect(error?.code == code)
            #expect((error?.cause as? S3Failure)?.attempts == attempts)
            let text = try #require(error.map { "\($0)" })
            let key = try #require(claims[0]["key"])
            for part in ["bucket=payloads", "key=\(key)", "region=eu-central-1", "endpoint=127.0.0.1:", "retrieve"] {
                #expect(text.contains(part), "\(text)")
            }
            #expect(!text.contains(Harness.account.secretAccessKey))
            #expect(!text.contains("Signature="))
        }
    }

    @Test("ES-D6 A bucket per payload; what the closure throws is thrown, and nothing is sent")
    func bucketClosure() async throws {
        struct Refused: Error {}
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(
                harness,
                bucket: .perPayload { context, payload in
                    guard payload.sizeInBytes < 100 else { throw Refused() }
                    return "bucket-\(context.namespace)-\(payload.data.readableBytes)"
                }
            )
            let payloads = [Self.payload("1"), Self.payload("22")]
            let claims = try await driver.store(payloads, context: Self.storeContext())
            #expect(claims.map { $0["bucket"] } == ["bucket-ns-1", "bucket-ns-2"])
            let retrieved = try await driver.retrieve(claims, context: Self.retrieveContext)
            #expect(retrieved.map(\.serializedBytes) == payloads.map(\.serializedBytes))
            let count = harness.server.requests.count
            let large = Self.payload(String(repeating: "x", count: 200))
            await #expect(throws: Refused.self) {
                try await driver.store([payloads[0], large], context: Self.storeContext())
            }
            #expect(harness.server.requests.count == count)
        }
    }

    @Test("Large objects are read in parallel ranges, and the digest covers the whole")
    func rangedDownload() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            var configuration = S3StorageDriver.Configuration()
            configuration.downloadPartSizeInBytes = 1000
            let driver = try Self.driver(harness, configuration)
            let text = String((0..<7777).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
            let payload = Self.payload(text)
            let claims = try await driver.store([payload], context: Self.storeContext())
            let retrieved = try await driver.retrieve(claims, context: Self.retrieveContext)
            #expect(retrieved.map(\.serializedBytes) == [payload.serializedBytes])
            let gets = harness.server.requests.filter { $0.method == "GET" }
            #expect(gets.count == (payload.sizeInBytes + 999) / 1000)
            harness.server.enqueue(.flipBit, for: "GET")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: Self.retrieveContext)
            }
            #expect(error?.code == .corrupted)
        }
    }

    @Test("Large payloads are written in parts; a failure aborts the upload and leaves nothing")
    func multipart() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            var configuration = S3StorageDriver.Configuration()
            configuration.multipartThresholdInBytes = 6 * 1024 * 1024
            configuration.uploadPartSizeInBytes = 5 * 1024 * 1024
            let driver = try Self.driver(harness, configuration)
            let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: 11 * 1024 * 1024))
            let claims = try await driver.store([payload], context: Self.storeContext())
            #expect(harness.server.requests.map(\.method).sorted() == ["HEAD", "POST", "POST", "PUT", "PUT", "PUT"])
            #expect(harness.server.openUploads == 0)
            let retrieved = try await driver.retrieve(claims, context: Self.retrieveContext)
            #expect(retrieved.map(\.serializedBytes) == [payload.serializedBytes])
            _ = try await driver.store([payload], context: Self.storeContext())
            #expect(harness.server.requests.last?.method == "HEAD")

            let other = Payload(metadata: [:], data: ByteBuffer(repeating: 8, count: 11 * 1024 * 1024))
            harness.server.enqueue(.error(status: 403, code: "AccessDenied"), for: "PUT")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([other], context: Self.storeContext())
            }
            #expect(error?.code == .forbidden)
            #expect(harness.server.openUploads == 0)
        }
    }

    @Test("The permissions the documentation names are enough, and a missing object then looks forbidden")
    func permissions() async throws {
        var server = FakeS3.Configuration()
        server.permissions = [.put, .get]
        try await Harness.run(server: server) { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            let payload = Self.payload("x")
            let claims = try await driver.store([payload], context: Self.storeContext())
            _ = try await driver.store([payload], context: Self.storeContext())
            #expect(try await driver.retrieve(claims, context: Self.retrieveContext).count == 1)
            let absent = S3Claim(bucket: "payloads", key: "absent", digest: payload.digest).claim
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve([absent], context: Self.retrieveContext)
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("s3:ListBucket") == true)
        }
    }

    @Test("The first failure cancels the other uploads, and they are awaited")
    func siblings() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try Self.driver(harness)
            harness.server.enqueue(.withhold)
            harness.server.enqueue(.error(status: 403, code: "AccessDenied"))
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([Self.payload("x"), Self.payload("y")], context: Self.storeContext())
            }
            #expect(error?.code == .forbidden)
        }
    }

    @Test("Settings that cannot be are refused at construction")
    func construction() async throws {
        let changes: [@Sendable (inout S3StorageDriver.Configuration) -> Void] = [
            { $0.name = "" }, { $0.payloadSizeLimit = 0 }, { $0.payloadSizeLimit = -1 },
            { $0.downloadPartSizeInBytes = 0 }, { $0.uploadPartSizeInBytes = 5 }, { $0.refreshAfter = .zero },
        ]
        for change in changes {
            var configuration = S3StorageDriver.Configuration()
            change(&configuration)
            let error = #expect(throws: ExternalStorageError.self) {
                try S3StorageDriver(bucket: "payloads", region: "eu-central-1", configuration: configuration)
            }
            #expect(error?.code == .invalidConfiguration)
        }
        #expect(throws: S3EndpointError.self) { try S3StorageDriver(bucket: "arn:aws:s3", region: "eu-central-1") }
        #expect(throws: S3EndpointError.self) { try S3StorageDriver(bucket: "payloads", region: "a b") }
        #expect(throws: Never.self) { try S3StorageDriver(bucket: "payloads", region: "eu-central-1") }
    }
}
