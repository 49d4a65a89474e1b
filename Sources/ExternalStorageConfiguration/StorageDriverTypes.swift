//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Configuration
package import ExternalStorageCore
package import Logging

/// The types of drivers that a configuration may name, and how each is made of its section.
///
/// A new type is one more element.
package struct StorageDriverTypes: Sendable {
    package struct DriverType: Sendable {
        /// What stands under `type` in a file, and after `--driver`.
        package var name: String
        /// Finds what the section does not say, where that is known elsewhere.
        var defaults: @Sendable (ConfigReader, Logger) async throws -> [AbsoluteConfigKey: ConfigValue]
        var make: @Sendable (ConfigReader, Logger) async throws -> any StorageDriver

        /// - Parameters:
        ///   - name: What stands under `type` in a file, and after `--driver`.
        ///   - defaults: Finds what the section does not say, where that is known elsewhere.
        ///   - make: Makes a driver; what it does not ask for is no key.
        package init(
            _ name: String,
            defaults: @escaping @Sendable (ConfigReader, Logger) async throws -> [AbsoluteConfigKey: ConfigValue] = {
                _,
                _ in [:]
            },
            make: @escaping @Sendable (ConfigReader, Logger) async throws -> any StorageDriver
        ) {
            self.name = name
            self.defaults = defaults
            self.make = make
        }

        /// What holds where a section says nothing.
        ///
        /// - Throws: ``ConfigurationError``; `CancellationError`.
        package func findDefaults(
            _ section: ConfigurationSection,
            _ logger: Logger
        ) async throws -> [AbsoluteConfigKey: ConfigValue] {
            try await self.defaults(ConfigReader(provider: section.provider), logger)
        }
    }

    private var types: [DriverType]

    package init(_ types: [DriverType]) {
        self.types = types
    }

    package var names: [String] { self.types.map(\.name) }

    package subscript(_ name: String) -> DriverType? { self.types.first { $0.name == name } }
}
