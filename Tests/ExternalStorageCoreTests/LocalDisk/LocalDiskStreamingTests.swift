//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Streams to and from the local disk", .timeLimit(.minutes(1)))
struct LocalDiskStreamingTests {
    @Test(
        "The driver keeps the contract of streams, also on a store that was checked before",
        arguments: StorageDriverConformance.streamingChecks
    )
    func contract(_ check: StorageDriverConformance.StreamingCheck) async throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<2 { try await check.run(on: LocalDiskStorageDriver(root: directory.path)) }
        #expect(try directory.files.allSatisfy { !$0.hasPrefix(".tmp") })
    }

    private static func streamed(
        _ data: ByteBuffer,
        _ secondReading: SamplePayloadSource.SecondReading = .same
    ) async throws -> StreamedPayload {
        try await StreamedPayload(
            metadata: [:],
            data: SamplePayloadSource(data, secondReading: secondReading)
        )
    }

    private static let context = StorageDriverStoreContext(
        target: .test,
        namespace: "default",
        limiter: StorageLimiter(permits: 1)
    )

    @Test("ES-P9 The size limit is checked before anything is written, and the error says what to raise")
    func sizeLimit() async throws {
        let directory = try TemporaryDirectory()
        var configuration = LocalDiskStorageDriver.Configuration()
        configuration.payloadSizeLimit = 1_000
        let driver = try LocalDiskStorageDriver(root: directory.path, configuration: configuration)
        let payload = try await Self.streamed(ByteBuffer(repeating: 1, count: 1_000))
        let error = await #expect(throws: ExternalStorageError.self) {
            _ = try await driver.store(payload, context: Self.context)
        }
        #expect(error?.code == .payloadTooLarge)
        #expect(error?.message.contains("payloadSizeLimit") == true)
        #expect(try directory.files.isEmpty)
    }

    @Test("A file that failed to be copied leaves nothing, cancelled or not")
    func nothingLeft() async throws {
        struct Broken: Error {}
        let directory = try TemporaryDirectory()
        let driver = try LocalDiskStorageDriver(root: directory.path)
        let data = ByteBuffer(repeating: 1, count: 9 * 1_048_576)
        for reading in [SamplePayloadSource.SecondReading.changed, .fails(Broken())] {
            let payload = try await Self.streamed(data, reading)
            await #expect(throws: (any Error).self) { _ = try await driver.store(payload, context: Self.context) }
            #expect(try directory.files.isEmpty)
        }
        let reached = TestEvent()
        let payload = try await Self.streamed(data, .waits(reached))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    _ = try await driver.store(payload, context: Self.context)
                }
            }
            group.addTask { await #expect(throws: Never.self) { try await reached.wait() } }
            // Whichever ends first: the one that waits for the event, or an unexpected end of the store.
            await group.next()
            #expect((try? directory.files.count) == 1)
            group.cancelAll()
        }
        #expect(try directory.files.isEmpty)
    }

    @Test("What is there is not copied again, but touched")
    func touched() async throws {
        let directory = try TemporaryDirectory()
        let driver = try LocalDiskStorageDriver(root: directory.path)
        let data = ByteBuffer(repeating: 1, count: 5_000)
        let claim = try await driver.store(Self.streamed(data), context: Self.context)
        let path = directory.path + "/" + (try #require(claim["key"]))
        let old = Date(timeIntervalSince1970: 1_000_000)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        // If it were read again, this would fail.
        let again = try await Self.streamed(data, .changed)
        #expect(try await driver.store(again, context: Self.context) == claim)
        let modified = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        #expect(try #require(modified) > old)
    }

    @Test("ES-D3 A damaged file gives all chunks but the last, and then an error")
    func damaged() async throws {
        let directory = try TemporaryDirectory()
        let driver = try LocalDiskStorageDriver(root: directory.path)
        let data = ByteBuffer(repeating: 1, count: 9 * 1_048_576)
        let claim = try await driver.store(Self.streamed(data), context: Self.context)
        let path = directory.path + "/" + (try #require(claim["key"]))
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seek(toOffset: 100)
        try handle.write(contentsOf: Data([9]))
        try handle.close()
        let context = StorageDriverRetrieveContext(namespace: "default", limiter: StorageLimiter(permits: 1))
        var received = 0
        let error = await #expect(throws: ExternalStorageError.self) {
            for try await chunk in try await driver.chunks(of: claim, context: context) {
                received += chunk.readableBytes
            }
        }
        #expect(error?.code == .corrupted)
        #expect(error?.message.contains("key=") == true)
        #expect(received == 8 * 1_048_576)
    }
}
