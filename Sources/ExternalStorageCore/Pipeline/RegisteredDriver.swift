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

    /// Whether a driver is this one (ES-P12): the same object, or an equal value.
    ///
    /// A value that cannot be compared has only its type and its name to tell it by.
    func isSame(as other: any StorageDriver) -> Bool {
        if Swift.type(of: self.driver) is AnyClass || Swift.type(of: other) is AnyClass {
            return (self.driver as AnyObject) === (other as AnyObject)
        }
        if let own = self.driver as? any Equatable { return own.isEqual(to: other) }
        return Swift.type(of: self.driver) == Swift.type(of: other) && self.type == other.type
    }
}

extension Equatable {
    fileprivate func isEqual(to other: Any) -> Bool { (other as? Self).map { $0 == self } ?? false }
}
