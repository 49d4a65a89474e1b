//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import CredentialExchange
import ExternalStorageCore
import Testing

@testable import ExternalStorageAzure

@Suite("The Azure Blob Storage driver from configuration")
struct ConfigReaderTests {
    private static func driver(_ values: [AbsoluteConfigKey: ConfigValue]) throws -> AzureStorageDriver {
        try AzureStorageDriver(configReader: ConfigReader(provider: InMemoryProvider(values: values)))
    }

    @Test("Container and account are enough; the rest has its defaults")
    func smallest() throws {
        let driver = try Self.driver(["container": "payloads", "account": "myaccount"])
        #expect(driver.name == "azure.blobdriver")
        #expect(driver.type == "azure.blobdriver")
        #expect(driver.fixedContainer == "payloads")
        #expect(driver.endpoint.url.description == "https://myaccount.blob.core.windows.net")
        #expect(driver.configuration.payloadSizeLimit == 52_428_800)
        #expect(driver.configuration.blockThresholdInBytes == 67_108_864)
    }

    @Test("Every key arrives")
    func everything() throws {
        let driver = try Self.driver([
            "container": "payloads", "account": "myaccount", "managedIdentityClientID": "id", "name": "archive",
            "payloadSizeLimit": 1000, "refreshAfter": 60, "downloadPartSizeInBytes": 0, "blockThresholdInBytes": 0,
            "blockSizeInBytes": 9000, "streamedBlocksAtATime": 3,
            "readableContainers": .init(.stringArray(["old"]), isSecret: false),
            "endpointURL": "https://myaccount.blob.core.chinacloudapi.cn/", "accessTier": "Cold",
            "encryptionScope": "scope", "maximumAttempts": 2, "retryTimeLimit": 9, "attemptTimeout": 7,
            "minimumBytesPerSecond": 1000,
        ])
        let configuration = driver.configuration
        #expect(driver.endpoint.url.description == "https://myaccount.blob.core.chinacloudapi.cn")
        #expect(configuration.name == "archive")
        #expect(configuration.payloadSizeLimit == 1000)
        #expect(configuration.refreshAfter == .seconds(60))
        #expect(configuration.downloadPartSizeInBytes == nil)
        #expect(configuration.blockThresholdInBytes == nil)
        #expect(configuration.blockSizeInBytes == 9000)
        #expect(configuration.streamedBlocksAtATime == 3)
        #expect(configuration.readableContainers == ["old", "payloads"])
        #expect(configuration.accessTier == "Cold")
        #expect(configuration.encryptionScope == "scope")
        #expect(configuration.maximumAttempts == 2)
        #expect(configuration.retryTimeLimit == .seconds(9))
        #expect(configuration.attemptTimeout == .seconds(7))
        #expect(configuration.minimumBytesPerSecond == 1000)
    }

    static let wrong: [([AbsoluteConfigKey: ConfigValue], String)] = [
        ([:], "container"), (["container": "No Name"], "name of a container"),
        (["container": "payloads", "account": "No"], "name of a storage account"),
        (["payloadSizeLimit": -1], "payloadSizeLimit"), (["blockSizeInBytes": 0], "blockSizeInBytes"),
        (["streamedBlocksAtATime": 0], "streamedBlocksAtATime"), (["maximumAttempts": 0], "maximumAttempts"),
        (["attemptTimeout": 0], "attemptTimeout"), (["minimumBytesPerSecond": 0], "minimumBytesPerSecond"),
        (["refreshAfter": "soon"], "soon"), (["retryTimeLimit": 0], "retryTimeLimit"),
        (["endpointURL": "ftp://x"], "endpoint"), (["accessTier": "Archive"], "accessTier"), (["name": ""], "name"),
        (["readableContainers": "b"], "list"),
    ]

    @Test("What is missing or wrong is refused at construction, by name", arguments: wrong.indices)
    func refused(_ index: Int) {
        let (change, text) = Self.wrong[index]
        let good: [AbsoluteConfigKey: ConfigValue] = ["container": "payloads", "account": "myaccount"]
        let error = #expect(throws: ExternalStorageError.self) {
            try Self.driver(change.isEmpty ? change : good.merging(change) { $1 })
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
}
