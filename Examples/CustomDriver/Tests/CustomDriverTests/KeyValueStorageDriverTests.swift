//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CustomDriver
import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import NIOCore
import Testing

/// What README.md shows.
private func readme() throws -> ExternalStorage {
    // snippet.begin
    let store = try KeyValueStore(path: "/var/lib/payloads.log")
    let storage = try ExternalStorage(driver: KeyValueStorageDriver(store: store))
    // snippet.end
    return storage
}

@Suite("Key-value driver", .timeLimit(.minutes(1)))
struct KeyValueStorageDriverTests {
    private let path = NSTemporaryDirectory() + "key-value-\(UInt64.random(in: .min ... .max)).log"

    @Test("The key-value driver keeps the contract", arguments: StorageDriverConformance.checks)
    func contract(_ check: StorageDriverConformance.Check) async throws {
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        try await check.run(on: KeyValueStorageDriver(store: KeyValueStore(path: self.path)))
    }

    @Test("What one process stored, another one finds")
    func lasts() async throws {
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        let payload = Payload(
            metadata: ["encoding": Array("binary/plain".utf8)],
            data: ByteBuffer(repeating: 7, count: 300_000)
        )
        let target = StorageDriverTarget.workflow(namespace: "default", id: "order-1")
        let context = StorageDriverSelectContext(target: target, namespace: "default")

        let writer = try ExternalStorage(driver: KeyValueStorageDriver(store: KeyValueStore(path: self.path)))
        let references = try await writer.store([payload], context: context)
        #expect(references[0].sizeInBytes < 1_000)

        let reader = try ExternalStorage(driver: KeyValueStorageDriver(store: KeyValueStore(path: self.path)))
        #expect(try await reader.retrieve(references, namespace: "default") == [payload])
    }
}
