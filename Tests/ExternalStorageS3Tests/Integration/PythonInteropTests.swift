//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import ExternalStorageS3

@Suite(
    "One bucket shared with the official Python S3 driver",
    .enabled(if: RealStore.isThere && RealStore.python != nil, RealStore.skipped),
    .timeLimit(.minutes(2))
)
struct PythonInteropTests {
    struct Target: Codable {
        var kind: String
        var namespace: String
        var id: String?
        var runId: String?
        var type: String?

        enum CodingKeys: String, CodingKey {
            case kind, namespace, id, type
            case runId = "run_id"
        }

        var target: StorageDriverTarget {
            self.kind == "workflow"
                ? .workflow(namespace: self.namespace, id: self.id ?? "", runID: self.runId, type: self.type)
                : .activity(namespace: self.namespace, id: self.id ?? "", runID: self.runId, type: self.type)
        }
    }

    struct Item: Codable {
        var payload: String
        var target: Target?
    }

    struct Request: Encodable {
        var verb: String
        var bucket: String?
        var items: [Item]?
        var claims: [[String: String]]?
    }

    struct Stored: Decodable {
        var claims: [[String: String]]
        var uploads: Int
    }

    struct Retrieved: Decodable {
        var payloads: [String]
    }

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
    private static func python<Answer: Decodable>(_ request: Request) throws -> Answer {
        let process = Process()
        process.executableURL = URL(filePath: try #require(RealStore.python))
        let script = Vectors.folder.deletingLastPathComponent().appending(path: "Interop/s3_driver.py")
        process.arguments = [script.path]
        let account = try #require(RealStore.credentials)
        process.environment = [
            "AWS_ENDPOINT_URL_S3": RealStore.endpoint ?? "",
            "AWS_ACCESS_KEY_ID": account.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": account.secretAccessKey,
        ]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode(Answer.self, from: answer)
    }

    private static func items() -> [Item] {
        let salt = UUID().uuidString
        let targets: [Target?] = [
            Target(kind: "workflow", namespace: "default", id: "order/é 1+2~(x)", runId: nil, type: "Echo"),
            Target(kind: "workflow", namespace: "n%s", id: "null", runId: "01a20c43-9422", type: nil),
            Target(kind: "activity", namespace: "default", id: "act*'!", runId: "r", type: "A.b_c"),
            Target(kind: "workflow", namespace: "long", id: String(repeating: "ü", count: 200), runId: nil, type: "T"),
            nil,
        ]
        return targets.enumerated().map { index, target in
            let payload = Payload(
                metadata: ["encoding": Array("json/plain".utf8)],
                data: ByteBuffer(string: "\"\(salt) \(index)\"" + String(repeating: " ", count: 300_000))
            )
            return Item(payload: Hex.encode(payload.serializedBytes.readableBytesView), target: target)
        }
    }

    private static func payload(_ item: Item) throws -> Payload {
        try Payload(serializedBytes: ByteBuffer(bytes: #require(Hex.decode(item.payload))))
    }

    private static func store(_ items: [Item], _ driver: S3StorageDriver) async throws -> [[String: String]] {
        var claims: [[String: String]] = []
        for item in items {
            let context = StorageDriverStoreContext(
                target: item.target?.target,
                namespace: "default",
                limiter: StorageLimiter(permits: 8)
            )
            claims += try await driver.store([self.payload(item)], context: context).map(\.entries)
        }
        return claims
    }

    @Test("ES-D1 ES-D2 Stored by Python, read here: same keys, same claims, and nothing is uploaded twice")
    func fromPython() async throws {
        let items = Self.items()
        let stored: Stored = try Self.python(Request(verb: "store", bucket: RealStore.bucket, items: items))
        #expect(stored.uploads == items.count)
        let client = try CountingClient(RealStore.client())
        let driver = try S3StorageDriver(bucket: .fixed(RealStore.bucket), client: client)
        let context = StorageDriverRetrieveContext(namespace: "default", limiter: StorageLimiter(permits: 8))
        let payloads = try await driver.retrieve(stored.claims.map { StorageDriverClaim($0) }, context: context)
        #expect(payloads.map { Hex.encode($0.serializedBytes.readableBytesView) } == items.map(\.payload))
        #expect(try await Self.store(items, driver) == stored.claims)
        #expect(client.written == 0)
    }

    @Test("ES-D1 ES-D2 Stored here, read by Python: same keys, same claims, and nothing is uploaded twice")
    func toPython() async throws {
        let items = Self.items()
        let client = try CountingClient(RealStore.client())
        let driver = try S3StorageDriver(bucket: .fixed(RealStore.bucket), client: client)
        let claims = try await Self.store(items, driver)
        #expect(client.written == items.count)
        let retrieved: Retrieved = try Self.python(Request(verb: "retrieve", claims: claims))
        #expect(retrieved.payloads == items.map(\.payload))
        let stored: Stored = try Self.python(Request(verb: "store", bucket: RealStore.bucket, items: items))
        #expect(stored.claims == claims)
        #expect(stored.uploads == 0)
    }
}
