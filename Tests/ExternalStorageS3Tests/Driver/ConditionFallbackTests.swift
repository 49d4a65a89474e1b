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

@Suite("ES-D4 Stores that do not know conditional writes", .timeLimit(.minutes(1)))
struct ConditionFallbackTests {
    private static let refusals = [(501, "NotImplemented"), (400, "InvalidArgument"), (400, "InvalidRequest")]

    private static func run(
        refusal: (status: Int, code: String)? = nil,
        permissions: Set<FakeS3.Permission> = [.put, .get, .list],
        _ configuration: S3StorageDriver.Configuration = .init(),
        _ body: (FakeS3, S3StorageDriver, LogRecorder) async throws -> Void
    ) async throws {
        var server = FakeS3.Configuration()
        server.refusalOfConditions = refusal
        server.permissions = permissions
        try await Harness.run(server: server) { (harness: Harness) async throws -> Void in
            let log = LogRecorder()
            try await body(harness.server, S3StorageDriverTests.driver(harness, configuration, log: log), log)
        }
    }

    private static func store(_ text: String, _ driver: S3StorageDriver) async throws {
        let payload = S3StorageDriverTests.payload(text)
        _ = try await driver.store([payload], context: S3StorageDriverTests.storeContext())
    }

    @Test("ES-D4 501 or 400 for the condition: HEAD from then on, and one line in the log", arguments: refusals)
    func fallback(_ status: Int, _ code: String) async throws {
        try await Self.run(refusal: (status, code)) { server, driver, log in
            for text in ["x", "x", "y"] { try await Self.store(text, driver) }
            // The second one finds out that it is not the checksum that is refused.
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD", "PUT", "HEAD", "HEAD", "PUT"])
            #expect(
                server.requests.map { $0.header("if-none-match") != nil }
                    == [true, true] + Array(repeating: false, count: 5)
            )
            #expect(server.requests.last?.header("x-amz-checksum-sha256") != nil)
            #expect(log.messages.count == 1)
            #expect(log.messages.first?.contains("aws.s3driver") == true)
            #expect(log.messages.first?.contains("\(status)") == true)
        }
    }

    @Test("ES-D4 An answer without a document is tried, too", arguments: [400, 501])
    func bare(_ status: Int) async throws {
        try await Self.run { server, driver, log in
            server.enqueue(.status(status), for: "PUT", count: 2)
            try await Self.store("x", driver)
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD", "PUT"])
            #expect(log.messages.count == 1)
        }
    }

    @Test("ES-D4 400 or 501 for another reason is thrown, and conditions are not given up", arguments: refusals)
    func otherReason(_ status: Int, _ code: String) async throws {
        try await Self.run { server, driver, log in
            server.enqueue(.error(status: status, code: code), for: "PUT", count: 4)
            let error = await #expect(throws: ExternalStorageError.self) { try await Self.store("x", driver) }
            #expect(error?.code == .misconfigured)
            #expect((error?.cause as? S3Failure)?.code == code)
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD", "PUT", "PUT"])
            #expect(log.messages.isEmpty)
            try await Self.store("x", driver)
            #expect(server.requests.count == 6)
            #expect(server.requests.last?.header("x-amz-checksum-sha256") != nil)
            #expect(server.requests.last?.header("if-none-match") == "*")
        }
    }

    @Test(
        "ES-D4 400 whose code names its reason is not taken for the condition at all",
        arguments: ["KeyTooLongError", "ExpiredToken", "InvalidStorageClass"]
    )
    func namedReason(_ code: String) async throws {
        try await Self.run { server, driver, log in
            server.enqueue(.error(status: 400, code: code), for: "PUT")
            await #expect(throws: ExternalStorageError.self) { try await Self.store("x", driver) }
            #expect(server.requests.map(\.method) == ["PUT"])
            #expect(log.messages.isEmpty)
        }
    }

    @Test("ES-D4 An object that is there proves nothing about the condition, and is not written again")
    func present() async throws {
        try await Self.run(refusal: (400, "InvalidArgument")) { server, driver, log in
            let payload = S3StorageDriverTests.payload("x")
            server.put("/payloads/v0/d/sha256/\(payload.digest.hexadecimal)", payload.serializedBytes)
            try await Self.store("x", driver)
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD"])
            #expect(log.messages.isEmpty)
        }
    }

    @Test("ES-D4 Without the right to list, such a store is written to without knowing what is there")
    func withoutList() async throws {
        try await Self.run(refusal: (400, "InvalidArgument"), permissions: [.put, .get]) { server, driver, _ in
            for text in ["x", "y"] { try await Self.store(text, driver) }
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD", "PUT", "HEAD", "PUT"])
        }
    }

    @Test("ES-D4 An upload in parts is completed without the condition, too", arguments: refusals)
    func parts(_ status: Int, _ code: String) async throws {
        var configuration = S3StorageDriver.Configuration()
        configuration.multipartThresholdInBytes = 6 * 1024 * 1024
        configuration.uploadPartSizeInBytes = 6 * 1024 * 1024
        try await Self.run(refusal: (status, code), configuration) { server, driver, log in
            let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: 6 * 1024 * 1024))
            let claims = try await driver.store([payload], context: S3StorageDriverTests.storeContext())
            let retrieved = try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
            #expect(retrieved.map(\.serializedBytes) == [payload.serializedBytes])
            #expect(server.openUploads == 0)
            #expect(log.messages.count == 1)
            server.enqueue(.error(status: status, code: code), for: "POST")
            let other = Payload(metadata: [:], data: ByteBuffer(repeating: 8, count: 6 * 1024 * 1024))
            // This client has learnt: the same answer now has another reason.
            await #expect(throws: ExternalStorageError.self) {
                try await driver.store([other], context: S3StorageDriverTests.storeContext())
            }
        }
    }
}
