//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import ExternalStorageS3
import Logging

/// What articles and docstrings show of the S3 driver.
enum S3Snippets {
    static func driver(logger: Logger) throws {
        // snippet.begin
        let driver = try S3StorageDriver(bucket: "payloads", region: "eu-central-1")
        let storage = try ExternalStorage(driver: driver, logger: logger)
        // snippet.end
        _ = storage
    }

    static func oneLine() throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: S3StorageDriver(bucket: "payloads", region: "eu-central-1"))
        // snippet.end
        _ = storage
    }

    static func client(credentials: any AWSCredentialsProvider) throws {
        // snippet.begin
        var settings = S3HTTPClient.Configuration(region: "us-east-1", endpointURL: "https://objects.example.com")
        settings.encryption = .kms(keyID: "alias/payloads")
        let client = S3HTTPClient(configuration: settings, credentials: credentials)
        let driver = try S3StorageDriver(
            bucket: .perPayload { context, _ in "payloads-\(context.namespace)" },
            client: client
        )
        // snippet.end
        _ = driver
    }

    static func multiRegion() throws {
        // snippet.begin
        let driver = try S3StorageDriver(
            bucket: "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap",
            region: "eu-central-1"
        )
        // snippet.end
        _ = driver
    }

    static func replicas() {
        // snippet.begin
        var configuration = S3StorageDriver.Configuration()
        configuration.replicaBuckets = [
            S3ReplicaBucket(name: "payloads-eu", region: "eu-central-1"),
            S3ReplicaBucket(name: "payloads-us", region: "us-east-1"),
        ]
        // snippet.end
        _ = configuration
    }
}
