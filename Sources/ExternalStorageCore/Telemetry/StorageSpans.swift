//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Tracing

/// Every span of external storage: one per driver call (ES-O2).
enum StorageSpans {
    static func name(of operation: StorageOperation) -> String { "external-storage.\(operation.rawValue)" }

    static let driver = "temporal.storage.driver"
    static let driverType = "temporal.storage.driver.type"
    static let payloads = "temporal.storage.payloads"
    static let sizeInBytes = "temporal.storage.bytes"
    static let permitWaits = "temporal.storage.permit-waits"
    static let errorCode = "temporal.storage.error.code"
}
