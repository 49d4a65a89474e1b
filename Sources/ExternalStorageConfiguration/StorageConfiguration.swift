//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Configuration
package import ExternalStorageCore
package import Logging

/// External storage as a configuration describes it: drivers, rules that choose between them, and a default.
///
/// ```yaml
/// drivers:
///   - name: s3-primary
///     type: s3
///     bucket: payloads
///     encryption: aws:kms
///   - name: s3-archive
///     type: s3
///     bucket: archive
/// rules:
///   - namespace: [billing, orders]
///     sizeAtLeast: 10485760
///     driver: s3-archive
/// default: s3-primary
/// ```
package struct StorageConfiguration: Sendable {
    /// A driver's section.
    package struct Driver: Sendable {
        /// What stands under `type`.
        package var type: String
        /// Everything but `type`.
        package var section: ConfigurationSection

        package init(type: String, section: ConfigurationSection) {
            self.type = type
            self.section = section
        }
    }

    /// The names at the top of a file that are read here.
    package static let names = ["drivers", "rules", "default", "storage"]

    package var drivers: [Driver]
    var rules: [ConfigurationSection] = []
    var fallback: ConfigurationSection.Member?
    var storage: ConfigurationSection

    /// How many rules there are.
    package var ruleCount: Int { self.rules.count }

    /// One driver for everything.
    package init(driver: Driver) {
        self.drivers = [driver]
        self.storage = ConfigurationSection(place: driver.section.place)
    }

    /// - Parameter section: The file.
    /// - Throws: ``ConfigurationError`` if something is no list, or a driver has no type.
    package init(section: ConfigurationSection) throws(ConfigurationError) {
        self.drivers = try (section["drivers"]?.sections() ?? []).map { section throws(ConfigurationError) in
            guard let type = section["type"] else {
                throw ConfigurationError("\(section.place): the driver has no \"type\"")
            }
            return Driver(type: try type.text(), section: section.without("type"))
        }
        self.storage = ConfigurationSection(place: section.place)
        try self.readWhatGoesWhere(in: section)
    }

    /// Reads what there is besides the drivers: the rules, the default, and the section `storage`.
    ///
    /// - Parameter section: The file.
    /// - Throws: ``ConfigurationError`` if something is of another form.
    package mutating func readWhatGoesWhere(in section: ConfigurationSection) throws(ConfigurationError) {
        self.rules = try section["rules"]?.sections() ?? []
        self.fallback = section["default"]
        self.storage = ConfigurationSection(place: section.place)
        if let member = section["storage"] {
            guard case .section(let storage) = member.value else {
                throw ConfigurationError("\(member.origin) has to hold names and values")
            }
            self.storage = storage
        }
    }

    /// Makes the drivers, in their order; nothing is sent.
    ///
    /// - Parameters:
    ///   - types: The types that there are.
    ///   - defaults: What holds for all drivers where their sections say nothing, for keys that they have.
    ///   - logger: For the drivers.
    /// - Returns: One driver per section.
    /// - Throws: ``ConfigurationError``; `CancellationError`.
    package func makeDrivers(
        _ types: StorageDriverTypes,
        defaults: [AbsoluteConfigKey: ConfigValue] = [:],
        logger: Logger
    ) async throws -> [any StorageDriver] {
        var drivers: [any StorageDriver] = []
        for driver in self.drivers {
            guard let type = types[driver.type] else {
                let hint = NearestName.hint(for: driver.type, among: types.names)
                throw ConfigurationError(
                    "\(driver.section.place): there is no driver of type \"\(driver.type)\"\(hint)"
                )
            }
            do {
                let found = try await type.findDefaults(driver.section, logger)
                let made = try await driver.section.read(defaults: defaults.merging(found) { $1 }) { reader in
                    try await type.make(reader, logger)
                }
                guard !drivers.contains(where: { $0.name.utf8.elementsEqual(made.name.utf8) }) else {
                    throw ConfigurationError(
                        "\(driver.section.place): the name \"\(made.name)\" is taken by another driver; give each a "
                            + "\"name\" of its own"
                    )
                }
                drivers.append(made)
            } catch let error as ConfigurationError {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                throw ConfigurationError("\(driver.section.place): \(error)")
            }
        }
        return drivers
    }

    /// The places that the drivers write to or may read from, as claims name them: `bucket`, `container`, and what
    /// `readableBuckets` and `readableContainers` list.
    ///
    /// - Returns: Names and ARNs, in the order of the drivers.
    /// - Throws: ``ConfigurationError``.
    package func places() throws(ConfigurationError) -> [String] {
        var places: [String] = []
        for driver in self.drivers {
            for name in ["bucket", "container", "readableBuckets", "readableContainers"] {
                places += try driver.section[name]?.texts() ?? []
            }
        }
        return places
    }

    /// What chooses between the drivers.
    ///
    /// - Parameter drivers: What ``makeDrivers(_:defaults:logger:)`` made.
    /// - Returns: Nil for a single driver that takes everything.
    /// - Throws: ``ConfigurationError``.
    package func selector(among drivers: [any StorageDriver]) throws(ConfigurationError) -> (any StorageDriverSelector)?
    {
        guard drivers.count != 1 || !self.rules.isEmpty || self.fallback != nil else { return nil }
        let rules = try self.rules.map { section throws(ConfigurationError) in
            try StorageRule(section, drivers: drivers)
        }
        guard let fallback = self.fallback else {
            guard drivers.count == 1 else {
                throw ConfigurationError(
                    "\(self.storage.place): \"default\" is missing; name the driver of what no rule fits, or say inline"
                )
            }
            return StorageRules(rules: rules, fallback: drivers[0])
        }
        let choice = try StorageRule.choice(fallback, drivers: drivers)
        return StorageRules(rules: rules, fallback: choice)
    }

    /// What the section `storage` says of thresholds, budgets and the cache.
    ///
    /// - Returns: The defaults, with what is said there.
    /// - Throws: ``ConfigurationError``.
    package func storageConfiguration() async throws -> ExternalStorage.Configuration {
        try await self.storage.read { try ExternalStorage.Configuration(configReader: $0) }
    }
}
