//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import StoreHTTP

/// A request to an S3 service that failed for good: after its retries, or at once if repeating cannot help.
///
/// Decide on ``kind``, explain with ``description``, which names bucket, key, region, endpoint and what to do next, and
/// nothing secret (ES-D7, ES-F1). No body, signature or credential is kept.
public struct S3Failure: Error, Sendable {
    /// What kind of failure it was.
    ///
    /// Minor releases may add kinds.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        private enum Base: String {
            case notFound, forbidden, corrupted, throttled, unavailable, tooLarge, misconfigured, conflict
            case unsupported, rejected
        }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// The name of the kind.
        public var description: String { self.base.rawValue }

        /// No object there: never stored, expired, or not replicated to this region yet.
        public static let notFound = Self(.notFound)

        /// The credentials do not permit it, or are not valid.
        public static let forbidden = Self(.forbidden)

        /// The bytes were damaged on the way, again and again.
        public static let corrupted = Self(.corrupted)

        /// The store asks for fewer requests.
        public static let throttled = Self(.throttled)

        /// The store could not be reached, did not answer in time or failed itself.
        public static let unavailable = Self(.unavailable)

        /// The object or its key is larger than the store, or the caller, accepts.
        public static let tooLarge = Self(.tooLarge)

        /// Bucket, region, endpoint or another setting is wrong.
        public static let misconfigured = Self(.misconfigured)

        /// Another writer was in the way, again and again.
        public static let conflict = Self(.conflict)

        /// The store does not know what was asked for.
        public static let unsupported = Self(.unsupported)

        /// Refused for another reason that repeating does not change.
        public static let rejected = Self(.rejected)
    }

    /// The kind of failure.
    public var kind: Kind

    /// The operation as AWS names it, such as `PutObject`.
    public var operation: String

    /// The bucket as configured: a name or an ARN.
    public var bucket: String

    /// The key of the object, if the operation has one.
    public var key: String?

    /// The region the request was signed for; `*` for a Multi-Region Access Point.
    public var region: String?

    /// Host and port the request was sent to.
    public var endpoint: String?

    /// The status of the answer; nil if there was none.
    public var status: Int?

    /// The store's error code, such as `AccessDenied`.
    public var code: String?

    /// The store's own words, or what happened if there was no answer.
    public var message: String?

    /// The store's name for the request (`x-amz-request-id`), which its support will ask for.
    public var requestID: String?

    /// The second half of that name (`x-amz-id-2`).
    public var hostID: String?

    /// How often the request was sent.
    public var attempts: Int

    /// What to do next.
    public var advice: String?

    /// What was thrown below, if the failure did not come from the store.
    ///
    /// For your own logs.
    public var cause: (any Error)?

    /// Creates a failure, for other implementations of ``S3Client``.
    ///
    /// - Parameters:
    ///   - kind: The kind of failure.
    ///   - operation: The operation as AWS names it.
    ///   - bucket: The bucket as configured.
    ///   - key: The key of the object.
    ///   - message: What happened.
    ///   - attempts: How often the request was sent.
    public init(
        _ kind: Kind,
        operation: String,
        bucket: String,
        key: String? = nil,
        message: String? = nil,
        attempts: Int = 1
    ) {
        self.kind = kind
        self.operation = operation
        self.bucket = bucket
        self.key = key
        self.message = message
        self.attempts = attempts
    }

    /// Whether the same call could succeed later with nobody changing anything.
    public var isRetryable: Bool {
        [.throttled, .unavailable, .conflict, .corrupted].contains(self.kind)
    }

    /// Whether a store that does not know `If-None-Match` might have answered a conditional write like this (ES-D4).
    ///
    /// Stores do it with 501 `NotImplemented`, or with 400 and a code of their own choice.
    var mayMeanTheCondition: Bool { self.mayMeanAField }

    /// Whether a store might have answered like this because of a header field that it does not know.
    var mayMeanAField: Bool {
        self.kind == .unsupported || (self.kind == .rejected && self.status == 400)
    }
}

extension S3Failure: CustomStringConvertible {
    /// Operation, place, what the store said, and what to do next.
    ///
    /// Nothing secret.
    public var description: String {
        let place: [(name: String, value: String?)] = [
            ("bucket", self.bucket), ("key", self.key), ("region", self.region), ("endpoint", self.endpoint),
        ]
        return FailureText.make(
            operation: self.operation,
            place: place.compactMap { entry in entry.value.map { (name: entry.name, value: $0) } },
            said: (self.status, self.code, self.message),
            kind: "\(self.kind)",
            attempts: self.attempts,
            requestID: self.requestID,
            advice: self.advice
        )
    }
}
