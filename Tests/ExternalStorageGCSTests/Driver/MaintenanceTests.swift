//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import FakeStores
import NIOCore
import Testing

@testable import ExternalStorageGCS

@Suite("The operator's capability", .timeLimit(.minutes(3)))
struct MaintenanceTests {
    @Test("ES-G1 ES-G2 Keeps what the commands rely on", arguments: StorageDriverConformance.maintenanceChecks)
    func contract(_ check: StorageDriverConformance.MaintenanceCheck) async throws {
        try await GCSHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("ES-G2 P29 A mark is metadata of the generation that was seen: other metadata stays, before and after")
    func marks() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            let location = try driver.location(of: claims[0])
            let seen = try #require(try await driver.describeObject(at: location))
            let name = "payloads/\(location.key)"
            harness.store.note(name, ["owner": "somebody"])
            #expect(try await driver.markUnreferenced(seen, since: 7) == .marked)
            #expect(
                harness.store.objects[name]?.metadata
                    == ["owner": "somebody", "temporal-unreferenced": "true", "temporal-unreferenced-since": "7"]
            )
            #expect(try await driver.unmark(location))
            #expect(harness.store.objects[name]?.metadata == ["owner": "somebody"])
            harness.store.remove(name)
            _ = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            #expect(try await driver.markUnreferenced(seen, since: 7) == .changed)
            #expect(harness.store.objects[name]?.metadata == [:])
        }
    }

    @Test("ES-G1 What the store does not say is an error and no empty answer")
    func silence() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            for text in ["", "<html>welcome</html>", "{\"items\":[{\"name\":\"a\",\"size\":\"1\"}]}", "[]"] {
                harness.store.instead("GET") { .init(200, body: ByteBuffer(string: text)) }
                let error = await #expect(throws: ExternalStorageError.self, "\(text)") {
                    try await driver.listObjects(in: "payloads", prefix: "", continuation: nil)
                }
                #expect(error?.code == .unavailable, "\(text)")
            }
            harness.store.instead("GET") { .init(200, body: ByteBuffer(string: "{}")) }
            await #expect(throws: ExternalStorageError.self) { try await driver.currentTime(in: "payloads") }
        }
    }

    @Test("A driver that chooses for each payload needs the buckets by name")
    func containers() throws {
        var configuration = GCSStorageDriver.Configuration()
        configuration.endpointURL = "http://127.0.0.1:1"
        func driver() throws -> GCSStorageDriver {
            try GCSStorageDriver(
                choosingBucket: { _, _ in "b" },
                credentials: .anonymous,
                configuration: configuration
            )
        }
        let error = #expect(throws: ExternalStorageError.self) { try driver().containers() }
        #expect(error?.code == .misconfigured)
        configuration.readableBuckets = ["c", "b"]
        #expect(try driver().containers() == ["b", "c"])
    }
}
