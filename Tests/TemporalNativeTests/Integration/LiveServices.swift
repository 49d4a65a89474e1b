//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import ExternalStorageS3
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Testing

@testable import TemporalNative

/// The servers that the environment names, as `Scripts/dev-services env` prints it, and the official Python SDK.
enum LiveServices {
    static let skipped: Comment =
        "SKIPPED: no servers; run `eval \"$(Scripts/dev-services env)\"` after `Scripts/dev-services up temporal s3`"

    static var isThere: Bool {
        self.address != nil && self.value("S3_ENDPOINT") != nil && self.python != nil
    }

    static func value(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Host and port of Temporal's development server.
    static let address = value("TEMPORAL_ADDRESS")

    /// The folder of the project.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The Python with the official SDK.
    static var python: String? {
        let candidate =
            self.value("EXTERNAL_STORAGE_TEST_PYTHON") ?? self.root.appending(path: ".tools/venv/bin/python").path
        return FileManager.default.isExecutableFile(atPath: candidate) ? candidate : nil
    }

    /// The address as a target.
    static func target(_ address: String? = Self.address) throws -> any ResolvableTarget {
        let parts = try #require(address).split(separator: ":")
        return .ipv4(address: String(parts[0]), port: try #require(Int(parts[1])))
    }

    /// External storage in the bucket that the Python side uses too.
    static func storage(threshold: PayloadSizeThreshold) throws -> ExternalStorage {
        let keyID = try #require(self.value("AWS_ACCESS_KEY_ID"))
        let secret = try #require(self.value("AWS_SECRET_ACCESS_KEY"))
        let client = S3HTTPClient(
            configuration: .init(region: "us-east-1", endpointURL: self.value("S3_ENDPOINT")),
            credentials: StaticAWSCredentialsProvider(.init(accessKeyID: keyID, secretAccessKey: secret))
        )
        let driver = try S3StorageDriver(bucket: .fixed(self.value("S3_BUCKET") ?? "payloads"), client: client)
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = threshold
        return try ExternalStorage(driver: driver, configuration: configuration)
    }

    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}
