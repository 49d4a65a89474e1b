//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What the shared config and credentials files say, merged.
///
/// A line that cannot be read spoils its own section: only who asks for that section sees the error.
package struct SharedConfiguration: Sendable, Hashable {
    /// The properties of a section by name; names are in lower case.
    package typealias Properties = [String: String]

    /// What is wrong in a section.
    struct Problem: Sendable, Hashable {
        var source: String
        var message: String

        var error: AWSCredentialsError {
            AWSCredentialsError(.invalidConfiguration, source: self.source, self.message)
        }
    }

    /// Sections of one kind.
    struct Sections: Sendable, Hashable {
        /// Those with a name of the grammar.
        var regular: [String: Properties] = [:]
        /// Those with another name, such as one with a blank in it, which tools of AWS write and read all the same: they
        /// are there for who asks for them by name.
        var irregular: [String: Properties] = [:]
        var problems: [String: Problem] = [:]

        func properties(_ name: String) throws(AWSCredentialsError) -> Properties? {
            if let problem = self.problems[name] { throw problem.error }
            return self.regular[name] ?? self.irregular[name]
        }

        /// Adds what another file says, which counts where both say something.
        mutating func merge(_ other: Self) {
            self.regular.merge(other.regular) { $0.merging($1) { $1 } }
            self.irregular.merge(other.irregular) { $0.merging($1) { $1 } }
            self.problems.merge(other.problems) { first, _ in first }
        }
    }

    var profileSections = Sections()
    var ssoSessionSections = Sections()
    var servicesSections = Sections()

    package init() {}

    /// Merges the two files; where both say something, the credentials file counts.
    ///
    /// - Parameters:
    ///   - config: The text of the config file.
    ///   - credentials: The text of the credentials file.
    /// - Throws: ``AWSCredentialsError/Code/invalidConfiguration`` with file and line for text before the first section;
    ///   nothing of it is quoted.
    package init(config: String, credentials: String) throws(AWSCredentialsError) {
        self = try ProfileParser.parse(config, kind: .config)
        let other = try ProfileParser.parse(credentials, kind: .credentials)
        self.profileSections.merge(other.profileSections)
    }

    /// Reads both files; one that does not exist is empty.
    package init(_ environment: AWSEnvironment) async throws {
        let files = ConfigurationFiles(environment)
        let config = try await Self.text(files.config, environment)
        let credentials = try await Self.text(files.credentials, environment)
        try self.init(config: config, credentials: credentials)
    }

    /// The names of the profiles.
    var profileNames: [String] {
        (Array(self.profileSections.regular.keys) + self.profileSections.irregular.keys).sorted()
    }

    /// What a profile says; nil if there is none of that name.
    ///
    /// - Throws: ``AWSCredentialsError/Code/invalidConfiguration`` with file and line if its section cannot be read.
    func profile(_ name: String) throws(AWSCredentialsError) -> Properties? {
        try self.profileSections.properties(name)
    }

    /// What an `sso-session` section says; see ``profile(_:)``.
    func ssoSession(_ name: String) throws(AWSCredentialsError) -> Properties? {
        try self.ssoSessionSections.properties(name)
    }

    /// What a `services` section says; see ``profile(_:)``.
    ///
    /// - Throws: Also if there is none of that name: whoever refers to it means it.
    func services(_ name: String) throws(AWSCredentialsError) -> Properties {
        guard let properties = try self.servicesSections.properties(name) else {
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: "shared config file",
                "a profile names the services section `\(name)`, which does not exist"
            )
        }
        return properties
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
    package var description: String { "SharedConfiguration(profiles: \(self.profileNames))" }

    package var debugDescription: String { self.description }

    package var customMirror: Mirror { Mirror(self, children: ["profiles": self.profileNames]) }
}
