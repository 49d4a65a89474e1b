//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import Foundation
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("A real S3 server", .enabled(if: RealStore.isThere, RealStore.skipped), .timeLimit(.minutes(2)))
struct RealStoreTests {
    /// A key nobody else uses.
    private static func unique(_ name: String) -> String { "test/\(UUID().uuidString)/\(name)" }

    private static func payloads(_ count: Int, bytes: Int) -> [Payload] {
        let salt = UUID().uuidString
        return (0..<count).map { index in
            var data = ByteBuffer(string: "\(salt) \(index) ")
            data.writeRepeatingByte(UInt8(truncatingIfNeeded: index), count: bytes)
            return Payload(metadata: ["encoding": Array("binary/plain".utf8)], data: data)
        }
    }

    private static func storeContext() -> StorageDriverStoreContext {
        StorageDriverStoreContext(
            target: .workflow(namespace: "default", id: "id \(UUID().uuidString)/é", runID: nil, type: "T"),
            namespace: "default",
            limiter: StorageLimiter(permits: 8)
        )
    }

    private static let retrieveContext = StorageDriverRetrieveContext(
        namespace: "default",
        limiter: StorageLimiter(permits: 8)
    )

    @Test("ES-D1 ES-D4 Store, store again, retrieve: 20 payloads of 300 KiB")
    func roundTrip() async throws {
        let driver = try S3StorageDriver(bucket: .fixed(RealStore.bucket), client: RealStore.client())
        let payloads = Self.payloads(20, bytes: 300_000)
        let context = Self.storeContext()
        let claims = try await driver.store(payloads, context: context)
        #expect(try await driver.store(payloads, context: context) == claims)
        let retrieved = try await driver.retrieve(claims, context: Self.retrieveContext)
        #expect(retrieved.map(\.serializedBytes) == payloads.map(\.serializedBytes))
    }

    @Test("ES-D4 Of many writers of one object exactly one writes")
    func race() async throws {
        let client = try RealStore.client()
        let body = ByteBuffer(string: "hello")
        let request = S3PutRequest(
            bucket: RealStore.bucket,
            key: Self.unique("race"),
            body: body,
            digest: PayloadDigest(hashing: body),
            onlyIfAbsent: true
        )
        let outcomes = try await withThrowingTaskGroup(of: S3PutOutcome.self) { group in
            for _ in 0..<12 { group.addTask { try await client.put(request) } }
            var outcomes: [S3PutOutcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.filter { $0 == .written }.count == 1)
    }

    @Test("Keys that need escaping arrive as they are", arguments: ["é +~(%2F) b", "a%25b", "日本語/🚀", "!'()*"])
    func keys(_ name: String) async throws {
        let client = try RealStore.client()
        let key = Self.unique(name)
        let body = ByteBuffer(string: name)
        let digest = PayloadDigest(hashing: body)
        _ = try await client.put(.init(bucket: RealStore.bucket, key: key, body: body, digest: digest))
        let result = try await client.get(.init(bucket: RealStore.bucket, key: key, maximumSizeInBytes: 1000))
        #expect(result.body == body)
        let info = try #require(try await client.head(bucket: RealStore.bucket, key: key))
        #expect(info.sizeInBytes == body.readableBytes)
        #expect(try await client.head(bucket: RealStore.bucket, key: key + "x") == nil)
    }

    @Test("A wrong secret, a wrong checksum, a missing object and a missing bucket give the right class")
    func failures() async throws {
        let client = try RealStore.client()
        let body = ByteBuffer(string: "hello")
        let digest = PayloadDigest(hashing: body)
        let key = Self.unique("x")
        var account = try #require(RealStore.credentials)
        account.secretAccessKey += "x"
        let stranger = try RealStore.client(credentials: account)
        let refused = await #expect(throws: S3Failure.self) {
            try await stranger.put(.init(bucket: RealStore.bucket, key: key, body: body, digest: digest))
        }
        #expect(refused?.kind == .forbidden)
        #expect(refused?.code == "SignatureDoesNotMatch")
        let damaged = await #expect(throws: S3Failure.self) {
            let other = PayloadDigest(hashing: ByteBuffer(string: "other"))
            return try await client.put(.init(bucket: RealStore.bucket, key: key, body: body, digest: other))
        }
        #expect(damaged?.kind == .corrupted)
        #expect(damaged?.attempts == 3)
        let missing = await #expect(throws: S3Failure.self) {
            try await client.get(.init(bucket: RealStore.bucket, key: key, maximumSizeInBytes: 10))
        }
        #expect(missing?.kind == .notFound)
        let bucket = await #expect(throws: S3Failure.self) {
            try await client.get(.init(bucket: "no-such-bucket-here", key: key, maximumSizeInBytes: 10))
        }
        // An identity that may not look elsewhere is told so instead.
        let kinds: [S3Failure.Kind] = [.misconfigured, .notFound, .forbidden]
        #expect(bucket.map { kinds.contains($0.kind) } == true)
    }

    @Test("Parallel ranges of a 20 MiB object, and a conditional upload in parts")
    func large() async throws {
        var configuration = S3StorageDriver.Configuration()
        configuration.downloadPartSizeInBytes = 4 * 1024 * 1024
        configuration.multipartThresholdInBytes = 12 * 1024 * 1024
        configuration.uploadPartSizeInBytes = 5 * 1024 * 1024
        let driver = try S3StorageDriver(
            bucket: .fixed(RealStore.bucket),
            client: RealStore.client(),
            configuration: configuration
        )
        let payloads = Self.payloads(1, bytes: 20 * 1024 * 1024)
        let context = Self.storeContext()
        let claims = try await driver.store(payloads, context: context)
        let retrieved = try await driver.retrieve(claims, context: Self.retrieveContext)
        #expect(retrieved.map(\.serializedBytes) == payloads.map(\.serializedBytes))
        #expect(try await driver.store(payloads, context: context) == claims)
    }
}
