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

    /// - Throws: `driverNotRegistered`, which names the drivers that are (ES-P4, ES-P8).
    func index(of name: String, wantedBy origin: String) throws(ExternalStorageError) -> Int {
        if let index = self.indices[name] { return index }
        let registered = self.drivers.map { "\"\($0.name)\"" }.joined(separator: ", ")
        throw ExternalStorageError(
            code: .driverNotRegistered,
            message: """
                \(origin) names the storage driver "\(name)", which is not registered; registered: \(registered). \
                Register a driver of that name
                """
        )
    }

    /// The types of the drivers, each once, in the order of registration (ES-O3).
    var types: [String] {
        var seen: Set<String> = []
        return self.drivers.map(\.type).filter { seen.insert($0).inserted }
    }
}
