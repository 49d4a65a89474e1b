//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Logging
import NIOCore
import Testing

@testable import temporal_storage

@Suite("Storage by settings")
struct StorageSettingsTests {
    @Test(
        "ES-G1 P33 a command of operators sees what is in the store, and not what was there",
        arguments: [false, true]
    )
    func caches(_ caches: Bool) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        // Whatever a file for sidecars says of a cache.
        let settings = try Settings(
            flags: [.driver: "local-disk", .store: root.path, .threshold: "all", .cacheBytes: "1000000"],
            environment: [:]
        )
        let made = try await StorageSettings.storage(from: settings, caches: caches, logger: Logger(label: "test"))
        let storage = try #require(made)
        let payload = Payload(metadata: [:], data: ByteBuffer(string: "value"))
        let references = try await storage.store([payload], context: StorageDriverSelectContext(namespace: "default"))
        #expect(try await storage.retrieve(references, namespace: "default") == [payload])

        try FileManager.default.removeItem(at: root.appending(path: "v0"))
        if caches {
            // What hides it from everybody else.
            #expect(try await storage.retrieve(references, namespace: "default") == [payload])
        } else {
            let error = await #expect(throws: ExternalStorageError.self) {
                try await storage.retrieve(references, namespace: "default")
            }
            #expect(error?.code == .notFound)
        }
    }
}
