//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The drivers of one ``ExternalStorage``, by name.
struct DriverRegistry: Sendable {
    let drivers: [RegisteredDriver]
    private let indices: [String: Int]

    /// - Throws: `invalidConfiguration` if there is no driver, or a name is empty or comes twice (ES-P5).
    init(_ drivers: [any StorageDriver]) throws(ExternalStorageError) {
        guard !drivers.isEmpty else {
            throw .invalidConfiguration("external storage needs at least one driver")
        }
        self.drivers = drivers.map(RegisteredDriver.init)
        var indices: [String: Int] = [:]
        for (index, driver) in self.drivers.enumerated() {
            guard !driver.name.isEmpty else {
                throw .invalidConfiguration("the name of a storage driver of type \"\(driver.type)\" is empty")
            }
            guard indices.updateValue(index, forKey: driver.name) == nil else {
                throw .invalidConfiguration(
                    "several storage drivers are named \"\(driver.name)\"; give each a name of its own"
                )
            }
        }
        self.indices = indices
    }

    subscript(index: Int) -> RegisteredDriver { self.drivers[index] }

    func contains(_ name: String) -> Bool { self.indices[name] != nil }

    /// The driver that a reference names.
    ///
    /// - Throws: `driverNotRegistered`, which names the drivers that are, and the option that lets it pass (ES-P8).
    func index(ofReferenced name: String) throws(ExternalStorageError) -> Int {
        if let index = self.indices[name] { return index }
        throw ExternalStorageError(
            code: .driverNotRegistered,
            message: """
                a storage reference names the storage driver "\(name)", which is not registered; registered: \
                \(self.names). Register a driver of that name, or, if somebody behind this resolves the reference, leave \
                it as it is with the option unregisteredDrivers: .leave (sidecar: --unregistered-drivers leave)
                """
        )
    }

    /// The driver that a selector returned: one of those that were registered, not another of the same name (ES-P12).
    ///
    /// - Throws: `driverNotRegistered`, which names the drivers that are (ES-P4).
    func index(ofSelected driver: any StorageDriver) throws(ExternalStorageError) -> Int {
        guard let index = self.indices[driver.name] else {
            throw ExternalStorageError(
                code: .driverNotRegistered,
                message: """
                    the storage driver selector returned the storage driver "\(driver.name)", which is not registered; \
                    registered: \(self.names). Register a driver of that name
                    """
            )
        }
        guard self.drivers[index].isSame(as: driver) else {
            throw ExternalStorageError(
                code: .driverNotRegistered,
                message: """
                    the storage driver selector returned a storage driver that is named "\(driver.name)" as one that is \
                    registered, but is another one; return the registered driver itself
                    """
            )
        }
        return index
    }

    private var names: String { self.drivers.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    /// The types of the drivers, each once, in the order of registration (ES-O3).
    var types: [String] {
        var seen: Set<String> = []
        return self.drivers.map(\.type).filter { seen.insert($0).inserted }
    }
}
