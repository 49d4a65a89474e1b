//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration

extension ExternalStorage.Configuration {
    /// Reads the configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `threshold` | int, or the string `all` | bytes; 262144 |
    /// | `requestsPerMessage` | int | requests at a time; 8 |
    /// | `requestsPerInstance` | int | requests at a time; 64 |
    /// | `readsLegacyReferences` | bool | false |
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
        self.init()
        let values = ConfigValues(reader: configReader)
        if configReader.string(forKey: "threshold") == "all" {
            self.threshold = .all
        } else if let threshold = try values.int("threshold", "a number of bytes or \"all\"") {
            self.threshold = .bytes(threshold)
        }
        self.requestsPerMessage = try values.int("requestsPerMessage") ?? self.requestsPerMessage
        self.requestsPerInstance = try values.int("requestsPerInstance") ?? self.requestsPerInstance
        self.readsLegacyReferences = try values.bool("readsLegacyReferences") ?? self.readsLegacyReferences
        if let limit = try values.int("requestSizeLimit") { self.requestSizeLimit = limit == 0 ? nil : limit }
        if let limit = try values.int("requestPartSizeLimit") { self.requestPartSizeLimit = limit == 0 ? nil : limit }
        self.cache.sizeInBytes = try values.int("cache.sizeInBytes") ?? self.cache.sizeInBytes
        self.cache.entries = try values.int("cache.entries") ?? self.cache.entries
        if let seconds = try values.int("cache.storesAreRecentFor") {
            self.cache.storesAreRecentFor = .seconds(seconds)
        }
    }
}

/// Tells a value that is not set from one that is set and wrong.
private struct ConfigValues {
    let reader: ConfigReader

    func int(_ key: ConfigKey, _ expected: String = "an integer") throws(ExternalStorageError) -> Int? {
        if let value = self.reader.int(forKey: key) { return value }
        try self.refuse(key, expected)
        return nil
    }

    func bool(_ key: ConfigKey) throws(ExternalStorageError) -> Bool? {
        if let value = self.reader.bool(forKey: key) { return value }
        try self.refuse(key, "true or false")
        return nil
    }

    private func refuse(_ key: ConfigKey, _ expected: String) throws(ExternalStorageError) {
        let text = self.reader.string(forKey: key)
        let isSet =
            text != nil || self.reader.int(forKey: key) != nil || self.reader.bool(forKey: key) != nil
            || self.reader.double(forKey: key) != nil
        guard isSet else { return }
        throw .invalidConfiguration("\"\(key)\" must be \(expected)" + (text.map { ", but is \"\($0)\"" } ?? ""))
    }
}
