//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The head of an answer, as decisions need it; no body but that of an error.
struct S3Answer: Hashable, Sendable {
    var status: Int
    var document = S3ErrorDocument()
    /// The value of `x-amz-bucket-region`.
    var bucketRegion: String?
    /// The value of `x-amz-retry-after`, milliseconds; nil if absent or not a number.
    var retryAfter: Duration?
    /// `x-amz-request-id` and `x-amz-id-2`.
    var requestID: String?
    var hostID: String?
    /// `x-amz-error-code`, which stands in for the body that a HEAD does not have.
    var errorCodeHeader: String?

    var code: String? { self.document.code ?? self.errorCodeHeader }

    var isSuccess: Bool { (200..<300).contains(self.status) }
}
