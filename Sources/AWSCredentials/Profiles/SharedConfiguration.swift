//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What the shared config and credentials files say, merged.
package struct SharedConfiguration: Sendable, Hashable {
    /// The properties of a section by name; names are in lower case.
    package typealias Properties = [String: String]

    package var profiles: [String: Properties] = [:]
    package var ssoSessions: [String: Properties] = [:]
    package var services: [String: Properties] = [:]

    package init() {}

    /// Merges the two files; where both say something, the credentials file counts.
    ///
    /// - Parameters:
    ///   - config: The text of the config file.
    ///   - credentials: The text of the credentials file.
    /// - Throws: ``AWSCredentialsError/Code/invalidConfiguration`` with file and line; nothing of it is quoted.
    package init(config: String, credentials: String) throws(AWSCredentialsError) {
        self = try ProfileParser.parse(config, kind: .config)
        let other = try ProfileParser.parse(credentials, kind: .credentials)
        for (name, properties) in other.profiles {
            self.profiles[name, default: [:]].merge(properties) { $1 }
        }
    }

    /// Reads both files; one that does not exist is empty.
    package init(_ environment: AWSEnvironment) async throws {
        let files = ConfigurationFiles(environment)
        let config = try await Self.text(files.config, environment)
        let credentials = try await Self.text(files.credentials, environment)
        try self.init(config: config, credentials: credentials)
    }

    private static func text(_ path: String?, _ environment: AWSEnvironment) async throws -> String {
        guard let path else { return "" }
        do {
            return try await environment.files.text(atPath: path) ?? ""
        } catch let error as CancellationError {
            throw error
        } catch {
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: "shared files",
                "\(path) exists but could not be read",
                cause: error
            )
        }
    }

    /// The lines that are nested below a property, as in `s3 =` followed by `  endpoint_url = …`.
    static func nested(_ value: String?) -> Properties {
        var properties: Properties = [:]
        for line in (value ?? "").utf8.split(separator: UInt8(ascii: "\n")) {
            let pair = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let name = Substring(pair[0]).trimmingASCIIWhitespace().lowercased()
            properties[name] = Substring(pair[1]).trimmingASCIIWhitespace()
        }
        return properties
    }
}

extension SharedConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The names of the profiles; values may be secret.
    package var description: String { "SharedConfiguration(profiles: \(self.profiles.keys.sorted()))" }

    package var debugDescription: String { self.description }

    package var customMirror: Mirror { Mirror(self, children: ["profiles": self.profiles.keys.sorted()]) }
}
