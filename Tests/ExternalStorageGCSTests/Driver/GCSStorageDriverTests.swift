//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange
import ExternalStorageCore
import ExternalStorageTesting
import FakeStores
import Groundwork
import Logging
import NIOCore
import StoreHTTP
import Synchronization
import Testing

@testable import ExternalStorageGCS

@Suite("The Google Cloud Storage driver", .timeLimit(.minutes(3)))
struct GCSStorageDriverTests {
    @Test("Keeps the contract of all drivers", arguments: StorageDriverConformance.checks)
    func contract(_ check: StorageDriverConformance.Check) async throws {
        try await GCSHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("Keeps the contract of drivers that stream", arguments: StorageDriverConformance.streamingChecks)
    func streaming(_ check: StorageDriverConformance.StreamingCheck) async throws {
        try await GCSHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("ES-D4 One request per payload: conditional, with its checksum; the content is not touched")
    func request() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let payload = GCSHarness.payload(sizeInBytes: 300_000)
            let driver = try harness.driver {
                $0.userProject = "me"
                $0.kmsKeyName = "projects/p/k"
                $0.storageClass = "NEARLINE"
            }
            let claim = try await driver.store([payload], context: GCSHarness.store())[0]
            let request = try #require(harness.server.requests.first)
            #expect(harness.server.requests.count == 1)
            #expect(request.method == "POST")
            #expect(request.path == "/upload/storage/v1/b/payloads/o")
            #expect(
                request.query == "uploadType=multipart&userProject=me&ifGenerationMatch=0&kmsKeyName=projects%2Fp%2Fk"
            )
            #expect(request.text.contains("\"storageClass\":\"NEARLINE\""))
            // The double compares it with one of its own.
            #expect(request.text.contains("\"crc32c\":\""))
            #expect(request.header("Authorization") == nil)
            #expect(request.header("Content-Length") == String(request.body.readableBytes))
            let object = try #require(harness.store.objects["payloads/\(claim["object_name"] ?? "")"])
            #expect(object.body == payload.serializedBytes)
            #expect(object.contentType == "application/octet-stream")
        }
    }

    @Test("ES-D4 An object that is there is not written again: 412 is a success, for 24 writers at a time")
    func present() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let payload = GCSHarness.payload()
            let claims = try await withThrowingTaskGroup(of: StorageDriverClaim.self) { group in
                for _ in 0..<24 {
                    group.addTask { try await driver.store([payload], context: GCSHarness.store())[0] }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(claims.count == 1)
            #expect(harness.server.requests.count == 24)
            #expect(harness.store.objects.count == 1)
            #expect(harness.store.objects.values.first?.generation == 1_700_000_000_000_001)
        }
    }

    @Test("412 that is about a checksum is no success: sent once more, and then a failure")
    func checksum() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let damaged = "Provided CRC32C \"a\" doesn't match calculated CRC32C \"b\"."
            harness.store.fail("POST", 412, reason: "conditionNotMet", message: damaged)
            _ = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            #expect(harness.server.requests.count == 2)
            for status in [400, 412, 400] { harness.store.fail("POST", status, reason: "invalid", message: damaged) }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([GCSHarness.payload("b")], context: GCSHarness.store())
            }
            #expect(error?.code == .unavailable)
            #expect(harness.server.requests.count == 4)
            #expect(harness.clock.delays.isEmpty)
        }
    }

    @Test("ES-D4 refreshAfter: what is too old is written again, what is young is not")
    func refresh() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.refreshAfter = .seconds(60) }
            let payload = GCSHarness.payload()
            for _ in 0..<2 { _ = try await driver.store([payload], context: GCSHarness.store()) }
            #expect(harness.store.objects.values.first?.generation == 1_700_000_000_000_001)
            harness.store.remove(harness.store.objects.keys.first ?? "")
            harness.store.date(objects: "2026-11-29T09:59:00Z")
            for _ in 0..<2 { _ = try await driver.store([payload], context: GCSHarness.store()) }
            #expect(harness.store.objects.values.first?.generation == 1_700_000_000_000_003)
        }
    }

    @Test("ES-P9 One payload over the limit: nothing is sent")
    func tooLarge() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.payloadSizeLimit = 1000 }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store(
                    [GCSHarness.payload(), GCSHarness.payload(sizeInBytes: 2000)],
                    context: GCSHarness.store()
                )
            }
            #expect(error?.code == .payloadTooLarge)
            #expect(harness.server.requests.isEmpty)
        }
    }

    @Test("Larger objects come in ranges, at the same time; a range that is cut is asked for again")
    func ranges() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.downloadPartSizeInBytes = 100_000 }
            let payload = GCSHarness.payload(sizeInBytes: 450_000)
            let claims = try await driver.store([payload], context: GCSHarness.store())
            let isFirst = Mutex(true)
            harness.store.next { request, reply in
                guard request.header("Range") == "bytes=200000-299999", isFirst.withLock({ $0 }) else { return nil }
                isFirst.withLock { $0 = false }
                var reply = reply
                reply.fault = .truncated(after: 30_000)
                return reply
            }
            #expect(try await driver.retrieve(claims, context: GCSHarness.retrieve) == [payload])
            #expect(harness.server.requests.count { $0.method == "GET" } == 6)
            #expect(harness.clock.delays == [.seconds(1)])
        }
    }

    @Test("The ranges after the first are on their way at the same time: none of them waits for another's answer")
    func rangesAtATime() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.downloadPartSizeInBytes = 100_000 }
            let payload = GCSHarness.payload(sizeInBytes: 450_000)
            let claims = try await driver.store([payload], context: GCSHarness.store())
            for _ in 0..<4 {
                harness.store.next { request, _ in
                    guard request.method == "GET", request.header("Range") != "bytes=0-99999" else { return nil }
                    return LoopbackServer.Reply(0, fault: .silence)
                }
            }
            async let retrieved = driver.retrieve(claims, context: GCSHarness.retrieve)
            try await harness.server.arrival(ofRequests: 1 + 1 + 4)
            // A request may be there before its limit runs, and the limit of one that is sent again is not to pass.
            while harness.clock.runningLimits < 4 { await Task.yield() }
            for _ in 0..<4 { try await harness.clock.expireNext() }
            let payloads = try await retrieved
            #expect(payloads == [payload])
            // One that stores, the first range, four that are not answered, and the same four again.
            #expect(harness.server.requests.count == 10)
        }
    }

    @Test("An object of no bytes has no range, and is read all the same")
    func empty() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let payload = try Payload(serializedBytes: ByteBuffer())
            let claims = try await driver.store([payload], context: GCSHarness.store())
            #expect(try await driver.retrieve(claims, context: GCSHarness.retrieve) == [payload])
        }
    }

    @Test("ES-D3 Bytes that do not match the digest are refused, and not asked for again")
    func corrupted() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            let name = claims[0]["object_name"] ?? ""
            harness.store.replace("payloads/\(name)", with: ByteBuffer(string: "other"))
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: GCSHarness.retrieve)
            }
            #expect(error?.code == .corrupted)
            for part in ["bucket=payloads", "object=\(name)", claims[0]["hash_value"] ?? "?"] {
                #expect(error?.message.contains(part) == true)
            }
            #expect(harness.server.requests.count == 2)
        }
    }

    private static func source(_ second: SamplePayloadSource.SecondReading) -> SamplePayloadSource {
        SamplePayloadSource(ByteBuffer(repeating: 7, count: 9_000_000), secondReading: second)
    }

    @Test("A streamed payload whose source changes never appears")
    func changedSource() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let payload = try await StreamedPayload(metadata: [:], data: Self.source(.changed))
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store(payload, context: GCSHarness.store())
            }
            #expect(error?.code == .corrupted)
            #expect(harness.store.objects.isEmpty)
            // Asked whether it is there, and sent once: a source that changed is no reason to try again.
            #expect(harness.server.requests.map(\.method) == ["GET"])
        }
    }

    @Test("A streamed payload that arrives damaged is removed again, and the store is told apart from the source")
    func damagedStream() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let payload = try await StreamedPayload(
                metadata: ["encoding": Array("binary/plain".utf8)],
                data: Self.source(.same)
            )
            harness.store.next { request, reply in
                guard request.method == "POST" else { return nil }
                let resource = try? JSONValue(parsing: reply.body.readableBytesView)
                let generation = resource?["generation"]?.string ?? ""
                return .json("{\"crc32c\":\"AAAAAA==\",\"generation\":\"\(generation)\"}")
            }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store(payload, context: GCSHarness.store())
            }
            #expect(error?.code == .unavailable)
            #expect(harness.store.objects.isEmpty)
            let claim = try await driver.store(payload, context: GCSHarness.store())
            let whole = try await payload.load()
            #expect(try await driver.retrieve([claim], context: GCSHarness.retrieve) == [whole])
        }
    }

    @Test("Where no client is given, requests go through the proxy of the environment, and not where NO_PROXY says")
    func proxy() async throws {
        let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = { _ in LoopbackServer.Reply(502) }
        try await LoopbackServer.run(answer) { (server: LoopbackServer) async throws -> Void in
            func store(_ variables: [String: String]) async throws {
                var configuration = GCSStorageDriver.Configuration()
                configuration.endpointURL = "http://storage.invalid"
                configuration.maximumAttempts = 1
                let driver = try GCSStorageDriver(
                    buckets: .fixed("payloads"),
                    credentials: .anonymous,
                    configuration: configuration,
                    surroundings: StoreSurroundings(lanes: nil, clock: TestClock(), machine: .test(variables)),
                    logger: Logger(label: "test")
                )
                _ = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            }
            await #expect(throws: ExternalStorageError.self) { try await store(["HTTP_PROXY": server.url]) }
            #expect(server.requests.map { "\($0.method) \($0.target)" } == ["CONNECT storage.invalid:80"])
            let direct = await #expect(throws: ExternalStorageError.self) {
                try await store(["HTTP_PROXY": server.url, "NO_PROXY": ".invalid"])
            }
            #expect(direct?.code == .unavailable)
            #expect(server.requests.count == 1)
            let none = await #expect(throws: ExternalStorageError.self) { try await store(["HTTP_PROXY": "ftp://x"]) }
            #expect(none?.code == .invalidConfiguration)
            #expect(none?.message.contains("HTTP_PROXY") == true)
        }
    }

    @Test("A token does not go over the network in the clear")
    func cleartext() throws {
        var configuration = GCSStorageDriver.Configuration()
        configuration.endpointURL = "http://storage.example.com"
        let error = #expect(throws: ExternalStorageError.self) {
            try GCSStorageDriver(bucket: "b", credentials: .metadataServer(), configuration: configuration)
        }
        #expect(error?.code == .invalidConfiguration)
        _ = try GCSStorageDriver(bucket: "b", credentials: .anonymous, configuration: configuration)
    }

    @Test(
        "STORAGE_EMULATOR_HOST is a URL, or a host with a port",
        arguments: [
            ("localhost:4443", "http://localhost:4443/x"), ("https://emulator/base/", "https://emulator/base/x"),
        ]
    )
    func emulator(_ value: String, _ url: String) throws {
        let endpoint = try GCSEndpoint(endpointURL: nil, environment: ["STORAGE_EMULATOR_HOST": value])
        #expect(endpoint.isEmulator)
        #expect(endpoint.url("/x", universe: "googleapis.com") == url)
        let other = try GCSEndpoint(endpointURL: nil, environment: [:])
        #expect(other.url("/x", universe: "example.goog") == "https://storage.example.goog/x")
    }
}
