//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageAzure
import ExternalStorageCore
import ExternalStorageGCS
import Logging
import NIOSSL
import TemporalTransport

/// What articles and docstrings show of the drivers of other clouds, and of certificates.
enum CloudSnippets {
    static func azure(logger: Logger) throws {
        // snippet.begin
        let driver = try AzureStorageDriver(container: "payloads", account: "myaccount")
        let storage = try ExternalStorage(driver: driver, logger: logger)
        // snippet.end
        _ = storage
    }

    static func azureLine() throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: AzureStorageDriver(container: "payloads", account: "myaccount"))
        // snippet.end
        _ = storage
    }

    static func azureTier(connectionString: String) throws {
        // snippet.begin
        let driver = try AzureStorageDriver(container: "payloads", connectionString: connectionString)

        var configuration = AzureStorageDriver.Configuration()
        configuration.accessTier = "Cool"
        let cool = try AzureStorageDriver(container: "payloads", account: "myaccount", configuration: configuration)
        // snippet.end
        _ = (driver, cool)
    }

    static func google(logger: Logger) throws {
        // snippet.begin
        let driver = try GCSStorageDriver(bucket: "payloads")
        let storage = try ExternalStorage(driver: driver, logger: logger)
        // snippet.end
        _ = storage
    }

    static func googleLine() throws {
        // snippet.begin
        let storage = try ExternalStorage(driver: GCSStorageDriver(bucket: "payloads"))
        // snippet.end
        _ = storage
    }

    static func googleKey() throws {
        // snippet.begin
        var configuration = GCSStorageDriver.Configuration()
        configuration.kmsKeyName = "projects/mine/locations/eu/keyRings/ring/cryptoKeys/payloads"
        let driver = try GCSStorageDriver(
            choosingBucket: { context, _ in "payloads-\(context.namespace)" },
            configuration: configuration
        )
        // snippet.end
        _ = driver
    }

    static func certificates() throws {
        // snippet.begin
        let source = try TLSSource {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile("ca.pem"))
            return configuration
        }
        let security = ClientSecurity.tls(from: source)
        // Later, when the file has changed:
        try source.reload()
        // snippet.end
        _ = security
    }
}
