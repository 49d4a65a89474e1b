//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeS3
import NIOCore
import Synchronization
import Testing

@testable import ExternalStorageS3

@Suite("Ranges only where one stream is slow", .timeLimit(.minutes(1)))
struct StreamPaceTests {
    private static let mebibyte = 1024 * 1024

    @Test("A read that is alone and large enough says whether a stream is fast; others say nothing")
    func verdict() {
        var pace = StreamPace()
        func isFast(_ mebibytes: Int, milliseconds: Int) -> Bool {
            let read = pace.begin("near")
            pace.end(read, sizeInBytes: mebibytes * Self.mebibyte, after: .milliseconds(milliseconds))
            return pace.isFast("near")
        }
        #expect(!isFast(7, milliseconds: 1))
        #expect(!isFast(16, milliseconds: 200))
        #expect(isFast(15, milliseconds: 100))
        #expect(isFast(0, milliseconds: 10_000))
        // Two that share the connection: neither has had it for itself.
        let (first, second) = (pace.begin("near"), pace.begin("near"))
        pace.end(first, sizeInBytes: 16 * Self.mebibyte, after: .seconds(1))
        pace.end(second, sizeInBytes: 16 * Self.mebibyte, after: .seconds(1))
        #expect(pace.isFast("near"))
        // One bucket says nothing of another.
        #expect(!pace.isFast("far"))
        let far = pace.begin("far")
        pace.end(far, sizeInBytes: 16 * Self.mebibyte, after: .seconds(1))
        #expect(pace.isFast("near"))
        #expect(!isFast(16, milliseconds: 1_000))
    }

    @Test("40 MiB come in one request where streams are fast, and in three at a time where they are slow")
    func requests() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: 40 * Self.mebibyte))
            let key = "v0/d/sha256/\(payload.digest.hexadecimal)"
            harness.server.put("/payloads/\(key)", payload.serializedBytes)
            let claim = S3Claim(bucket: "payloads", key: key, digest: payload.digest).claim
            for (milliseconds, requests) in [(1, 1), (10_000, 3)] {
                let driver = try S3StorageDriverTests.driver(harness)
                driver.pace.withLock { pace in
                    let read = pace.begin("payloads")
                    pace.end(read, sizeInBytes: 16 * Self.mebibyte, after: .milliseconds(milliseconds))
                    // As if another read were under way all the time: what is measured here is not to count.
                    _ = pace.begin("payloads")
                }
                let before = harness.server.requests.count
                let payloads = try await driver.retrieve([claim], context: S3StorageDriverTests.retrieveContext)
                #expect(payloads.map(\.serializedBytes) == [payload.serializedBytes])
                #expect(harness.server.requests.count - before == requests)
            }
        }
    }
}
