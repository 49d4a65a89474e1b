//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import Snippets

/// A store that is there only for the test of the driver that the article writes.
struct InMemoryBlobClient: BlobClient {
    private let blobs = NIOLockedValueBox<[String: ByteBuffer]>([:])

    func put(_ bytes: ByteBuffer, to key: String) async throws {
        self.blobs.withLockedValue { $0[key] = bytes }
    }

    func get(_ key: String, opened: (_ sizeInBytes: Int) throws -> Void) async throws -> ByteBuffer? {
        let blob = self.blobs.withLockedValue { $0[key] }
        if let blob { try opened(blob.readableBytes) }
        return blob
    }
}

// snippet.begin
@Test("The blob driver keeps the contract", .timeLimit(.minutes(1)), arguments: StorageDriverConformance.checks)
func contract(_ check: StorageDriverConformance.Check) async throws {
    try await check.run(on: BlobStorageDriver(name: "blobs", client: InMemoryBlobClient()))
}
// snippet.end

@Suite("What the documentation of the test drivers shows", .timeLimit(.minutes(1)))
struct SnippetTests {
    private let payload = Payload(
        metadata: ["encoding": Array("binary/plain".utf8)],
        data: ByteBuffer(repeating: 1, count: 300_000)
    )

    @Test("A driver in memory tells what it was asked for")
    func inMemory() async throws {
        let payload = self.payload
        // snippet.begin
        let memory = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: memory)
        let sent = try await storage.store([payload], context: .init(namespace: "default"))

        #expect(memory.stores.map(\.count) == [1])  // one call, with one payload
        #expect(memory.objects.count == 1)
        #expect(try await storage.retrieve(sent, namespace: "default") == [payload])
        // snippet.end
    }

    @Test("A driver that blocks lets a test look at a call that is under way")
    func blocking() async throws {
        let driver = BlockingStorageDriver()
        let storage = try ExternalStorage(driver: driver)
        let (payloads, context) = ([self.payload], StorageDriverSelectContext(namespace: "default"))
        // snippet.begin
        async let stored = storage.store(payloads, context: context)
        try await driver.waitForCalls(1)  // now the call waits inside of the driver
        driver.release()
        _ = try await stored
        // snippet.end
    }
}
