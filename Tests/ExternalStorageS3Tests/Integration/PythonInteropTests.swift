//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import FakeStores
import Synchronization
import Testing

@testable import ExternalStorageS3

@Suite(
    "One bucket shared with the official Python S3 driver",
    .enabled(if: RealStore.isThere && OfficialClients.python != nil, RealStore.skipped),
    .timeLimit(.minutes(2))
)
struct PythonInteropTests {
    /// Counts what the client under it really wrote.
    private final class CountingClient: S3Client {
        let client: S3HTTPClient
        private let writes = Mutex(0)
        var written: Int { self.writes.withLock { $0 } }

        init(_ client: S3HTTPClient) {
            self.client = client
        }

        func put(_ request: S3PutRequest) async throws -> S3PutOutcome {
            let outcome = try await self.client.put(request)
            if outcome == .written { self.writes.withLock { $0 += 1 } }
            return outcome
        }
        func get(_ request: S3GetRequest) async throws -> S3GetResult { try await self.client.get(request) }
        func head(bucket: String, key: String) async throws -> S3ObjectInfo? {
            try await self.client.head(bucket: bucket, key: key)
        }
        func describe(bucket: String) -> [(name: String, value: String)] { self.client.describe(bucket: bucket) }
    }

    /// Runs the Python side to its end.
    private static func python<Answer: Decodable & Sendable>(_ request: SharedBucket.Request) async throws -> Answer {
        let account = try #require(RealStore.credentials)
        return try await OfficialClients.run(
            "s3_driver.py",
            request,
            environment: [
                "AWS_ENDPOINT_URL_S3": RealStore.endpoint ?? "", "AWS_ACCESS_KEY_ID": account.accessKeyID,
                "AWS_SECRET_ACCESS_KEY": account.secretAccessKey,
            ]
        )
    }

    private static func items() -> [SharedBucket.Item] {
        SharedBucket.items([
            .init(kind: "workflow", namespace: "default", id: "order/é 1+2~(x)", runID: nil, type: "Echo"),
            .init(kind: "workflow", namespace: "n%s", id: "null", runID: "01a20c43-9422", type: nil),
            .init(kind: "activity", namespace: "default", id: "act*'!", runID: "r", type: "A.b_c"),
            .init(kind: "workflow", namespace: "long", id: String(repeating: "ü", count: 200), runID: nil, type: "T"),
            nil,
        ])
    }

    @Test("ES-D1 ES-D2 Stored by Python, read here: same keys, same claims, and nothing is uploaded twice")
    func fromPython() async throws {
        let items = Self.items()
        let stored: SharedBucket.Stored = try await Self.python(
            .init(verb: "store", bucket: RealStore.bucket, items: items)
        )
        #expect(stored.uploads == items.count)
        let client = try CountingClient(RealStore.client())
        let driver = try S3StorageDriver(bucket: .fixed(RealStore.bucket), client: client)
        let context = StorageDriverRetrieveContext(namespace: "default", limiter: StorageLimiter(permits: 8))
        let payloads = try await driver.retrieve(stored.claims.map { StorageDriverClaim($0) }, context: context)
        #expect(payloads.map(SharedBucket.digits) == items.map(\.payload))
        #expect(try await SharedBucket.store(items, in: driver) == stored.claims)
        #expect(client.written == 0)
    }

    @Test("ES-D1 ES-D2 Stored here, read by Python: same keys, same claims, and nothing is uploaded twice")
    func toPython() async throws {
        let items = Self.items()
        let client = try CountingClient(RealStore.client())
        let driver = try S3StorageDriver(bucket: .fixed(RealStore.bucket), client: client)
        let claims = try await SharedBucket.store(items, in: driver)
        #expect(client.written == items.count)
        let retrieved: SharedBucket.Retrieved = try await Self.python(
            .init(verb: "retrieve", bucket: nil, claims: claims)
        )
        #expect(retrieved.payloads == items.map(\.payload))
        let stored: SharedBucket.Stored = try await Self.python(
            .init(verb: "store", bucket: RealStore.bucket, items: items)
        )
        #expect(stored.claims == claims)
        #expect(stored.uploads == 0)
    }
}
