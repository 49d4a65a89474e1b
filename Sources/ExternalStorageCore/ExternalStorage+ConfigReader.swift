//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
package import SettingsReading

extension ExternalStorage.Configuration {
    /// Reads the configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `threshold` | int, or the string `all` | bytes; 262144 |
    /// | `requestsPerMessage` | int | requests at a time; 8 |
    /// | `requestsPerInstance` | int | requests at a time; 64 |
    /// | `readsLegacyReferences` | bool | false |
    /// | `unregisteredDrivers` | string: `fail` or `leave` | `fail` |
    /// | `requestSizeLimit` | int | bytes; 4128768. 0 is no limit |
    /// | `requestPartSizeLimit` | int | bytes; 2031616. 0 is no limit |
    /// | `cache.sizeInBytes` | int | bytes; 67108864. 0 switches the cache off |
    /// | `cache.entries` | int | payloads; 10000. 0 switches the cache off |
    /// | `cache.storesAreRecentFor` | int | seconds; 3600 |
    ///
    /// What is not set keeps its default. None of these is a secret. ``references`` is not read: a codec is code.
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageError/Code/invalidConfiguration`` if a value has another type than in the table. What
    ///   the values may be is checked when the ``ExternalStorage`` is created.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        self = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init()
        if settings.string("threshold") == "all" {
            self.threshold = .all
        } else if let threshold = try settings.int("threshold", "a number of bytes or \"all\"") {
            self.threshold = .bytes(threshold)
        }
        self.requestsPerMessage = try settings.int("requestsPerMessage") ?? self.requestsPerMessage
        self.requestsPerInstance = try settings.int("requestsPerInstance") ?? self.requestsPerInstance
        self.readsLegacyReferences = try settings.bool("readsLegacyReferences") ?? self.readsLegacyReferences
        self.unregisteredDrivers =
            try settings.choice("unregisteredDrivers", ["fail": .fail, "leave": .leave]) ?? self.unregisteredDrivers
        if let limit = try settings.int("requestSizeLimit") { self.requestSizeLimit = limit == 0 ? nil : limit }
        if let limit = try settings.int("requestPartSizeLimit") { self.requestPartSizeLimit = limit == 0 ? nil : limit }
        self.cache.sizeInBytes = try settings.int("cache.sizeInBytes") ?? self.cache.sizeInBytes
        self.cache.entries = try settings.int("cache.entries") ?? self.cache.entries
        if let seconds = try settings.int("cache.storesAreRecentFor") {
            self.cache.storesAreRecentFor = .seconds(seconds)
        }
    }
}

extension ExternalStorageError {
    /// A setting that is missing or wrong.
    package init(_ error: SettingsError) {
        self.init(code: .invalidConfiguration, message: error.message)
    }
}
