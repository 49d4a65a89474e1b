//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeStores
import Foundation
import NIOCore
import StoreHTTP
import Testing

@testable import ExternalStorageAzure

@Suite(
    "The official clients and the driver on one double: azure-storage-blob and rclone pass it, both ways",
    .enabled(if: OfficialClients.python != nil, "SKIPPED: no Python with the official clients; run Scripts/tools"),
    .timeLimit(.minutes(3))
)
struct OfficialClientTests {
    struct Request: Encodable {
        var endpoint: String
        var account = AzureHarness.account
        var key = AzureHarness.key
        var container = "payloads"
        var read: [String]
        var write: [String: String]
    }

    struct Answer: Decodable {
        var read: [String: String]
        var sas: [String: String]
        var rclone: [String: String]
        var listed: [String]
        var refused: Int
        var blocks: String
    }

    private static func hex(_ bytes: ByteBuffer) -> String {
        bytes.readableBytesView.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test("What the driver wrote the clients read, and what they wrote the driver reads; a second write is refused")
    func bothWays() async throws {
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let driver = try harness.driver {
                $0.blockThresholdInBytes = 200_000
                $0.blockSizeInBytes = 100_000
            }
            let targets: [StorageDriverTarget?] = [
                .workflow(namespace: "default", id: "order/é 1+2~(x)&=#?", runID: nil, type: "Echo"),
                .activity(namespace: "n%s", id: "..", runID: "r", type: "A.b_c[1]"), nil,
            ]
            var ours: [String: String] = [:]
            for (index, target) in targets.enumerated() {
                let payload = AzureHarness.payload("ours \(index)", sizeInBytes: 150_000 * (index + 1))
                let claim = try await driver.store([payload], context: AzureHarness.store(target))[0]
                ours[try #require(claim["blob"])] = Self.hex(payload.serializedBytes)
            }
            let payload = AzureHarness.payload("theirs", sizeInBytes: 50_000)
            let name = ObjectPlace.blobName(digest: payload.digest, target: targets[0])
            let request = Request(
                endpoint: harness.endpointURL,
                read: Array(ours.keys),
                write: [name: Self.hex(payload.serializedBytes)]
            )
            let answer: Answer = try await OfficialClients.run(
                "azure_blob.py",
                request,
                environment: ["HOME": NSTemporaryDirectory(), "PATH": "/usr/bin:/bin"]
            )
            #expect(answer.read == ours)
            #expect(answer.sas == ours)
            #expect(answer.rclone == ours)
            #expect(answer.listed == (ours.keys + [name, "clients/blocks", "clients/rclone"]).sorted())
            #expect(answer.refused == 1)
            #expect(answer.blocks == "same")
            let claim = ObjectPlace(bucket: "payloads", name: name, digest: payload.digest)
                .azureClaim(account: AzureHarness.account)
            #expect(try await driver.retrieve([claim], context: AzureHarness.retrieve) == [payload])
            // And finds it there.
            let before = harness.store.blobs[("payloads/" + name)]
            _ = try await driver.store([payload], context: AzureHarness.store(targets[0]))
            #expect(harness.store.blobs["payloads/" + name] == before)
        }
    }
}
