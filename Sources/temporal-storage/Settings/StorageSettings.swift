//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import Configuration
import ExternalStorageAzure
import ExternalStorageConfiguration
import ExternalStorageCore
import ExternalStorageGCS
import ExternalStorageS3
import Logging

/// External storage as the settings describe it: one driver by options, or several in the configuration file.
///
/// Every subcommand that has to do with stored payloads begins here, with ``storage(from:caches:logger:)`` or with
/// ``configuration(from:)`` and the drivers that it makes.
enum StorageSettings {
    /// The types of drivers, for `type` in the file and for `--driver`.
    static let types = StorageDriverTypes([.s3, .gcs, .azure, .localDisk])

    /// The settings of each type, and the keys of its configuration that they stand for.
    private static let keys: [String: [(setting: Setting, key: String)]] = [
        "s3": [
            (.bucket, "bucket"), (.region, "region"), (.endpointURL, "endpointURL"), (.pathStyle, "pathStyle"),
            (.refreshAfter, "refreshAfter"), (.replicaBuckets, "replicaBuckets"), (.movedBuckets, "movedBuckets"),
        ],
        "gcs": [(.bucket, "bucket"), (.endpointURL, "endpointURL"), (.refreshAfter, "refreshAfter")],
        "azure": [(.bucket, "container"), (.endpointURL, "endpointURL"), (.refreshAfter, "refreshAfter")],
        "local-disk": [(.store, "root")],
    ]

    private static let needs: [String: (Setting, String)] = [
        "s3": (.bucket, "a bucket, or the ARN of an access point"), "gcs": (.bucket, "a bucket"),
        "azure": (.bucket, "a container"), "local-disk": (.store, "a directory"),
    ]

    /// External storage, ready to use; nothing is sent yet.
    ///
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
        // Wrong values are errors for the driver none too.
        var plain = ExternalStorage.Configuration()
        try Self.apply(settings, to: &plain)
        guard let described = try Self.configuration(from: settings) else { return nil }
        do {
            var configuration = try await described.storageConfiguration()
            try Self.apply(settings, to: &configuration)
            if !caches { configuration.cache = .disabled }
            let drivers = try await described.makeDrivers(
                Self.types,
                defaults: caches ? [:] : ["downloadPartSizeInBytes": 0],
                logger: logger
            )
            return try ExternalStorage(
                drivers: drivers,
                selector: try described.selector(among: drivers),
                configuration: configuration,
                logger: logger
            )
        } catch let error as ConfigurationError {
            throw CommandError.usage(error.message)
        } catch let error as ExternalStorageError {
            throw CommandError.usage(error.message)
        }
    }

    /// Which drivers there are, and what chooses between them.
    ///
    /// - Returns: Nil for the driver `none`.
    /// - Throws: ``CommandError``.
    static func configuration(from settings: Settings) throws -> StorageConfiguration? {
        if let file = settings.file, file["drivers"] != nil {
            try Self.refuseOptions(settings, file: file)
            do {
                let configuration = try StorageConfiguration(section: file)
                return configuration.drivers.isEmpty ? nil : configuration
            } catch {
                throw CommandError.usage(error.message)
            }
        }
        guard let driver = try settings.text(.driver) else {
            throw CommandError.usage(
                "--driver is missing: give s3, gcs or azure (with --bucket), local-disk (with --store) or none, or a "
                    + "--config file with a list of drivers"
            )
        }
        guard driver.text != "none" else { return nil }
        guard let keys = Self.keys[driver.text] else {
            throw driver.isNot((Self.types.names + ["none"]).formatted)
        }
        for others in Self.keys.values {
            for other in others where !keys.contains(where: { $0.setting == other.setting }) {
                guard let value = try settings.text(other.setting) else { continue }
                let types = Self.keys.filter { $0.value.contains { $0.setting == other.setting } }.keys.sorted()
                throw CommandError.usage(
                    "\(value.origin) is for the driver \(types.formatted), and not for \(driver.text)"
                )
            }
        }
        var place = "\(driver.origin) \(driver.text)"
        if let (setting, what) = Self.needs[driver.text] {
            guard let value = try settings.text(setting) else {
                throw CommandError.usage("\(setting.flag) is missing: the driver \(driver.text) needs \(what)")
            }
            place = "\(value.origin) \"\(value.text)\""
        }
        var section = ConfigurationSection(place: place)
        for (setting, key) in keys {
            guard let member = try Self.member(setting, key, settings) else { continue }
            section.members.append(member)
        }
        var configuration = StorageConfiguration(driver: .init(type: driver.text, section: section))
        guard let file = settings.file else { return configuration }
        do {
            try configuration.readWhatGoesWhere(in: file)
        } catch {
            throw CommandError.usage(error.message)
        }
        return configuration
    }

    /// - Throws: ``CommandError`` if there is a driver by options besides those of the file.
    private static func refuseOptions(_ settings: Settings, file: ConfigurationSection) throws {
        for setting in [.driver] + Self.keys.values.joined().map(\.setting) {
            guard let value = try settings.text(setting) else { continue }
            throw CommandError.usage("\(value.origin) contradicts \"drivers\" in \(file.place); give one of them")
        }
    }

    private static func member(
        _ setting: Setting,
        _ key: String,
        _ settings: Settings
    ) throws -> ConfigurationSection.Member? {
        guard let value = try settings.text(setting) else { return nil }
        let content: ConfigurationSection.Value
        switch setting {
        case .refreshAfter:
            let days = try settings.integer(.refreshAfter, in: 1...36_500) ?? 0
            content = .text("\(days * 86_400)")
        case .replicaBuckets, .movedBuckets: content = .list(try settings.list(setting).map { .text($0.text) })
        default: content = .text(value.text)
        }
        return .init(name: key, value: content, origin: value.origin)
    }

    private static func apply(_ settings: Settings, to configuration: inout ExternalStorage.Configuration) throws {
        if try settings.text(.readLegacyReferences) != nil {
            configuration.readsLegacyReferences = try settings.bool(.readLegacyReferences)
        }
        if let unregistered = try settings.text(.unregisteredDrivers) {
            switch unregistered.text {
            case "fail": configuration.unregisteredDrivers = .fail
            case "leave": configuration.unregisteredDrivers = .leave
            default: throw unregistered.isNot("\"fail\" or \"leave\"")
            }
        }
        if let bytes = try settings.integer(.cacheBytes, in: 0...Int.max) { configuration.cache.sizeInBytes = bytes }
        guard let threshold = try settings.text(.threshold) else { return }
        if threshold.text == "all" {
            configuration.threshold = .all
        } else if let bytes = Int(threshold.text), bytes >= 0 {
            configuration.threshold = .bytes(bytes)
        } else {
            throw threshold.isNot("a number of bytes of at least 1, or \"all\"")
        }
    }
}

extension StorageDriverTypes.DriverType {
    /// Amazon S3 and its relatives; the region is found where the AWS SDKs find it.
    static let s3 = Self("s3") { reader, logger in
        guard reader.string(forKey: "region") == nil else { return [:] }
        do {
            return [
                "region": ConfigValue(
                    .string(try await AWSRegion.resolve(profile: reader.string(forKey: "profile"), logger: logger)),
                    isSecret: false
                )
            ]
        } catch let error as AWSCredentialsError {
            throw ConfigurationError("the region is missing, and is not to be found elsewhere: \(error)")
        }
    } make: { reader, logger in
        try S3StorageDriver(configReader: reader, logger: logger)
    }

    /// Google Cloud Storage, with application default credentials.
    static let gcs = Self("gcs") { reader, logger in try GCSStorageDriver(configReader: reader, logger: logger) }

    /// Azure Blob Storage; what the section does not say of the account is in the environment.
    static let azure = Self("azure") { reader, logger in try AzureStorageDriver(configReader: reader, logger: logger) }

    /// A directory that is shared.
    static let localDisk = Self("local-disk") { reader, _ in try LocalDiskStorageDriver(configReader: reader) }
}

extension [String] {
    /// The words with commas and an "or" between them.
    fileprivate var formatted: String {
        self.count < 2 ? self.joined() : "\(self.dropLast().joined(separator: ", ")) or \(self[self.count - 1])"
    }
}
