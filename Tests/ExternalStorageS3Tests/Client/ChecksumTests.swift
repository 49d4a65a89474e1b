//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import AWSSigning
import ExternalStorageCore
import FakeS3
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("Checksums: sent where they are demanded, and not where they are refused", .timeLimit(.minutes(1)))
struct ChecksumTests {
    private static let size = 6 * 1024 * 1024

    private static func run(
        _ server: FakeS3.Configuration = .init(),
        environment: [String: String]? = nil,
        checksums: S3ChecksumCalculation? = nil,
        _ body: (Harness, LogRecorder) async throws -> Void
    ) async throws {
        var settings = S3HTTPClient.Configuration(region: "eu-central-1")
        settings.environment = environment.map { AWSEnvironment(variables: $0, files: MadeUpFiles()) }
        settings.checksums = checksums
        let log = LogRecorder()
        try await Harness.run(server: server, settings: settings, logger: log.logger) {
            (harness: Harness) async throws -> Void in
            try await body(harness, log)
        }
    }

    private static func refusing(_ status: Int = 400, _ code: String = "InvalidArgument") -> FakeS3.Configuration {
        var configuration = FakeS3.Configuration()
        configuration.refusalOfChecksums = (status, code)
        return configuration
    }

    private static func sendsChecksum(_ request: FakeS3.RecordedRequest) -> Bool {
        request.headers.contains { $0.name.lowercased().hasPrefix("x-amz-checksum") }
    }

    @Test("Deleting many, rules and tags carry a checksum, which AWS demands", arguments: [false, true])
    func demanded(onlyMD5: Bool) async throws {
        var server = FakeS3.Configuration()
        server.demandsMD5 = onlyMD5
        try await Self.run(server) { (harness: Harness, _: LogRecorder) async throws -> Void in
            harness.server.put("/payloads/a", ByteBuffer(string: "a"))
            harness.server.put("/payloads/b", ByteBuffer(string: "b"))
            #expect(try await harness.client.deleteObjects(bucket: "payloads", keys: ["a", "b"]).isEmpty)
            #expect(harness.server.paths.isEmpty)
            try await harness.client.setTags([S3Tag("team", "x")], bucket: "payloads", key: "a")
            #expect(try await harness.client.tags(bucket: "payloads", key: "a") == [S3Tag("team", "x")])
            let rule = S3LifecycleRule(id: "old", expirationInDays: 30)
            try await harness.client.setLifecycleRules([rule], bucket: "payloads")
            #expect(try await harness.client.lifecycleRules(bucket: "payloads").map(\.id) == ["old"])
            let writes = harness.server.requests.filter { $0.method != "GET" }
            #expect(writes.count == 3)
            for request in writes {
                #expect(request.header("content-md5") != nil)
                #expect(request.header("x-amz-checksum-sha256") != nil)
            }
        }
    }

    @Test("The server is as strict as AWS: without a checksum these operations are refused")
    func strictness() async throws {
        try await Self.run { (harness: Harness, _: LogRecorder) async throws -> Void in
            for (method, query) in [("POST", "delete"), ("PUT", "lifecycle"), ("PUT", "tagging")] {
                var call = S3Call("Bare", method, bucket: "payloads")
                call.query = [.init(query, nil)]
                call.set(xml: "<Delete></Delete>")
                let bare = call
                let failure = await #expect(throws: S3Failure.self) { try await harness.client.send(bare) }
                #expect(failure?.code == "InvalidRequest")
            }
        }
    }

    @Test(
        "A store that refuses checksums is noticed by one more request, said once, and gets none from then on",
        arguments: [(400, "InvalidArgument"), (400, "InvalidRequest"), (501, "NotImplemented")]
    )
    func refused(status: Int, code: String) async throws {
        try await Self.run(Self.refusing(status, code)) { (harness: Harness, log: LogRecorder) async throws -> Void in
            #expect(try await harness.put("a", "x", onlyIfAbsent: true) == .written)
            #expect(harness.server.requests.map(Self.sendsChecksum) == [true, false])
            #expect(harness.server.requests.last?.header("if-none-match") == "*")
            #expect(try await harness.put("b", "x") == .written)
            #expect(try await harness.put("a", "x", onlyIfAbsent: true) == .alreadyPresent)
            try await harness.client.setTags([S3Tag("a", "b")], bucket: "payloads", key: "a")
            #expect(harness.server.requests.map(Self.sendsChecksum) == [true, false, false, false, false])
            #expect(harness.server.requests.last?.header("content-md5") != nil)
            #expect(log.messages.count == 1)
            #expect(log.messages.first?.contains("checksums") == true)
            #expect(log.messages.first?.contains(code) == true)
        }
    }

    @Test("Many writers that begin at the same time all find out, and say it once")
    func refusedConcurrently() async throws {
        try await Self.run(Self.refusing()) { (harness: Harness, log: LogRecorder) async throws -> Void in
            try await withThrowingTaskGroup(of: S3PutOutcome.self) { group in
                for number in 0..<20 { group.addTask { try await harness.put("\(number)", "x", onlyIfAbsent: true) } }
                for try await outcome in group { #expect(outcome == .written) }
            }
            #expect(harness.server.paths.count == 20)
            #expect(log.messages.count == 1)
        }
    }

    @Test("Such a store takes payloads in parts, too, and one that knows no conditions besides")
    func refusedInParts() async throws {
        var server = Self.refusing()
        server.refusalOfConditions = (400, "InvalidArgument")
        try await Self.run(server) { (harness: Harness, _: LogRecorder) async throws -> Void in
            var configuration = S3StorageDriver.Configuration()
            configuration.multipartThresholdInBytes = Self.size
            configuration.uploadPartSizeInBytes = Self.size
            let log = LogRecorder()
            let driver = try S3StorageDriverTests.driver(harness, configuration, log: log)
            for byte in [UInt8(1), 2] {
                let small = S3StorageDriverTests.payload("\(byte)")
                let large = Payload(metadata: [:], data: ByteBuffer(repeating: byte, count: Self.size + 100))
                let claims = try await driver.store([small, large], context: S3StorageDriverTests.storeContext())
                let payloads = try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
                #expect(payloads.map(\.serializedBytes) == [small, large].map(\.serializedBytes))
            }
            #expect(harness.server.openUploads == 0)
            let completions = harness.server.requests.filter { String(buffer: $0.body).contains("<Part>") }
            #expect(completions.allSatisfy { !String(buffer: $0.body).contains("ChecksumSHA256") })
        }
    }

    @Test("400 for another reason is thrown, and checksums are not given up")
    func otherReason() async throws {
        try await Self.run { (harness: Harness, log: LogRecorder) async throws -> Void in
            harness.server.enqueue(.error(status: 400, code: "InvalidArgument"), count: 2)
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("a", "x") }
            #expect(failure?.code == "InvalidArgument")
            #expect(try await harness.put("a", "x") == .written)
            #expect(harness.server.requests.map(Self.sendsChecksum) == [true, false, true])
            // It is proved now that the store takes them: another refusal has another reason.
            harness.server.enqueue(.error(status: 400, code: "InvalidArgument"))
            await #expect(throws: S3Failure.self) { try await harness.put("b", "x") }
            #expect(harness.server.requests.count == 4)
            #expect(log.messages.isEmpty)
        }
    }

    @Test(
        "when_required is honoured, from the environment, the profile, and code, which counts most",
        arguments: [
            (["AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"], nil, false),
            (["AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_SUPPORTED"], nil, true),
            (["HOME": "/h"], nil, false), (["HOME": "/nowhere"], nil, true), (nil, .whenRequired, false),
            (["HOME": "/h"], .whenSupported, true),
        ] as [([String: String]?, S3ChecksumCalculation?, Bool)]
    )
    func whenRequired(_ environment: [String: String]?, _ checksums: S3ChecksumCalculation?, _ isSent: Bool)
        async throws
    {
        try await Self.run(environment: environment, checksums: checksums) {
            (harness: Harness, _: LogRecorder) async throws -> Void in
            #expect(try await harness.put("a", "x") == .written)
            #expect(harness.server.requests.map(Self.sendsChecksum) == [isSent])
            // Where one is demanded, there is one.
            try await harness.client.setTags([S3Tag("a", "b")], bucket: "payloads", key: "a")
        }
    }

    @Test("Another value is a mistake that is named; nothing is sent")
    func wrongValue() async throws {
        try await Self.run(environment: ["AWS_REQUEST_CHECKSUM_CALCULATION": "never"]) {
            (harness: Harness, _: LogRecorder) async throws -> Void in
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("a", "x") }
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.description.contains("AWS_REQUEST_CHECKSUM_CALCULATION") == true)
            #expect(harness.server.requests.isEmpty)
        }
    }

    @Test(
        "ES-D4 304, and 409 with a code of the store's own, mean that there is one if HEAD says so",
        arguments: [(304, ""), (409, "FileAlreadyExists")]
    )
    func present(status: Int, code: String) async throws {
        var server = FakeS3.Configuration()
        server.answerToPresent = (status, code)
        try await Self.run(server) { (harness: Harness, _: LogRecorder) async throws -> Void in
            #expect(try await harness.put("a", "x", onlyIfAbsent: true) == .written)
            #expect(try await harness.put("a", "x", onlyIfAbsent: true) == .alreadyPresent)
            #expect(harness.server.requests.map(\.method) == ["PUT", "PUT", "HEAD"])
            // With nothing there, it is a condition that the store does not know.
            let answer: FakeS3.Behaviour = status == 304 ? .status(304) : .error(status: status, code: code)
            harness.server.enqueue(answer, for: "PUT")
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("b", "x", onlyIfAbsent: true) }
            #expect(failure?.kind == .unsupported)
        }
    }
}

/// Files that only exist in the test: a profile that wants no checksums.
struct MadeUpFiles: AWSFiles {
    var contents = ["/h/.aws/config": "[default]\nrequest_checksum_calculation = when_required\n"]

    func contents(atPath path: String) async throws -> [UInt8]? { self.contents[path].map { Array($0.utf8) } }

    func replace(atPath path: String, with bytes: [UInt8]) async throws {}
}
