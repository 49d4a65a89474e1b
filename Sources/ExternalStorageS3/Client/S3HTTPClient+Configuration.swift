//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension S3HTTPClient {
    /// What the client does beyond the common case.
    ///
    /// All of it has defaults.
    public struct Configuration: Sendable {
        /// Region, custom endpoint, addressing, FIPS, dual stack, and how ARNs are treated.
        public var endpoint: S3Endpoint.Options

        /// How failed requests are repeated.
        public var retry = S3RetryPolicy()

        /// How long one attempt may take, without the time for the bytes it moves.
        ///
        /// An attempt that takes longer is given up, and the request is repeated on another connection.
        public var attemptTimeout: Duration = .seconds(30)

        /// The slowest transfer that is not given up, in bytes per second; adds to ``attemptTimeout``.
        public var minimumBytesPerSecond = 256 * 1024

        /// How written objects are encrypted by the store; nil for the bucket's default.
        public var encryption: S3Encryption?

        /// How written objects are kept; nil for the bucket's default.
        public var storageClass: S3StorageClass?

        /// Tags of written objects, at most 10.
        ///
        /// Needs the permission `s3:PutObjectTagging`.
        public var tags: [S3Tag] = []

        /// The 12-digit account that has to own the bucket; the store refuses requests otherwise.
        public var expectedBucketOwner: String?

        /// Whether requests say that the caller pays for them.
        public var payerIsRequester = false

        /// The type written objects carry.
        public var contentType = "application/octet-stream"

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - region: The region of the client.
        ///   - endpointURL: The URL of a store that is not AWS's, or of a VPC endpoint.
        public init(region: String?, endpointURL: String? = nil) {
            self.endpoint = S3Endpoint.Options(region: region, endpointURL: endpointURL)
        }
    }
}
