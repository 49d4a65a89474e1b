//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
internal import SettingsReading

extension ExternalStorageProxyConfiguration {
    /// Reads limits and times.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `messageSizeLimit` | int | bytes; 134217728 |
    /// | `memoryLimit` | int | bytes; 1073741824 |
    /// | `callsPerConnection` | int | calls; 10000 |
    /// | `drain` | int | seconds; 30 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageProxyError/Code/invalidConfiguration`` if a value has another type than in the table, or is below 1 (`drain`:
    ///   below 0).
    public init(configReader: ConfigReader) throws(ExternalStorageProxyError) {
        self = try SettingsReader.read(configReader, failure: ExternalStorageProxyError.init(_:)) {
            settings throws(SettingsError) in
            var configuration = Self()
            configuration.messageSizeLimit =
                try settings.int("messageSizeLimit", atLeast: 1) ?? configuration.messageSizeLimit
            configuration.memoryLimit = try settings.int("memoryLimit", atLeast: 1) ?? configuration.memoryLimit
            configuration.callsPerConnection =
                try settings.int("callsPerConnection", atLeast: 1) ?? configuration.callsPerConnection
            configuration.drain = try settings.seconds("drain", atLeast: 0) ?? configuration.drain
            return configuration
        }
    }
}

extension ExternalStorageProxyError {
    /// A setting that is missing or wrong.
    fileprivate init(_ error: SettingsError) {
        self.init(code: .invalidConfiguration, message: error.message)
    }
}
