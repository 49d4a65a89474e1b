//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension S3Failure {
    /// A failure the store reported.
    init(
        _ answer: S3Answer,
        _ meaning: S3Answer.Meaning,
        _ call: S3Call,
        _ attempt: S3HTTPClient.Attempt,
        attempts: Int
    ) {
        self.init(meaning.kind, operation: call.operation, bucket: call.bucket, key: call.key, attempts: attempts)
        self.region = attempt.endpoint.region
        self.endpoint = attempt.endpoint.authority
        self.status = answer.status
        self.code = answer.code
        self.message = answer.document.message
        self.requestID = answer.requestID ?? answer.document.requestID
        self.hostID = answer.hostID ?? answer.document.hostID
        self.advice = meaning.advice
    }

    /// A failure without an answer.
    init(_ broken: BrokenAttempt, _ call: S3Call, _ attempt: S3HTTPClient.Attempt, attempts: Int) {
        self.init(broken.kind, operation: call.operation, bucket: call.bucket, key: call.key, attempts: attempts)
        self.region = attempt.endpoint.region
        self.endpoint = attempt.endpoint.authority
        self.message = "no answer: \(broken.error)"
        self.advice = broken.advice
        self.cause = broken.error
    }
}
