//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import FakeStores
import NIOCore
import StoreHTTP
import Synchronization
import Testing

@testable import ExternalStorageAzure

@Suite("The Azure Blob Storage driver, on a double that verifies every request", .timeLimit(.minutes(3)))
struct AzureStorageDriverTests {
    @Test("Keeps the contract of all drivers", arguments: StorageDriverConformance.checks)
    func contract(_ check: StorageDriverConformance.Check) async throws {
        try await AzureHarness.run { harness in try await check.run(on: harness.driver()) }
    }

    @Test("Keeps the contract of drivers that stream", arguments: StorageDriverConformance.streamingChecks)
    func streaming(_ check: StorageDriverConformance.StreamingCheck) async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            try await check.run(on: harness.driver { $0.blockSizeInBytes = 1_000_000 })
        }
    }

    @Test("ES-D4 One request per payload: conditional, with its checksum; the content is not touched")
    func request() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let payload = AzureHarness.payload(sizeInBytes: 300_000)
            let driver = try harness.driver {
                $0.accessTier = "Cool"
                $0.encryptionScope = "scope"
            }
            let target = StorageDriverTarget.workflow(namespace: "default", id: "a/b?é+ %", runID: "r", type: "T")
            let claim = try await driver.store([payload], context: AzureHarness.store(target))[0]
            let request = try #require(harness.server.requests.first)
            #expect(harness.server.requests.count == 1)
            #expect(request.method == "PUT")
            #expect(request.query == "")
            for (name, value) in [
                ("If-None-Match", "*"), ("x-ms-blob-type", "BlockBlob"), ("x-ms-access-tier", "Cool"),
                ("x-ms-encryption-scope", "scope"), ("Content-Type", "application/octet-stream"),
                ("x-ms-version", "2024-11-04"), ("x-ms-date", "Sun, 29 Nov 2026 10:00:10 GMT"),
            ] {
                #expect(request.header(name) == value)
            }
            #expect(request.header("Content-MD5") != nil)
            let name = claim["blob"] ?? ""
            #expect(name == "v0/ns/default/wt/T/wi/a%2Fb%3Fé+ %25/ri/r/d/sha256/\(payload.digest.hexadecimal)")
            #expect(harness.store.blobs["payloads/\(name)"]?.body == payload.serializedBytes)
            #expect(
                claim.entries == [
                    "account": "devstoreaccount1", "container": "payloads", "blob": name, "hash_algorithm": "sha256",
                    "hash_value": payload.digest.hexadecimal,
                ]
            )
        }
    }

    @Test("ES-D4 A blob that is there is not written again: 409 is a success, for 24 writers at a time")
    func present() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let payload = AzureHarness.payload()
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<24 {
                    group.addTask { _ = try await driver.store([payload], context: AzureHarness.store()) }
                }
            }
            #expect(harness.server.requests.count == 24)
            #expect(harness.store.blobs.values.map(\.entityTag) == ["\"0x8DC1\""])
        }
    }

    @Test("ES-D4 412 ConditionNotMet is a success too; a lease is one if the blob is there; other conflicts are none")
    func conflicts() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let payload = AzureHarness.payload()
            harness.store.fail("PUT", 412, "ConditionNotMet")
            _ = try await driver.store([payload], context: AzureHarness.store())
            #expect(harness.server.requests.count == 1)
            harness.store.fail("PUT", 412, "LeaseIdMissing")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([payload], context: AzureHarness.store())
            }
            #expect(error?.message.contains("LeaseIdMissing") == true)
            _ = try await driver.store([payload], context: AzureHarness.store())
            harness.store.fail("PUT", 412, "LeaseIdMissing")
            _ = try await driver.store([payload], context: AzureHarness.store())
            harness.store.fail("PUT", 409, "BlobImmutableDueToPolicy")
            await #expect(throws: ExternalStorageError.self) {
                try await driver.store([payload], context: AzureHarness.store())
            }
        }
    }

    @Test("Large payloads go in blocks, after asking whether they are there; a repetition of the end is a success")
    func blocks() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver {
                $0.blockThresholdInBytes = 400_000
                $0.blockSizeInBytes = 100_000
            }
            let payload = AzureHarness.payload(sizeInBytes: 450_000)
            let isFirst = Mutex(true)
            harness.store.next { request, reply in
                guard request.query == "comp=blocklist", isFirst.withLock({ $0 }) else { return nil }
                isFirst.withLock { $0 = false }
                var reply = reply
                reply.fault = .closed
                return reply
            }
            let claims = try await driver.store([payload], context: AzureHarness.store())
            let kinds = harness.server.requests.map { "\($0.method) \($0.query.prefix(11))" }
            #expect(kinds.first == "HEAD ")
            #expect(kinds.count { $0 == "PUT comp=blockl" } == 2)
            #expect(kinds.count { $0 == "PUT comp=block&" } == 5)
            #expect(harness.store.blobs.values.first?.contentType == "application/octet-stream")
            #expect(harness.store.blobsWithLooseBlocks == 0)
            #expect(try await driver.retrieve(claims, context: AzureHarness.retrieve) == [payload])
            let before = harness.server.requests.count
            _ = try await driver.store([payload], context: AzureHarness.store())
            #expect(harness.server.requests.count == before + 1)
        }
    }

    @Test("ES-D4 A write whose answer was lost has succeeded: the repetition meets 409")
    func lostAnswer() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            harness.store.next { _, reply in
                var reply = reply
                reply.fault = .closed
                return reply
            }
            _ = try await harness.driver().store([AzureHarness.payload()], context: AzureHarness.store())
            #expect(harness.server.requests.count == 2)
            #expect(harness.store.blobs.values.map(\.entityTag) == ["\"0x8DC1\""])
        }
    }

    @Test("Blocks that another writer made a blob meanwhile are a success if it is there, and a failure if it is not")
    func foreignCommit() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver {
                $0.blockThresholdInBytes = 1000
                $0.blockSizeInBytes = 1000
            }
            let isCommit = { @Sendable (request: LoopbackServer.Request) in request.query == "comp=blocklist" }
            let refusal = LoopbackServer.Reply(400, headers: [("x-ms-error-code", "InvalidBlockList")])
            harness.store.next { request, _ in isCommit(request) ? refusal : nil }
            let payload = AzureHarness.payload(sizeInBytes: 2500)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([payload], context: AzureHarness.store())
            }
            #expect(error?.message.contains("InvalidBlockList") == true)
            let claims = try await driver.store([payload], context: AzureHarness.store())
            // Between the question whether it is there and the end another writer was faster.
            harness.store.instead("HEAD") { .init(404, headers: [("x-ms-error-code", "BlobNotFound")]) }
            harness.store.next { request, _ in isCommit(request) ? refusal : nil }
            #expect(try await driver.store([payload], context: AzureHarness.store()) == claims)
        }
    }

    @Test("By a connection string, with the account's key or a signature, as programs are told it")
    func connectionStrings() async throws {
        struct File: Decodable {
            struct Case: Decodable {
                var name: String
                var token: String
            }
            var cases: [Case]
        }
        let file: File = try Vectors.decode("azure-sharedkey/sas.json")
        let token = try #require(file.cases.first { $0.name == "account" }?.token)
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let key = "AccountName=\(AzureHarness.account);AccountKey=\(AzureHarness.key)"
            let payload = AzureHarness.payload()
            for secret in [key, "AccountName=\(AzureHarness.account);SharedAccessSignature=\(token)"] {
                let driver = try AzureStorageDriver(
                    container: "payloads",
                    connectionString: "\(secret);BlobEndpoint=\(harness.endpointURL)/;",
                    httpClient: harness.httpClient
                )
                let claims = try await driver.store([payload], context: AzureHarness.store())
                #expect(try await driver.retrieve(claims, context: AzureHarness.retrieve) == [payload])
            }
            let requests = harness.server.requests
            #expect(requests.map(\.method) == ["PUT", "GET", "PUT", "GET"])
            #expect(requests[0].header("Authorization")?.hasPrefix("SharedKey ") == true)
            #expect(requests[3].query == token)
        }
    }

    @Test("ES-D4 refreshAfter: what is too old is written again, what is young is not")
    func refresh() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver { $0.refreshAfter = .seconds(60) }
            let payload = AzureHarness.payload()
            for _ in 0..<2 { _ = try await driver.store([payload], context: AzureHarness.store()) }
            #expect(harness.store.blobs.values.first?.entityTag == "\"0x8DC1\"")
            harness.store.remove(harness.store.blobs.keys.first ?? "")
            harness.store.date(blobs: "Sun, 29 Nov 2026 09:59:00 GMT")
            for _ in 0..<2 { _ = try await driver.store([payload], context: AzureHarness.store()) }
            #expect(harness.store.blobs.values.first?.entityTag == "\"0x8DC3\"")
        }
    }

    @Test("Larger blobs come in ranges, at the same time; one that is cut is asked for again; none of no bytes")
    func ranges() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver { $0.downloadPartSizeInBytes = 100_000 }
            let payloads = [AzureHarness.payload(sizeInBytes: 450_000), try Payload(serializedBytes: ByteBuffer())]
            let claims = try await driver.store(payloads, context: AzureHarness.store())
            let isFirst = Mutex(true)
            harness.store.next { request, reply in
                guard request.header("x-ms-range") == "bytes=200000-299999", isFirst.withLock({ $0 }) else {
                    return nil
                }
                isFirst.withLock { $0 = false }
                var reply = reply
                reply.fault = .truncated(after: 30_000)
                return reply
            }
            #expect(try await driver.retrieve(claims, context: AzureHarness.retrieve) == payloads)
            // Five ranges, one of them twice; the empty one with a range and without.
            #expect(harness.server.requests.count { $0.method == "GET" } == 8)
        }
    }

    @Test("ES-D3 Bytes that do not match the digest are refused, and not asked for again")
    func corrupted() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            harness.store.replace("payloads/\(claims[0]["blob"] ?? "")", with: ByteBuffer(string: "other"))
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: AzureHarness.retrieve)
            }
            #expect(error?.code == .corrupted)
            for part in ["account=devstoreaccount1", "container=payloads", claims[0]["hash_value"] ?? "?"] {
                #expect(error?.message.contains(part) == true)
            }
            #expect(harness.server.requests.count == 2)
        }
    }

    @Test("Names fit into an account with folders: a segment that is too long makes way for the short name")
    func names() {
        let digest = PayloadDigest(hashing: ByteBuffer(string: "x"))
        func name(_ target: StorageDriverTarget?) -> String { ObjectPlace.blobName(digest: digest, target: target) }
        let end = "d/sha256/\(digest.hexadecimal)"
        let long = String(repeating: "x", count: 255)
        #expect(name(nil) == "v0/\(end)")
        #expect(name(.workflow(namespace: "n", id: long)) == "v0/ns/n/\(end)")
        #expect(name(.workflow(namespace: long, id: "i")) == "v0/\(end)")
        #expect(name(.workflow(namespace: "n", id: String(long.dropLast()))).contains("/wi/x"))
    }

    struct Answer: Sendable {
        var status: Int
        var storeCode: String
        var code: ExternalStorageError.Code
        var text: String

        init(_ status: Int, _ storeCode: String, _ code: ExternalStorageError.Code, _ text: String) {
            self.status = status
            self.storeCode = storeCode
            self.code = code
            self.text = text
        }
    }

    static let answers = [
        Answer(403, "AuthenticationFailed", .forbidden, "local clock"),
        Answer(403, "AuthorizationFailure", .forbidden, "network rules"),
        Answer(403, "AuthorizationPermissionMismatch", .forbidden, "Storage Blob Data Contributor"),
        Answer(403, "KeyBasedAuthenticationNotPermitted", .forbidden, "Entra"),
        Answer(404, "ContainerNotFound", .misconfigured, "names of account and container"),
        Answer(404, "SomethingOfAProxy", .unavailable, "proxies"),
        Answer(409, "ContainerBeingDeleted", .unavailable, "ContainerBeingDeleted"),
        Answer(400, "InvalidHeaderValue", .misconfigured, "2024-11-04"),
        Answer(413, "RequestBodyTooLarge", .payloadTooLarge, "RequestBodyTooLarge"),
        Answer(429, "TooManyRequests", .throttled, "request rate"),
        Answer(503, "ServerBusy", .throttled, "request rate"),
        Answer(500, "InternalError", .unavailable, "InternalError"),
    ]

    @Test("ES-D7 What an answer means, and what to do about it", arguments: answers)
    func meaning(_ answer: Answer) async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver { $0.maximumAttempts = 1 }
            harness.store.fail("PUT", answer.status, answer.storeCode)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            }
            #expect(error?.code == answer.code)
            let text = error?.message ?? ""
            for part in [answer.text, "container=payloads", "fake-request", "Put Blob"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test("What the store received damaged is sent once more; a blob in the archive says so")
    func damaged() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            harness.store.fail("PUT", 400, "Md5Mismatch")
            let claims = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            #expect(harness.server.requests.count == 2)
            harness.store.fail("GET", 409, "BlobArchived")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: AzureHarness.retrieve)
            }
            #expect(error?.message.contains("archive tier") == true)
            harness.store.remove("payloads/\(claims[0]["blob"] ?? "")")
            let missing = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: AzureHarness.retrieve)
            }
            #expect(missing?.code == .notFound)
        }
    }

    @Test("What passes is repeated, after the time that the store asks for")
    func retries() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver()
            harness.store.fail("PUT", 503, "ServerBusy", headers: [("x-ms-retry-after-ms", "2500")])
            harness.store.instead("PUT") { .init(0, fault: .closed) }
            _ = try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            #expect(harness.clock.delays == [.milliseconds(2500), .milliseconds(1600)])
            for _ in 0..<4 { harness.store.fail("PUT", 500, "InternalError") }
            await #expect(throws: ExternalStorageError.self) {
                try await driver.store([AzureHarness.payload("b")], context: AzureHarness.store())
            }
            #expect(harness.server.requests.count == 3 + 4)
        }
    }

    @Test("A request with another key, or changed on the way, is refused by the double")
    func verification() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver(.sharedKey("bm90IHRoZSBrZXk="))
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([AzureHarness.payload()], context: AzureHarness.store())
            }
            #expect(error?.code == .forbidden)
            // The service tells what it signed: nothing of the key is in it, and only its first line is shown.
            #expect(error?.message.contains("AuthenticationFailed") == true)
            #expect(error?.message.contains("bm90") == false)
        }
    }
}
