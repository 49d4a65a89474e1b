//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import StoreHTTP

extension S3Response {
    /// Reads an answer to its end.
    ///
    /// - Throws: `S3Failure` above the limit, `ExternalStorageError` if there is no room; what is no whole answer.
    init(_ response: HTTPClientResponse, to call: S3Call) async throws {
        let reading = AnswerReading(
            method: call.method,
            maximumSize: call.maximumAnswerSize,
            assembly: call.assembly,
            room: call.room,
            rangeStart: call.rangeStart
        )
        let answer = try await StoreAnswer(response, reading) { S3Failure.tooLarge(call, $0, $1) }
        self.init(status: answer.status, headers: answer.headers, body: answer.body)
    }
}

extension S3Failure {
    static func tooLarge(_ call: S3Call, _ size: Int, _ limit: Int) -> Self {
        Self(
            .tooLarge,
            operation: call.operation,
            bucket: call.bucket,
            key: call.key,
            message: "the object has \(size) bytes or more, \(limit) are accepted"
        )
    }
}
