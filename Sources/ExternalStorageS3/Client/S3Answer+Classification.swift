//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import StoreHTTP

extension S3Answer {
    /// What an answer that is not a success means: one table for retries, kinds and advice (ES-D7).
    struct Meaning: Hashable, Sendable {
        var cause: S3Retry.Cause
        var kind: S3Failure.Kind
        var advice: String?
    }

    private static let throttlingCodes: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException", "KMS.ThrottlingException", "LimitExceededException",
        "PriorRequestNotComplete", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "RequestThrottled", "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling",
        "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
    ]

    private static let damageCodes: Set<String> = [
        "BadDigest", "IncompleteBody", "InvalidDigest", "XAmzContentSHA256Mismatch",
    ]

    private static let transientCodes: Set<String> = [
        "InternalError", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable",
    ]

    private static let wrongRegionCodes: Set<String> = [
        "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect", "TemporaryRedirect",
    ]

    static let expiredCodes: Set<String> = ["ExpiredToken", "ExpiredTokenException", "InvalidToken"]

    /// Whether the request went to, or was signed for, another region than the bucket's.
    ///
    /// An answer to HEAD has no code. AWS names the bucket's region with 400 of any kind, so it has to be another one.
    ///
    /// - Parameter region: The region that the request was signed for.
    /// - Returns: Whether it was the wrong one.
    func hasWrongRegion(signedFor region: String?) -> Bool {
        if self.status == 301 || self.status == 307 { return true }
        if let code = self.code, Self.wrongRegionCodes.contains(code) { return true }
        guard self.status == 400, self.code == nil, let bucketRegion else { return false }
        return bucketRegion != region
    }

    /// Whether the credentials may have expired: the answer says so, or says nothing, as to HEAD.
    var mayMeanExpiredCredentials: Bool {
        if let code { return Self.expiredCodes.contains(code) }
        return self.status == 400 && self.bucketRegion != nil
    }

    /// Whether a conditional write was refused in words that other stores have for *there is one already*.
    ///
    /// AWS answers 412; of its codes with 409, only these two mean a race.
    var mayMeanPresent: Bool {
        if self.status == 304 { return true }
        guard self.status == 409, let code else { return false }
        return code != "ConditionalRequestConflict" && code != "OperationAborted"
    }

    /// Whether the store does not know conditional writes (ES-D4).
    var refusesCondition: Bool {
        self.status == 501 || self.code == "NotImplemented"
    }

    /// What the answer means, unless it is a success.
    ///
    /// - Parameters:
    ///   - isMultiRegionRead: Whether it was a read through a Multi-Region Access Point.
    ///   - region: The region that the request was signed for.
    /// - Returns: Whether to repeat, the kind of failure and what to do about it.
    func meaning(isMultiRegionRead: Bool = false, signedFor region: String? = nil) -> Meaning {
        if let code = self.code {
            if Self.throttlingCodes.contains(code) { return self.throttled }
            if Self.damageCodes.contains(code) {
                return Meaning(
                    cause: .transient,
                    kind: .corrupted,
                    advice: "The bytes arrived damaged; if it persists, look at proxies between here and the store"
                )
            }
            if Self.transientCodes.contains(code) { return Meaning(cause: .transient, kind: .unavailable) }
        }
        if self.refusesCondition { return Meaning(cause: .permanent, kind: .unsupported) }
        if self.hasWrongRegion(signedFor: region) { return self.wrongRegion }
        if self.code == nil, self.mayMeanExpiredCredentials { return self.nameless }
        switch self.status {
        case 429: return self.throttled
        case 500, 502, 503, 504: return Meaning(cause: .transient, kind: .unavailable)
        case 404: return self.missing(isMultiRegionRead: isMultiRegionRead)
        case 401, 403: return self.forbidden
        case 409: return Meaning(cause: .transient, kind: .conflict)
        default: return self.rejected
        }
    }

    private var throttled: Meaning {
        Meaning(
            cause: .throttled,
            kind: .throttled,
            advice: "The store limits the request rate; lower the number of concurrent requests or spread over buckets"
        )
    }

    /// 400 to a HEAD in the right region, which has no text to say why.
    private var nameless: Meaning {
        Meaning(
            cause: .permanent,
            kind: .forbidden,
            advice:
                "The store does not say why; a session token that has expired looks like this: check the credentials"
        )
    }

    private var wrongRegion: Meaning {
        Meaning(
            cause: .permanent,
            kind: .misconfigured,
            advice: (self.bucketRegion ?? self.document.region).map { "The bucket is in \($0); configure that region" }
                ?? "The bucket is in another region; configure the bucket's region"
        )
    }

    private func missing(isMultiRegionRead: Bool) -> Meaning {
        switch self.code {
        case "NoSuchBucket", "NoSuchAccessPoint", "NoSuchMultiRegionAccessPoint":
            return Meaning(
                cause: .permanent,
                kind: .misconfigured,
                advice: "Check the name of the bucket, the region and the endpoint"
            )
        default:
            return Meaning(
                cause: isMultiRegionRead ? .notReplicatedYet : .permanent,
                kind: .notFound,
                advice: isMultiRegionRead
                    ? "The object is not in the nearest region: it was never stored, a lifecycle rule removed it, or "
                        + "replication has not brought it yet"
                    : "The object was never stored, or a lifecycle rule removed it: rules must keep objects longer "
                        + "than the longest run plus the namespace's retention"
            )
        }
    }

    private var forbidden: Meaning {
        let advice: String =
            switch self.code {
            case "InvalidAccessKeyId": "The store does not know the access key; check the credentials"
            case "SignatureDoesNotMatch":
                "Check the secret key, the local clock, and that no proxy changes the request"
            case "RequestTimeTooSkewed": "The local clock is wrong; set it"
            case .some(let code) where Self.expiredCodes.contains(code):
                "The session token is expired or not valid in this region; with a Multi-Region Access Point use a "
                    + "token from a regional STS endpoint"
            case "InvalidObjectState": "The object was archived and cannot be read; restore it"
            default:
                "Allow s3:PutObject and s3:GetObject on the bucket's objects; without s3:ListBucket a missing object "
                    + "looks the same; check the expected bucket owner if one is configured"
            }
        return Meaning(cause: .permanent, kind: .forbidden, advice: advice)
    }

    private var rejected: Meaning {
        switch self.code {
        case "EntityTooLarge", "KeyTooLongError", "MaxMessageLengthExceeded":
            return Meaning(cause: .permanent, kind: .tooLarge)
        case .some(let code) where Self.expiredCodes.contains(code):
            return self.forbidden
        case "InvalidAccessKeyId", "RequestTimeTooSkewed", "SignatureDoesNotMatch":
            return self.forbidden
        case "InvalidBucketName", "InvalidStorageClass":
            return Meaning(cause: .permanent, kind: .misconfigured)
        default:
            return Meaning(
                cause: .permanent,
                kind: self.status == 413 ? .tooLarge : (self.status == 405 ? .unsupported : .rejected)
            )
        }
    }
}
