//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
public import AWSSigning
public import AsyncHTTPClient
public import ExternalStorageCore
import Groundwork
public import Logging
internal import Synchronization

/// Keeps payloads in Amazon S3, or in a store that speaks its protocol.
///
/// ```swift
/// let storage = try ExternalStorage(driver: S3StorageDriver(bucket: "payloads", region: "eu-central-1"))
/// ```
///
/// Objects, keys and claims are those of the S3 drivers of the other SDKs (ES-D1, ES-D2): histories and buckets can be
/// shared with them. The bucket may be the ARN of a Multi-Region Access Point; host and signature follow from it.
///
/// The credentials need `s3:PutObject` and `s3:GetObject` on the bucket's objects and nothing else;
/// ``ExistenceCheck/head`` needs `s3:ListBucket` on the bucket as well, tags need `s3:PutObjectTagging`. The driver never
/// deletes: a lifecycle rule does, after more than the longest run plus the namespace's retention.
public final class S3StorageDriver: StorageDriver {
    /// The name all SDKs register their S3 driver under.
    public static let defaultName = "aws.s3driver"

    /// The name the driver is registered under.
    public var name: String { self.configuration.name }

    /// Always `aws.s3driver`.
    public var type: String { Self.defaultName }

    let bucket: S3BucketChoice
    let client: any S3Client
    let configuration: Configuration
    let logger: Logger
    let now: @Sendable () -> Int64
    /// Whether the store turned out not to know conditional writes.
    let lacksConditions = Mutex(false)
    /// Where one stream is fast.
    let pace = Mutex(StreamPace())
    /// Which buckets have fallen silent.
    let breaker = Mutex(BucketBreaker())

    /// Creates a driver for one bucket.
    ///
    /// Nothing is sent yet, but bucket, region and switches are checked.
    ///
    /// - Parameters:
    ///   - bucket: A bucket's name, or an ARN of an access point or a Multi-Region Access Point.
    ///   - region: The region of the bucket; for a Multi-Region Access Point the own one.
    ///   - credentials: What requests are signed with; nil for the chain of the AWS SDKs.
    ///   - configuration: What the driver does beyond the common case.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all S3 clients share. Make your
    ///     own of ``S3HTTPClient/httpConfiguration`` to add a proxy or trust roots.
    ///   - logger: Is told what the driver had to work around.
    /// - Throws: ``S3EndpointError`` if bucket and region do not lead to an address; ``ExternalStorageError`` of code
    ///   `invalidConfiguration` for a name, size or part size that cannot be.
    public convenience init(
        bucket: String,
        region: String,
        credentials: (any AWSCredentialsProvider)? = nil,
        configuration: Configuration = Configuration(),
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        let settings = S3HTTPClient.Configuration(region: region)
        _ = try S3Endpoint(bucket: bucket, options: settings.endpoint)
        try self.init(
            bucket: .fixed(bucket),
            client: S3HTTPClient(
                configuration: settings,
                credentials: credentials ?? AWSCredentialsChain.default(logger: logger),
                httpClient: httpClient,
                logger: logger
            ),
            configuration: configuration,
            logger: logger
        )
    }

    /// Creates a driver on a client of your own configuration, or of your own making.
    ///
    /// - Parameters:
    ///   - bucket: Which bucket a payload is stored in.
    ///   - client: Talks to the store; ``S3HTTPClient`` for custom endpoints, encryption, storage class, tags and more.
    ///   - configuration: What the driver does beyond the common case.
    ///   - logger: Is told what the driver had to work around.
    /// - Throws: ``ExternalStorageError`` of code `invalidConfiguration` for a name, size or part size that cannot be.
    public convenience init(
        bucket: S3BucketChoice,
        client: any S3Client,
        configuration: Configuration = Configuration(),
        logger: Logger = .current
    ) throws {
        try self.init(
            bucket: bucket,
            client: client,
            configuration: configuration,
            logger: logger,
            now: { WallClock.secondsSince1970() }
        )
    }

    package init(
        bucket: S3BucketChoice,
        client: any S3Client,
        configuration: Configuration,
        logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) throws {
        try configuration.check()
        if bucket.fixed?.isEmpty == true {
            throw ExternalStorageError(code: .invalidConfiguration, message: "the name of the bucket is empty")
        }
        self.bucket = bucket
        self.client = client
        self.configuration = configuration
        self.logger = logger
        self.now = now
    }
}

extension S3StorageDriver.Configuration {
    func check() throws(ExternalStorageError) {
        func refuse(_ message: String) -> ExternalStorageError {
            ExternalStorageError(code: .invalidConfiguration, message: message)
        }
        guard !self.name.isEmpty else { throw refuse("the name of the driver is empty") }
        guard self.payloadSizeLimit > 0 else {
            throw refuse("payloadSizeLimit is \(self.payloadSizeLimit), it has to be positive")
        }
        if let size = self.downloadPartSizeInBytes, size <= 0 {
            throw refuse("downloadPartSizeInBytes is \(size), it has to be positive")
        }
        guard self.multipartThresholdInBytes == nil || self.uploadPartSizeInBytes >= 5 * 1024 * 1024 else {
            throw refuse("uploadPartSizeInBytes is \(self.uploadPartSizeInBytes), stores demand 5 MiB or more")
        }
        guard self.streamedPartsAtATime > 0 else {
            throw refuse("streamedPartsAtATime is \(self.streamedPartsAtATime), it has to be positive")
        }
        guard self.replicaPatience > .zero else {
            throw refuse("replicaPatience is \(self.replicaPatience), it has to be positive")
        }
        if let margin = self.refreshAfter, margin <= .zero {
            throw refuse("refreshAfter is \(margin), it has to be positive")
        }
    }
}
