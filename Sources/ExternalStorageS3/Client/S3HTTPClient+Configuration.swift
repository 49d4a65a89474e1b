//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSCredentials

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

        /// How long the first byte of an answer may take, for requests that send no content; listings have all of
        /// ``attemptTimeout``.
        ///
        /// A store that is silent longer is taken for one that is gone.
        public var firstByteTimeout: Duration = .seconds(10)

        /// How long making one object of the parts of an upload may take; AWS speaks of minutes.
        public var completionTimeout: Duration = .seconds(300)

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

        /// When checksums are sent; nil for what ``environment`` and the profile say.
        ///
        /// `AWS_REQUEST_CHECKSUM_CALCULATION` and `request_checksum_calculation`; else
        /// ``S3ChecksumCalculation/whenSupported``.
        public var checksums: S3ChecksumCalculation?

        /// What is looked up where this configuration says nothing; nil for nothing.
        ///
        /// As in the SDKs of AWS, the variables count before the profile: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`
        /// (`services`, `endpoint_url`), `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, `AWS_CA_BUNDLE`,
        /// `AWS_REQUEST_CHECKSUM_CALCULATION`, `AWS_S3_USE_ARN_REGION`, `AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS`,
        /// and `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`. Proxies and certificates concern only a client that was given
        /// no `HTTPClient`; a proxy has to permit tunnels (`CONNECT`), for plain HTTP as well. Read once, with the first
        /// request.
        public var environment: AWSEnvironment? = .process()

        /// The profile in the shared files; nil for the one that ``environment`` names, or `default`.
        public var profile: String?

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
