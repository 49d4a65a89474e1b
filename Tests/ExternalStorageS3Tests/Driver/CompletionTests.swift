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

@Suite("ES-D4 The end of an upload in parts", .timeLimit(.minutes(1)))
struct CompletionTests {
    private static let size = 6 * 1024 * 1024
    private static let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: Self.size))

    /// A driver that writes in parts; the answers to the POSTs of the first upload are these.
    private static func run(
        _ posts: [FakeS3.Behaviour],
        _ body: (Harness, S3StorageDriver, LogRecorder) async throws -> Void
    ) async throws {
        var configuration = S3StorageDriver.Configuration()
        configuration.multipartThresholdInBytes = Self.size
        configuration.uploadPartSizeInBytes = Self.size
        try await Harness.run { (harness: Harness) async throws -> Void in
            let log = LogRecorder()
            for behaviour in posts { harness.server.enqueue(behaviour, for: "POST") }
            try await body(harness, S3StorageDriverTests.driver(harness, configuration, log: log), log)
        }
    }

    private static func store(_ driver: S3StorageDriver) async throws {
        let claims = try await driver.store([Self.payload], context: S3StorageDriverTests.storeContext())
        let payloads = try await driver.retrieve(claims, context: S3StorageDriverTests.retrieveContext)
        #expect(payloads.map(\.serializedBytes) == [Self.payload.serializedBytes])
    }

    private static let proper = FakeS3.Behaviour.proper(headers: [])
    private static let conflict = FakeS3.Behaviour.error(status: 409, code: "ConditionalRequestConflict")
    private static let unknown = FakeS3.Behaviour.error(status: 404, code: "NoSuchUpload")

    @Test("A lost answer: the repetition finds no upload, HEAD finds the object, and that is success")
    func lostAnswer() async throws {
        try await Self.run([Self.proper, .loseAnswer]) {
            (harness: Harness, driver: S3StorageDriver, _: LogRecorder) async throws -> Void in
            try await Self.store(driver)
            #expect(harness.server.requests.filter { $0.method == "POST" }.count == 3)
            #expect(harness.server.requests.filter { $0.method == "HEAD" }.count == 2)
        }
    }

    @Test("Making one object of the parts has minutes, as AWS may take them")
    func patience() async throws {
        // No answer, so that its limit has begun before it ends.
        try await Self.run([Self.proper, .withhold]) {
            (harness: Harness, driver: S3StorageDriver, _: LogRecorder) async throws -> Void in
            let task = Task { try await Self.store(driver) }
            await harness.server.nextStall()
            await harness.clock.expire()
            try await task.value
            #expect(harness.clock.begunLimits.contains(.seconds(300)))
        }
    }

    @Test("A race, or an upload that somebody has aborted: the whole upload begins anew, once", arguments: [0, 1])
    func anew(_ index: Int) async throws {
        try await Self.run([Self.proper, [Self.conflict, Self.unknown][index]]) {
            (harness: Harness, driver: S3StorageDriver, _: LogRecorder) async throws -> Void in
            try await Self.store(driver)
            #expect(harness.server.requests.filter { $0.target.hasSuffix("?uploads") }.count == 2)
            #expect(harness.server.openUploads == 0)
            #expect(harness.clock.delays.isEmpty)
        }
    }

    @Test("A race that is lost again is a failure that may pass")
    func again() async throws {
        try await Self.run([Self.proper, Self.conflict, Self.proper, Self.conflict]) {
            (harness: Harness, driver: S3StorageDriver, _: LogRecorder) async throws -> Void in
            let error = await #expect(throws: ExternalStorageError.self) { try await Self.store(driver) }
            #expect(error?.code == .unavailable)
            #expect(error?.isRetryable == true)
            #expect(harness.server.requests.filter { $0.target.hasSuffix("?uploads") }.count == 2)
            #expect(harness.server.openUploads == 0)
        }
    }

    @Test(
        "Giving up is one request with a limit of seconds, also for a store that says nothing, and in a cancelled task"
    )
    func abort() async throws {
        try await Self.run([]) { (harness: Harness, driver: S3StorageDriver, log: LogRecorder) async throws -> Void in
            for isCancelled in [false, true] {
                harness.server.enqueue(
                    isCancelled ? .withhold : .error(status: 403, code: "AccessDenied"),
                    for: "PUT"
                )
                harness.server.enqueue(.withhold, for: "DELETE")
                let task = Task { try await Self.store(driver) }
                await harness.server.nextStall()
                if isCancelled {
                    task.cancel()
                    await harness.server.nextStall()
                }
                await harness.clock.expire()
                if isCancelled {
                    await #expect(throws: CancellationError.self) { try await task.value }
                } else {
                    let error = await #expect(throws: ExternalStorageError.self) { try await task.value }
                    #expect(error?.code == .forbidden)
                }
            }
            #expect(harness.server.requests.filter { $0.method == "DELETE" }.count == 2)
            #expect(harness.clock.begunLimits.contains(.seconds(5)))
            #expect(log.messages.count == 2)
        }
    }
}
