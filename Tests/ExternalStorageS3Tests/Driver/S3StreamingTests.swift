//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import FakeS3
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("Streams to and from S3", .timeLimit(.minutes(2)))
struct S3StreamingTests {
    private static let mebibyte = 1_048_576

    private static func configuration() -> S3StorageDriver.Configuration {
        var configuration = S3StorageDriver.Configuration()
        configuration.uploadPartSizeInBytes = 5 * Self.mebibyte
        configuration.downloadPartSizeInBytes = 2 * Self.mebibyte
        return configuration
    }

    private static func streamed(
        sizeInBytes: Int,
        _ secondReading: SamplePayloadSource.SecondReading = .same
    ) async throws -> (StreamedPayload, SamplePayloadSource) {
        let data = Payload.sample(1, sizeInBytes: sizeInBytes).data
        let source = SamplePayloadSource(data, secondReading: secondReading)
        return (try await StreamedPayload(metadata: [:], data: source), source)
    }

    @Test("The driver keeps the contract of streams", arguments: StorageDriverConformance.streamingChecks)
    func contract(_ check: StorageDriverConformance.StreamingCheck) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            try await check.run(on: S3StorageDriverTests.driver(harness, Self.configuration()))
            #expect(harness.server.openUploads == 0)
        }
    }

    @Test(
        "The driver keeps the contract of streams on a real S3 server",
        .enabled(if: RealStore.isThere, RealStore.skipped),
        arguments: StorageDriverConformance.streamingChecks
    )
    func realContract(_ check: StorageDriverConformance.StreamingCheck) async throws {
        let client = try RealStore.client()
        try await check.run(
            on: S3StorageDriver(bucket: .fixed(RealStore.bucket), client: client, configuration: Self.configuration())
        )
    }

    @Test("ES-D2 Above the size of a part it goes in parts, a part in memory at a time; the claim is the usual one")
    func parts() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let (payload, source) = try await Self.streamed(sizeInBytes: 18 * Self.mebibyte)
            let claim = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
            #expect(harness.server.requests.map(\.method) == ["HEAD", "POST", "PUT", "PUT", "PUT", "PUT", "POST"])
            #expect(source.largestRead <= 5 * Self.mebibyte)
            let whole = try await payload.load()
            let claims = try await driver.store([whole], context: S3StorageDriverTests.storeContext())
            #expect(claims == [claim])
            // It is there: one HEAD, and the source is not read.
            let (again, _) = try await Self.streamed(sizeInBytes: 18 * Self.mebibyte, .changed)
            let known = try await driver.store(again, context: S3StorageDriverTests.storeContext())
            #expect(known == claim)
        }
    }

    @Test("What fits into one part is one conditional request")
    func onePart() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let (payload, _) = try await Self.streamed(sizeInBytes: Self.mebibyte)
            _ = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
            #expect(harness.server.requests.map(\.method) == ["PUT"])
            #expect(harness.server.requests[0].header("if-none-match") == "*")
        }
    }

    @Test("ES-P9 The size cap is checked before the first request, and the error says what to raise")
    func sizeCap() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            var configuration = Self.configuration()
            configuration.payloadSizeLimit = Self.mebibyte
            let driver = try S3StorageDriverTests.driver(harness, configuration)
            let (payload, _) = try await Self.streamed(sizeInBytes: Self.mebibyte + 1_000)
            let error = await #expect(throws: ExternalStorageError.self) {
                _ = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
            }
            #expect(error?.code == .payloadTooLarge)
            #expect(error?.message.contains("payloadSizeLimit") == true)
            #expect(harness.server.requests.isEmpty)
        }
    }

    @Test("A failed part and a source that changes abort the upload; nothing is left")
    func aborted() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let context = S3StorageDriverTests.storeContext()
            let (changing, _) = try await Self.streamed(sizeInBytes: 18 * Self.mebibyte, .changed)
            let changed = await #expect(throws: ExternalStorageError.self) {
                _ = try await driver.store(changing, context: context)
            }
            #expect(changed?.code == .corrupted)
            let (payload, _) = try await Self.streamed(sizeInBytes: 18 * Self.mebibyte)
            harness.server.enqueue(.error(status: 403, code: "AccessDenied"), for: "PUT")
            let refused = await #expect(throws: ExternalStorageError.self) {
                _ = try await driver.store(payload, context: context)
            }
            #expect(refused?.code == .forbidden)
            #expect(harness.server.openUploads == 0)
            #expect(harness.server.paths.isEmpty)
            #expect(harness.server.requests.count { $0.method == "DELETE" } == 2)
        }
    }

    @Test("Cancellation while a part is on its way aborts the upload")
    func cancelled() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let (payload, _) = try await Self.streamed(sizeInBytes: 18 * Self.mebibyte)
            harness.server.enqueue(.withhold, for: "PUT", count: 2)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        _ = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
                    }
                }
                await harness.server.nextStall()
                group.cancelAll()
            }
            #expect(harness.server.openUploads == 0)
            #expect(harness.server.paths.isEmpty)
        }
    }

    @Test("ES-P7 Reading takes one range and one permit per chunk")
    func ranges() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let (payload, _) = try await Self.streamed(sizeInBytes: 5 * Self.mebibyte - 100)
            let claim = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
            let limiter = StorageLimiter(permits: 1)
            let context = StorageDriverRetrieveContext(namespace: "ns", limiter: limiter)
            var sizes: [Int] = []
            for try await chunk in try await driver.chunks(of: claim, context: context) {
                sizes.append(chunk.readableBytes)
            }
            #expect(sizes == [2 * Self.mebibyte, 2 * Self.mebibyte, payload.sizeInBytes - 4 * Self.mebibyte])
            #expect(limiter.permitsTaken == 3)
            #expect(harness.server.requests.map(\.method) == ["PUT", "GET", "GET", "GET"])
        }
    }

    @Test("ES-D3 A damaged object gives all chunks but the last, and then an error that names the place")
    func damaged() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let (payload, _) = try await Self.streamed(sizeInBytes: 5 * Self.mebibyte - 100)
            let claim = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
            harness.server.enqueue(.flipBit, for: "GET")
            var received = 0
            let error = await #expect(throws: ExternalStorageError.self) {
                for try await chunk in try await driver.chunks(of: claim, context: S3StorageDriverTests.retrieveContext)
                {
                    received += chunk.readableBytes
                }
            }
            #expect(received == 4 * Self.mebibyte)
            #expect(error?.code == .corrupted)
            for part in ["bucket=payloads", "key=v0/d/sha256/", "region=eu-central-1", payload.digest.hexadecimal] {
                #expect(error?.message.contains(part) == true)
            }
        }
    }

    @Test("ES-D7 Failures between chunks are classified")
    func missing() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let driver = try S3StorageDriverTests.driver(harness, Self.configuration())
            let (payload, _) = try await Self.streamed(sizeInBytes: 5 * Self.mebibyte - 100)
            let claim = try await driver.store(payload, context: S3StorageDriverTests.storeContext())
            harness.server.enqueue(.proper(headers: []), for: "GET")
            harness.server.enqueue(.error(status: 404, code: "NoSuchKey"), for: "GET")
            let error = await #expect(throws: ExternalStorageError.self) {
                for try await _ in try await driver.chunks(of: claim, context: S3StorageDriverTests.retrieveContext) {}
            }
            #expect(error?.code == .notFound)
        }
    }
}
