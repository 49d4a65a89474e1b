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

@Suite("What Azure Blob Storage has room for, and the budget of a retrieve", .timeLimit(.minutes(3)))
struct BudgetTests {
    @Test("ES-P11 Of an object that has no room nothing is read, and it is not asked for again", arguments: [nil, 100])
    func noRoom(_ partSize: Int?) async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver { $0.downloadPartSizeInBytes = partSize }
            let payloads = [AzureHarness.payload("small"), AzureHarness.payload(sizeInBytes: 1000)]
            let claims = try await driver.store(payloads, context: AzureHarness.store())
            var context = AzureHarness.retrieve
            context.budget = RetrievalBudget(sizeInBytes: 999)
            // The head comes and the body does not: who waits for it is still here in a minute.
            harness.store.next { request, reply in
                guard request.method == "GET" else { return nil }
                var reply = reply
                reply.fault = .stalled(after: 0)
                return reply
            }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve([claims[1]], context: context)
            }
            #expect(error?.code == .messageTooLarge)
            #expect(harness.server.requests.count { $0.method == "GET" } == 1)
            context.budget = RetrievalBudget(sizeInBytes: 2000)
            #expect(try await driver.retrieve(claims, context: context) == payloads)
        }
    }

    @Test("ES-P11 Keeps its budget", arguments: StorageDriverConformance.budgetChecks)
    func budget(_ check: StorageDriverConformance.Check) async throws {
        try await AzureHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("ES-P11 A store that lies about the size of an object: what comes counts, and ends where the room ends")
    func lies() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver { $0.downloadPartSizeInBytes = 600 }
            let payload = AzureHarness.payload(sizeInBytes: 1000)
            let claims = try await driver.store([payload], context: AzureHarness.store())
            var context = AzureHarness.retrieve
            for (whole, code) in [("5", ExternalStorageError.Code.messageTooLarge), ("99999999999", .messageTooLarge)] {
                harness.store.next { request, reply in
                    guard request.method == "GET" else { return nil }
                    var reply = reply
                    reply.headers.removeAll { $0.name == "Content-Range" }
                    reply.headers.append(("Content-Range", "bytes 0-599/\(whole)"))
                    return reply
                }
                context.budget = RetrievalBudget(sizeInBytes: 500)
                let error = await #expect(throws: ExternalStorageError.self, "\(whole)") {
                    try await driver.retrieve(claims, context: context)
                }
                #expect(error?.code == code, "\(whole)")
            }
            #expect(harness.server.requests.count { $0.method == "GET" } == 2)
        }
    }
}

@Suite("The operator's capability", .timeLimit(.minutes(3)))
struct MaintenanceTests {
    @Test("ES-G1 ES-G2 Keeps what the commands rely on", arguments: StorageDriverConformance.maintenanceChecks)
    func contract(_ check: StorageDriverConformance.MaintenanceCheck) async throws {
        try await AzureHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("ES-G2 The store compares: the same bytes written again are another object")
    func sameBytes() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            let location = try driver.location(of: claims[0])
            let seen = try #require(try await driver.describeObject(at: location))
            #expect(seen.lastModified == AzureHarness.now - 10)
            harness.store.remove("payloads/\(location.key)")
            _ = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            #expect(try await driver.deleteObject(seen) == .changed)
            #expect(try await driver.currentTime(in: "payloads") == AzureHarness.now)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.listObjects(in: "nowhere", prefix: "", continuation: nil)
            }
            #expect(error?.code == .misconfigured)
        }
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
