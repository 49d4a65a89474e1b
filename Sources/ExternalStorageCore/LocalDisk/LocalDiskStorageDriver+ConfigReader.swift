//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
internal import SettingsReading

extension LocalDiskStorageDriver {
    /// Creates a driver from configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `root` | string | required; the path of an existing directory |
    /// | `name` | string | `local-disk` |
    /// | `payloadSizeLimit` | int | bytes; 52428800 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageError/Code/invalidConfiguration`` for a value that is missing, of another type or out of
    ///   range; ``ExternalStorageError/Code/misconfigured`` if there is no such directory.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        let (root, configuration) = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in
            var configuration = Configuration()
            configuration.name = settings.string("name") ?? configuration.name
            configuration.payloadSizeLimit = try settings.int("payloadSizeLimit") ?? configuration.payloadSizeLimit
            return (try settings.required("root"), configuration)
        }
        try self.init(root: root, configuration: configuration)
    }
}
