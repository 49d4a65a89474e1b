//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import ExternalStorageCore
import ExternalStorageS3
import Logging

/// External storage as the settings describe it.
enum StorageSettings {
    /// - Parameters:
    ///   - settings: The settings.
    ///   - caches: Whether speed is worth memory: recent payloads are kept, and large ones read in several parts at a time.
    ///   - logger: Where warnings go.
    /// - Returns: Nil for the driver `none`.
    /// - Throws: ``CommandError``.
    static func storage(
        from settings: Settings,
        caches: Bool = true,
        logger: Logger
    ) async throws -> ExternalStorage? {
        guard let driver = try settings.text(.driver) else {
            throw CommandError.usage("--driver is missing: give s3 (with --bucket), local-disk (with --store) or none")
        }
        var configuration = try Self.configuration(from: settings)
        if !caches { configuration.cache = .disabled }
        switch driver.text {
        case "none":
            return nil
        case "local-disk":
            guard let store = try settings.text(.store) else {
                throw CommandError.usage("--store is missing: the driver local-disk needs a directory")
            }
            do throws(ExternalStorageError) {
                let driver = try LocalDiskStorageDriver(root: store.text)
                return try ExternalStorage(driver: driver, configuration: configuration, logger: logger)
            } catch {
                throw CommandError.usage("\(store.origin) is \"\(store.text)\", which is of no use: \(error)")
            }
        case "s3":
            let driver = try await Self.s3Driver(from: settings, readsInParts: caches, logger: logger)
            return try ExternalStorage(driver: driver, configuration: configuration, logger: logger)
        default:
            throw driver.isNot("s3, local-disk or none")
        }
    }

    private static func s3Driver(
        from settings: Settings,
        readsInParts: Bool,
        logger: Logger
    ) async throws -> S3StorageDriver {
        guard let bucket = try settings.text(.bucket) else {
            throw CommandError.usage("--bucket is missing: the driver s3 needs a bucket, or the ARN of an access point")
        }
        let region: String
        do {
            if let named = try settings.text(.region) {
                region = named.text
            } else {
                region = try await AWSRegion.resolve(logger: logger)
            }
        } catch let error as AWSCredentialsError {
            throw CommandError.usage("--region is missing, and is not to be found elsewhere: \(error)")
        }
        var client = S3HTTPClient.Configuration(region: region, endpointURL: try settings.text(.endpointURL)?.text)
        if try settings.bool(.pathStyle) { client.endpoint.addressing = .path }
        var driver = S3StorageDriver.Configuration()
        if let days = try settings.integer(.refreshAfter, in: 1...36_500) {
            driver.refreshAfter = .seconds(days * 86_400)
        }
        driver.replicaBuckets = try settings.list(.replicaBuckets).map { entry in
            guard let bucket = S3ReplicaBucket(entry.text) else {
                throw entry.isNot("NAME@REGION, or several with commas between them")
            }
            return bucket
        }
        if !readsInParts { driver.downloadPartSizeInBytes = nil }
        do {
            _ = try S3Endpoint(bucket: bucket.text, options: client.endpoint)
            return try S3StorageDriver(
                bucket: .fixed(bucket.text),
                client: S3HTTPClient(
                    configuration: client,
                    credentials: AWSCredentialsChain.default(region: region, logger: logger)
                ),
                configuration: driver,
                logger: logger
            )
        } catch {
            throw CommandError.usage("\(bucket.origin) is \"\(bucket.text)\", which is of no use: \(error)")
        }
    }

    private static func configuration(from settings: Settings) throws -> ExternalStorage.Configuration {
        var configuration = ExternalStorage.Configuration()
        configuration.readsLegacyReferences = try settings.bool(.readLegacyReferences)
        if let bytes = try settings.integer(.cacheBytes, in: 0...Int.max) { configuration.cache.sizeInBytes = bytes }
        guard let threshold = try settings.text(.threshold) else { return configuration }
        if threshold.text == "all" {
            configuration.threshold = .all
        } else if let bytes = Int(threshold.text), bytes >= 0 {
            configuration.threshold = .bytes(bytes)
        } else {
            throw threshold.isNot("a number of bytes of at least 1, or \"all\"")
        }
        return configuration
    }
}
