//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging

/// External storage as the settings describe it.
enum StorageSettings {
    /// - Returns: Nil for the driver `none`.
    /// - Throws: ``CommandError``.
    static func storage(from settings: Settings, logger: Logger) throws -> ExternalStorage? {
        guard let driver = try settings.text(.driver) else {
            throw CommandError.usage("--driver is missing: give local-disk with --store DIR, or none to store nothing")
        }
        let configuration = try Self.configuration(from: settings)
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
        default:
            throw driver.isNot("local-disk or none")
        }
    }

    private static func configuration(from settings: Settings) throws -> ExternalStorage.Configuration {
        var configuration = ExternalStorage.Configuration()
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
