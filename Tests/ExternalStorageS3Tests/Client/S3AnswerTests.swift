//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import StoreHTTP
import Testing

@testable import ExternalStorageS3

@Suite("ES-D7 What an answer means")
struct S3AnswerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var status: Int
        var code: String?
        var kind: S3Failure.Kind
        var cause: S3Retry.Cause
        var testDescription: String { "\(self.status) \(self.code ?? "")" }

        init(_ status: Int, _ code: String?, _ kind: S3Failure.Kind, _ cause: S3Retry.Cause) {
            self.status = status
            self.code = code
            self.kind = kind
            self.cause = cause
        }
    }

    // Source: AWS, "Error responses" of the Amazon S3 API reference; retry classes of the AWS SDKs' standard mode.
    static let rows = [
        Row(404, "NoSuchKey", .notFound, .permanent), Row(404, nil, .notFound, .permanent),
        Row(404, "NoSuchBucket", .misconfigured, .permanent), Row(403, "AccessDenied", .forbidden, .permanent),
        Row(403, nil, .forbidden, .permanent), Row(403, "InvalidAccessKeyId", .forbidden, .permanent),
        Row(403, "SignatureDoesNotMatch", .forbidden, .permanent), Row(400, "ExpiredToken", .forbidden, .permanent),
        Row(403, "InvalidObjectState", .forbidden, .permanent), Row(401, nil, .forbidden, .permanent),
        Row(301, "PermanentRedirect", .misconfigured, .permanent),
        Row(307, "TemporaryRedirect", .misconfigured, .permanent),
        Row(400, "AuthorizationHeaderMalformed", .misconfigured, .permanent),
        Row(400, "IllegalLocationConstraintException", .misconfigured, .permanent),
        Row(400, "BadDigest", .corrupted, .transient), Row(400, "XAmzContentSHA256Mismatch", .corrupted, .transient),
        Row(400, "IncompleteBody", .corrupted, .transient), Row(400, "RequestTimeout", .unavailable, .transient),
        Row(400, "EntityTooLarge", .tooLarge, .permanent), Row(400, "KeyTooLongError", .tooLarge, .permanent),
        Row(413, nil, .tooLarge, .permanent), Row(400, "InvalidArgument", .rejected, .permanent),
        Row(405, "MethodNotAllowed", .unsupported, .permanent), Row(501, "NotImplemented", .unsupported, .permanent),
        Row(400, "NotImplemented", .unsupported, .permanent), Row(501, nil, .unsupported, .permanent),
        Row(409, "ConditionalRequestConflict", .conflict, .transient),
        Row(409, "OperationAborted", .conflict, .transient), Row(500, "InternalError", .unavailable, .transient),
        Row(502, nil, .unavailable, .transient), Row(503, "ServiceUnavailable", .unavailable, .transient),
        Row(504, nil, .unavailable, .transient), Row(503, "SlowDown", .throttled, .throttled),
        Row(429, nil, .throttled, .throttled), Row(400, "Throttling", .throttled, .throttled),
        Row(400, "KMS.ThrottlingException", .throttled, .throttled),
    ]

    @Test("Status and code give a kind and say whether repeating helps", arguments: rows)
    func meaning(_ row: Row) {
        var answer = S3Answer(status: row.status)
        answer.document.code = row.code
        #expect(answer.meaning().kind == row.kind)
        #expect(answer.meaning().cause == row.cause)
    }

    @Test("A missing object is worth asking for again only through a Multi-Region Access Point")
    func replication() {
        let answer = S3Answer(status: 404)
        #expect(answer.meaning(isMultiRegionRead: true).cause == .notReplicatedYet)
        #expect(answer.meaning(isMultiRegionRead: true).advice?.contains("replication") == true)
        var bucket = answer
        bucket.document.code = "NoSuchBucket"
        #expect(bucket.meaning(isMultiRegionRead: true).cause == .permanent)
    }

    @Test("The advice to a wrong region names the right one")
    func region() {
        var answer = S3Answer(status: 400)
        answer.bucketRegion = "eu-west-1"
        #expect(answer.hasWrongRegion(signedFor: "us-east-1"))
        #expect(answer.meaning(signedFor: "us-east-1").advice?.contains("eu-west-1") == true)
        #expect(!S3Answer(status: 400).hasWrongRegion(signedFor: "us-east-1"))
        // AWS names the region with every 400: in the right one, it is the credentials.
        #expect(!answer.hasWrongRegion(signedFor: "eu-west-1"))
        #expect(answer.meaning(signedFor: "eu-west-1").kind == .forbidden)
    }

    @Test("A failure's text names the place, what the store said, and what to do; retryable kinds say so")
    func text() {
        var failure = S3Failure(.forbidden, operation: "PutObject", bucket: "b", key: "k", attempts: 2)
        failure.region = "eu-central-1"
        failure.endpoint = "b.s3.eu-central-1.amazonaws.com"
        failure.status = 403
        failure.code = "AccessDenied"
        failure.message = "Access Denied"
        failure.requestID = "R1"
        failure.advice = "Allow it"
        #expect(
            failure.description
                == "PutObject failed [bucket=b, key=k, region=eu-central-1, endpoint=b.s3.eu-central-1.amazonaws.com]"
                + ": 403 AccessDenied: Access Denied (forbidden, 2 attempts, request id R1). Allow it"
        )
        #expect(!failure.isRetryable)
        for kind in [S3Failure.Kind.throttled, .unavailable, .conflict] {
            #expect(S3Failure(kind, operation: "", bucket: "").isRetryable)
        }
    }
}
