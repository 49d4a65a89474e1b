//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging

/// Every key under which the pipeline logs: an allow-list, so that neither payloads nor secrets get into a log (ES-O2).
enum LogMetadata {
    static func call(_ driver: RegisteredDriver, payloads: Int, sizeInBytes: Int) -> Logger.Metadata {
        [
            "driver": "\(driver.name)",
            "driver.type": "\(driver.type)",
            "payloads": "\(payloads)",
            "bytes": "\(sizeInBytes)",
        ]
    }

    static func driver(_ driver: RegisteredDriver) -> Logger.Metadata {
        ["driver": "\(driver.name)", "driver.type": "\(driver.type)"]
    }
}
