//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeStores
import Testing

@testable import ExternalStorageS3

@Suite("ES-D1 Keys: the vectors of the official Python driver 1.35.0", .timeLimit(.minutes(1)))
struct KeyVectorTests {
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
        let file = try StorageKeyVectors.read()
        #expect(file.cases.count == 176)
        let recorder = Recorder()
        let driver = try S3StorageDriver(bucket: "b", client: recorder)
        for vector in file.cases {
            let context = S3StorageDriverTests.storeContext(vector.target?.target)
            let claims = try await driver.store([file.payload(of: vector)], context: context)
            #expect(claims[0]["key"]?.utf8.elementsEqual(vector.s3Key.utf8) == true, "\(vector.name)")
            #expect(await recorder.keys.last?.utf8.elementsEqual(vector.s3Key.utf8) == true, "\(vector.name)")
        }
    }
}
