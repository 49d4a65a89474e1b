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

@Suite(
    "Bucket operations on a real S3 server",
    .enabled(if: RealStore.isThere, RealStore.skipped),
    .serialized,
    .timeLimit(.minutes(2))
)
struct RealBucketTests {
    private static func fill(_ client: S3HTTPClient, _ prefix: String, _ names: [String]) async throws {
        for name in names {
            let body = ByteBuffer(string: name)
            let request = S3PutRequest(
                bucket: RealStore.bucket,
                key: prefix + name,
                body: body,
                digest: PayloadDigest(hashing: body)
            )
            _ = try await client.put(request)
        }
    }

    @Test("Listing pages through all keys, whatever they hold; deleting removes them")
    func listAndDelete() async throws {
        let client = try RealStore.client()
        let prefix = "list/\(UUID().uuidString)/"
        let names = ["a b", "a+b", "a%2Fb", "a&b<c>", "é", "z"] + (0..<20).map { "n\($0)" }
        try await Self.fill(client, prefix, names)
        var keys: [String] = []
        var continuation: String?
        repeat {
            let page = try await client.listObjects(
                bucket: RealStore.bucket,
                prefix: prefix,
                continuation: continuation,
                maximumCount: 7
            )
            #expect(page.entries.count <= 7)
            #expect(page.entries.allSatisfy { $0.sizeInBytes > 0 && ($0.lastModified ?? 0) > 1_700_000_000 })
            keys += page.entries.map(\.key)
            continuation = page.continuation
        } while continuation != nil
        #expect(Set(keys) == Set(names.map { prefix + $0 }))
        #expect(keys.count == names.count)

        try await client.deleteObject(bucket: RealStore.bucket, key: prefix + "z")
        try await client.deleteObject(bucket: RealStore.bucket, key: prefix + "z")
        #expect(try await client.deleteObjects(bucket: RealStore.bucket, keys: names.map { prefix + $0 }).isEmpty)
        let rest = try await client.listObjects(bucket: RealStore.bucket, prefix: prefix)
        #expect(rest.entries.isEmpty)
    }

    @Test("Tags are written and read")
    func tags() async throws {
        let client = try RealStore.client()
        let prefix = "tags/\(UUID().uuidString)/"
        try await Self.fill(client, prefix, ["x"])
        let tags = [S3Tag("namespace", "a b"), S3Tag("kind", "p+q:r")]
        try await client.setTags(tags, bucket: RealStore.bucket, key: prefix + "x")
        #expect(try await Set(client.tags(bucket: RealStore.bucket, key: prefix + "x")) == Set(tags))
        try await client.deleteObject(bucket: RealStore.bucket, key: prefix + "x")
    }

    @Test("Lifecycle rules: what is not ours is written back as it was")
    func lifecycle() async throws {
        let client = try RealStore.client()
        let before = try await client.lifecycleRules(bucket: RealStore.bucket)
        let rule = S3LifecycleRule(
            id: "temporal-payloads",
            prefix: "v0/",
            expirationInDays: 40,
            abortingUploadsAfterDays: 2
        )
        try await client.setLifecycleRules(before.filter { $0.id != rule.id } + [rule], bucket: RealStore.bucket)
        let after = try await client.lifecycleRules(bucket: RealStore.bucket)
        let read = try #require(after.first { $0.id == "temporal-payloads" })
        #expect(read.isEnabled)
        #expect(read.prefix == "v0/")
        #expect(read.goesByPrefixAlone)
        #expect(read.expirationInDays == 40)
        #expect(after.count == before.filter { $0.id != rule.id }.count + 1)
        try await client.setLifecycleRules(before, bucket: RealStore.bucket)
        #expect(try await client.lifecycleRules(bucket: RealStore.bucket).count == before.count)
    }

    @Test("Versioning and region are asked for without harm")
    func bucket() async throws {
        let client = try RealStore.client()
        #expect(try await client.versioning(bucket: RealStore.bucket) != "Enabled")
        _ = try await client.region(bucket: RealStore.bucket)
    }
}
