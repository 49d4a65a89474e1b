//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning

extension FakeS3 {
    /// What the server knows and permits.
    public struct Configuration: Sendable {
        /// Whose signatures count.
        public var accounts: [AWSCredentials] = [
            AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        ]

        /// The region of all buckets; a signature for another is answered with 400.
        ///
        /// Nil accepts any.
        public var region: String?

        /// Whether an answer to a wrong region names the right one.
        public var namesRegion = true

        /// The server's clock, in seconds since 1970-01-01T00:00:00Z.
        ///
        /// Sent as `Date`.
        public var now: @Sendable () -> Int64 = { 1_795_523_696 }

        /// What `If-None-Match` is answered with by a store that does not know it; nil for one that does.
        public var refusalOfConditions: (status: Int, code: String)?

        /// What a write with `x-amz-checksum-…` is answered with by a store that refuses it, as Backblaze B2; nil for one
        /// that does not.
        public var refusalOfChecksums: (status: Int, code: String)?

        /// What a conditional write is answered with if there is an object; AWS answers 412.
        public var answerToPresent: (status: Int, code: String) = (412, "PreconditionFailed")

        /// Whether only `Content-MD5` counts where a checksum is demanded, as for old MinIO and OSS.
        public var demandsMD5 = false

        /// What the account may do.
        public var permissions: Set<Permission> = [.put, .get, .list]

        /// Whether only SigV4A is accepted, as by a Multi-Region Access Point.
        public var demandsSigV4A = false

        /// Plays an HTTPS proxy and the host behind it: accepts `CONNECT` to that host and presents the certificate.
        public var tunnel: HostCertificate?

        /// Creates the default: one account, everything permitted.
        public init() {}
    }

    /// One right of a policy.
    public enum Permission: Sendable, Hashable {
        /// `s3:PutObject`.
        case put

        /// `s3:GetObject`.
        case get

        /// `s3:ListBucket`.
        ///
        /// Without it a missing object is answered with 403, as AWS does.
        case list
    }
}
