//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCore
import Testing

@testable import ExternalStorageS3

@Suite("The driver from configuration")
struct ConfigReaderTests {
    private static func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    private static func list(_ texts: String...) -> ConfigValue { ConfigValue(.stringArray(texts), isSecret: false) }

    @Test("Bucket and region are enough; the rest has its defaults")
    func smallest() throws {
        let driver = try S3StorageDriver(configReader: Self.reader(["bucket": "payloads", "region": "eu-central-1"]))
        #expect(driver.name == "aws.s3driver")
        #expect(driver.configuration.payloadSizeLimit == 52_428_800)
        #expect(driver.configuration.existenceCheck == .conditionalWrite)
    }

    @Test("Every key arrives")
    func everything() throws {
        let reader = Self.reader([
            "bucket": "payloads", "region": "eu-central-1", "endpointURL": "http://127.0.0.1:9000",
            "pathStyle": false, "encryption": "aws:kms", "encryptionKeyID": "k",
            "expectedBucketOwner": "123456789012", "payerIsRequester": true, "maximumAttempts": 5,
            "attemptTimeout": 7, "name": "archive", "payloadSizeLimit": 1000, "existenceCheck": "head",
            "refreshAfter": 60, "downloadPartSizeInBytes": 0, "multipartThresholdInBytes": 0,
            "storageClass": "STANDARD_IA", "tags": Self.list("team=a", "cost=b=c"), "contentType": "x/y",
            "minimumBytesPerSecond": 9, "streamedPartsAtATime": 3, "readableBuckets": Self.list("old"),
            "usesARNRegion": false, "disablesMultiRegionAccessPoints": true,
            "movedBuckets": Self.list("old=payloads"),
            "uploadPartSizeInBytes": 6_000_000, "replicaBuckets": Self.list("payloads-us@us-east-1", "b@eu-west-1"),
        ])
        let client = try S3HTTPClient.Configuration(configReader: reader)
        #expect(client.endpoint.region == "eu-central-1")
        #expect(client.endpoint.endpointURL == "http://127.0.0.1:9000")
        #expect(client.endpoint.addressing == .virtualHost)
        #expect(client.encryption == .kms(keyID: "k"))
        #expect(client.expectedBucketOwner == "123456789012")
        #expect(client.payerIsRequester)
        #expect(client.storageClass == .standardInfrequentAccess)
        #expect(client.tags == [S3Tag("team", "a"), S3Tag("cost", "b=c")])
        #expect(client.contentType == "x/y")
        #expect(client.minimumBytesPerSecond == 9)
        #expect(!client.endpoint.usesARNRegion)
        #expect(client.endpoint.disablesMultiRegionAccessPoints)
        #expect(client.retry.maximumAttempts == 5)
        #expect(client.attemptTimeout == .seconds(7))
        let driver = try S3StorageDriver(configReader: reader)
        #expect(driver.name == "archive")
        #expect(driver.configuration.payloadSizeLimit == 1000)
        #expect(driver.configuration.existenceCheck == .head)
        #expect(driver.configuration.refreshAfter == .seconds(60))
        #expect(driver.configuration.downloadPartSizeInBytes == nil)
        #expect(driver.configuration.multipartThresholdInBytes == nil)
        #expect(driver.configuration.uploadPartSizeInBytes == 6_000_000)
        #expect(driver.configuration.streamedPartsAtATime == 3)
        #expect(driver.configuration.readableBuckets == ["old", "payloads"])
        #expect(driver.configuration.movedBuckets == ["old": "payloads"])
        #expect(
            driver.configuration.replicaBuckets == [
                S3ReplicaBucket(name: "payloads-us", region: "us-east-1"),
                S3ReplicaBucket(name: "b", region: "eu-west-1"),
            ]
        )
    }

    static let wrong: [[AbsoluteConfigKey: ConfigValue]] = [
        ["bucket": "b"], ["region": "r"], ["bucket": "", "region": "r"],
        ["bucket": "b", "region": "r", "existenceCheck": "no"], ["bucket": "b", "region": "r", "encryption": "rot13"],
        ["bucket": "b", "region": "r", "maximumAttempts": 0], ["bucket": "b", "region": "r", "pathStyle": "maybe"],
        ["bucket": "b", "region": "r", "refreshAfter": "soon"],
        ["bucket": "b", "region": "r", "payloadSizeLimit": -1],
        ["bucket": "b", "region": "r", "replicaBuckets": Self.list("b@r", "c")],
        ["bucket": "b", "region": "r", "replicaBuckets": Self.list("c@")],
        ["bucket": "b", "region": "r", "replicaBuckets": "b@r"],
        ["bucket": "b", "region": "r", "movedBuckets": Self.list("old")],
        ["bucket": "b", "region": "r", "movedBuckets": Self.list("old=")],
        ["bucket": "b", "region": "r", "movedBuckets": Self.list("b=b")],
        ["bucket": "b", "region": "r", "movedBuckets": Self.list("old=b", "old=c")],
        ["bucket": "b", "region": "r", "storageClass": "GLACIER"],
        ["bucket": "b", "region": "r", "tags": Self.list("team")],
        ["bucket": "b", "region": "r", "minimumBytesPerSecond": 0],
    ]

    @Test("What is missing or wrong is refused at construction, by name", arguments: wrong.indices)
    func refused(_ index: Int) {
        let error = #expect(throws: ExternalStorageError.self) {
            try S3StorageDriver(configReader: Self.reader(Self.wrong[index]))
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
