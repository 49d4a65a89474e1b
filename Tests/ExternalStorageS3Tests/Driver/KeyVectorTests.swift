//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("ES-D1 Keys: the vectors of the official Python driver 1.35.0", .timeLimit(.minutes(1)))
struct KeyVectorTests {
    struct File: Decodable {
        struct Target: Decodable {
            var kind: String
            var namespace: String?
            var id: String?
            var runId: String?
            var type: String?
        }
        struct Case: Decodable {
            var name: String
            var target: Target?
            var s3Key: String
            var payloadHex: String?
        }
        var defaultPayloadHex: String
        var cases: [Case]
    }

    /// Keeps what it is asked to write, in order.
    private actor Recorder: S3Client {
        var keys: [String] = []
        func put(_ request: S3PutRequest) async throws -> S3PutOutcome {
            self.keys.append(request.key)
            return .written
        }
        func get(_ request: S3GetRequest) async throws -> S3GetResult {
            throw S3Failure(.unsupported, operation: "GetObject", bucket: request.bucket)
        }
        func head(bucket: String, key: String) async throws -> S3ObjectInfo? { nil }
        nonisolated func describe(bucket: String) -> [(name: String, value: String)] { [] }
    }

    @Test("The driver writes every payload under the key the Python driver writes it under")
    func keys() async throws {
        let file: File = try Vectors.decode("storage-keys/python-1.35.0.json")
        #expect(file.cases.count == 176)
        let recorder = Recorder()
        let driver = try S3StorageDriver(bucket: "b", client: recorder)
        for vector in file.cases {
            let bytes = try #require(Hex.decode(vector.payloadHex ?? file.defaultPayloadHex))
            let payload = try Payload(serializedBytes: ByteBuffer(bytes: bytes))
            let target = vector.target.map { target -> StorageDriverTarget in
                let namespace = target.namespace ?? ""
                let id = target.id ?? ""
                return target.kind == "workflow"
                    ? .workflow(namespace: namespace, id: id, runID: target.runId, type: target.type)
                    : .activity(namespace: namespace, id: id, runID: target.runId, type: target.type)
            }
            let context = S3StorageDriverTests.storeContext(target)
            let claims = try await driver.store([payload], context: context)
            #expect(claims[0]["key"]?.utf8.elementsEqual(vector.s3Key.utf8) == true, "\(vector.name)")
            #expect(await recorder.keys.last?.utf8.elementsEqual(vector.s3Key.utf8) == true, "\(vector.name)")
        }
    }
}
