//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A driver under the name and type it had when it was registered.
struct RegisteredDriver: Sendable {
    let driver: any StorageDriver
    let name: String
    let type: String

    init(_ driver: any StorageDriver) {
        self.driver = driver
        self.name = driver.name
        self.type = driver.type
    }
}
