//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import ExternalStorageS3
import Logging
import Testing

@Suite("The examples of the article \"Store payloads in S3\"")
struct DocumentationTests {
    let logger = Logger(label: "test")
    let credentials = StaticAWSCredentialsProvider(AWSCredentials(accessKeyID: "a", secretAccessKey: "b"))

    @Test("The common case")
    func common() throws {
        let driver = try S3StorageDriver(bucket: "payloads", region: "eu-central-1")
        let storage = try ExternalStorage(driver: driver, logger: self.logger)
        #expect(driver.name == "aws.s3driver")
        _ = storage
    }

    @Test("Another store")
    func custom() throws {
        var settings = S3HTTPClient.Configuration(region: "us-east-1", endpointURL: "https://objects.example.com")
        settings.encryption = .kms(keyID: "alias/payloads")
        let client = S3HTTPClient(configuration: settings, credentials: self.credentials)
        let driver = try S3StorageDriver(
            bucket: .perPayload { context, _ in "payloads-\(context.namespace)" },
            client: client
        )
        #expect(client.describe(bucket: "x").map(\.value) == ["us-east-1", "objects.example.com"])
        #expect(driver.type == "aws.s3driver")
    }

    @Test("Several regions")
    func multiRegion() throws {
        let driver = try S3StorageDriver(
            bucket: "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap",
            region: "eu-central-1"
        )
        #expect(driver.name == "aws.s3driver")
        var configuration = S3StorageDriver.Configuration()
        configuration.replicaBuckets = [
            S3ReplicaBucket(name: "payloads-eu", region: "eu-central-1"),
            S3ReplicaBucket(name: "payloads-us", region: "us-east-1"),
        ]
        #expect(configuration.replicaBuckets.map(\.region) == ["eu-central-1", "us-east-1"])
        let policy = S3RetryPolicy()
        // 0.5 + 1 + 2 + 4 seconds.
        #expect(policy.replicationDelay * 15 == .milliseconds(7500))
        #expect(policy.replicationRetries == 4)
    }
}
