//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
public import ExternalStorageCore
internal import SettingsReading

extension ExternalStorageTransportConfiguration {
    /// Reads the limits.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `resolvedMessageLimit` | int | bytes; 2147483647 |
    /// | `errorDetailsLimit` | int | bytes; no limit |
    /// | `rememberedParents` | int | workflow runs; 10000 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` if a value has another type than in the table, or
    ///   is below 1 (the last one: below 0).
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        self = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in
            var limits = Self()
            limits.resolvedMessageLimit =
                try settings.int("resolvedMessageLimit", atLeast: 1) ?? limits.resolvedMessageLimit
            limits.errorDetailsLimit = try settings.int("errorDetailsLimit", atLeast: 1) ?? limits.errorDetailsLimit
            limits.rememberedParents = try settings.int("rememberedParents", atLeast: 0) ?? limits.rememberedParents
            return limits
        }
    }
}
