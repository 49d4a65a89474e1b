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

    @Test(
        "ES-P8 References of drivers that are not there stay if the settings say so, and only then",
        arguments: [nil, "fail", "leave"]
    )
    func unregistered(_ value: String?) async throws {
        var flags: [Setting: String] = [.driver: "local-disk", .store: FileManager.default.temporaryDirectory.path]
        flags[.unregisteredDrivers] = value
        let settings = try Settings(flags: flags, environment: [:])
        let made = try await StorageSettings.storage(from: settings, logger: Logger(label: "test"))
        let storage = try #require(made)
        let reference = StorageReference(driverName: "elsewhere", claim: ["key": "k"]).payload(forStored: 10)
        if value == "leave" {
            #expect(try await storage.retrieve([reference], namespace: "default") == [reference])
        } else {
            let error = await #expect(throws: ExternalStorageError.self) {
                try await storage.retrieve([reference], namespace: "default")
            }
            #expect(error?.code == .driverNotRegistered)
        }
    }

    @Test("What to do with them is one of two words")
    func unregisteredWrong() async throws {
        let settings = try Settings(flags: [.driver: "none", .unregisteredDrivers: "keep"], environment: [:])
        let error = await #expect(throws: CommandError.self) {
            try await StorageSettings.storage(from: settings, logger: Logger(label: "test"))
        }
        #expect(error?.message.contains("\"fail\" or \"leave\"") == true)
    }
}
