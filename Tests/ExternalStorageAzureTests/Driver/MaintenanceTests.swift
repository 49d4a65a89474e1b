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

@testable import ExternalStorageAzure

@Suite("The operator's capability", .timeLimit(.minutes(3)))
struct MaintenanceTests {
    @Test("ES-G1 ES-G2 Keeps what the commands rely on", arguments: StorageDriverConformance.maintenanceChecks)
    func contract(_ check: StorageDriverConformance.MaintenanceCheck) async throws {
        try await AzureHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("ES-G2 P29 A mark that has hit what was written at the same moment is taken back; other tags stay")
    func marks() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            let location = try driver.location(of: claims[0])
            let seen = try #require(try await driver.describeObject(at: location))
            let name = "payloads/\(location.key)"
            harness.store.tag(name, ["owner": "a & b"])
            #expect(try await driver.markUnreferenced(seen, since: 7) == .marked)
            #expect(
                harness.store.blobs[name]?.tags
                    == ["owner": "a & b", "temporal-unreferenced": "true", "temporal-unreferenced-since": "7"]
            )
            #expect(try await driver.unmark(location))
            #expect(harness.store.blobs[name]?.tags == ["owner": "a & b"])
            // Somebody writes the blob again after the look and before the mark.
            let store = harness.store
            store.next { request, reply in
                guard request.method == "GET", request.query.contains("comp=tags") else { return nil }
                store.rewrite(name)
                return reply
            }
            #expect(try await driver.markUnreferenced(seen, since: 8) == .changed)
            #expect(store.blobs[name]?.tags == ["owner": "a & b"])
        }
    }

    @Test("P29 A blob with nine tags has no room for the mark, and the text says so")
    func noRoomForMarks() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            let seen = try #require(try await driver.describeObject(at: driver.location(of: claims[0])))
            let tags = Dictionary(uniqueKeysWithValues: (0..<9).map { ("tag\($0)", "x") })
            harness.store.tag("payloads/\(seen.location.key)", tags)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.markUnreferenced(seen, since: 7)
            }
            #expect(error?.code == .misconfigured && error?.message.contains("9 tags") == true)
            #expect(harness.store.blobs["payloads/\(seen.location.key)"]?.tags == tags)
        }
    }

    @Test("ES-G1 What the store does not say is an error and no empty answer")
    func silence() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            for text in [
                "", "<html>welcome</html>",
                "<EnumerationResults><Blobs><Blob><Name>a</Name><Properties><Content-Length>1</Content-Length></Properties></Blob></Blobs></EnumerationResults>",
            ] {
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

    @Test("A blob that has snapshots, or is leased, is not deleted, and says so")
    func kept() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            let seen = try #require(try await driver.describeObject(at: driver.location(of: claims[0])))
            for (status, code) in [(409, "SnapshotsPresent"), (412, "LeaseIdMissing")] {
                harness.store.fail("DELETE", status, code)
                let error = await #expect(throws: ExternalStorageError.self, "\(code)") {
                    try await driver.deleteObject(seen)
                }
                #expect(error?.message.contains(code) == true, "\(error?.message ?? "")")
            }
            #expect(try await driver.deleteObject(seen) == .deleted)
        }
    }

    @Test("A driver that chooses for each payload needs the containers by name")
    func containers() throws {
        var configuration = AzureStorageDriver.Configuration()
        configuration.endpointURL = "http://127.0.0.1:1/devstoreaccount1"
        func driver() throws -> AzureStorageDriver {
            try AzureStorageDriver(
                choosingContainer: { _, _ in "b" },
                account: AzureHarness.account,
                credentials: .sharedKey(AzureHarness.key),
                configuration: configuration
            )
        }
        let error = #expect(throws: ExternalStorageError.self) { try driver().containers() }
        #expect(error?.code == .misconfigured)
        configuration.readableContainers = ["c", "b"]
        #expect(try driver().containers() == ["b", "c"])
    }
}
