//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCore
import Testing

@testable import ExternalStorageGCS

@Suite("The Google Cloud Storage driver from configuration")
struct ConfigReaderTests {
    private static func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    @Test("The bucket is enough; the rest has its defaults")
    func smallest() throws {
        let driver = try GCSStorageDriver(configReader: Self.reader(["bucket": "payloads"]))
        #expect(driver.name == "gcp.gcsdriver")
        #expect(driver.type == "gcp.gcsdriver")
        #expect(driver.configuration.payloadSizeLimit == 52_428_800)
    }

    @Test("Every key arrives")
    func everything() throws {
        let driver = try GCSStorageDriver(
            configReader: Self.reader([
                "bucket": "payloads", "name": "archive", "payloadSizeLimit": 1000, "refreshAfter": 60,
                "downloadPartSizeInBytes": 0, "readableBuckets": .init(.stringArray(["old"]), isSecret: false),
                "endpointURL": "https://storage-mine.p.googleapis.com", "userProject": "p", "kmsKeyName": "k",
                "storageClass": "COLDLINE", "maximumAttempts": 2, "retryTimeLimit": 9, "attemptTimeout": 7,
                "minimumBytesPerSecond": 1000, "credentialsFile": "/key.json", "allowsExecutables": true,
            ])
        )
        let configuration = driver.configuration
        #expect(configuration.name == "archive")
        #expect(configuration.payloadSizeLimit == 1000)
        #expect(configuration.refreshAfter == .seconds(60))
        #expect(configuration.downloadPartSizeInBytes == nil)
        #expect(configuration.readableBuckets == ["old", "payloads"])
        #expect(configuration.endpointURL == "https://storage-mine.p.googleapis.com")
        #expect(configuration.userProject == "p")
        #expect(configuration.kmsKeyName == "k")
        #expect(configuration.storageClass == "COLDLINE")
        #expect(configuration.maximumAttempts == 2)
        #expect(configuration.retryTimeLimit == .seconds(9))
        #expect(configuration.attemptTimeout == .seconds(7))
        #expect(configuration.minimumBytesPerSecond == 1000)
    }

    static let wrong: [([AbsoluteConfigKey: ConfigValue], String)] = [
        ([:], "bucket"), (["bucket": "gs://b"], "gs://"),
        (["bucket": "b", "payloadSizeLimit": -1], "payloadSizeLimit"),
        (["bucket": "b", "maximumAttempts": 0], "maximumAttempts"), (["bucket": "b", "refreshAfter": "soon"], "soon"),
        (["bucket": "b", "endpointURL": "ftp://x"], "endpointURL"), (["bucket": "b", "anonymous": "maybe"], "maybe"),
        (["bucket": "b", "anonymous": true, "credentialsFile": "f"], "exclude"), (["bucket": "b", "name": ""], "name"),
        (["bucket": "b", "retryTimeLimit": 0], "retryTimeLimit"), (["bucket": "b", "readableBuckets": "b"], "list"),
    ]

    @Test("What is missing or wrong is refused at construction, by name", arguments: wrong.indices)
    func refused(_ index: Int) {
        let error = #expect(throws: ExternalStorageError.self) {
            try GCSStorageDriver(configReader: Self.reader(Self.wrong[index].0))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(Self.wrong[index].1) == true, "\(error?.message ?? "")")
    }
}
