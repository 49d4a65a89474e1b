//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP

extension S3Answer {
    /// The decisive parts of a complete answer.
    init(_ response: S3Response) {
        self.init(status: response.status)
        self.bucketRegion = response.headers.first(name: "x-amz-bucket-region")
        self.retryAfter = response.headers.first(name: "x-amz-retry-after").flatMap { Int64($0) }
            .map { .milliseconds($0) }
        self.requestID = response.headers.first(name: "x-amz-request-id")
        self.hostID = response.headers.first(name: "x-amz-id-2")
        self.errorCodeHeader = response.headers.first(name: "x-amz-error-code")
        if response.body.readableBytes > 0, response.body.readableBytes <= StoreAnswer.maximumErrorSize {
            self.document = S3ErrorDocument(parsing: response.body.readableBytesView)
        }
    }
}
