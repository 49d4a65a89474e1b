//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Where the shared files lie and which profile counts.
package struct ConfigurationFiles: Sendable, Hashable {
    /// The path of the config file; nil if there is no home folder to look in.
    package var config: String?
    /// The path of the credentials file; nil if there is no home folder to look in.
    package var credentials: String?
    /// The profile that the environment names; nil if it names none.
    package var profile: String?

    /// Reads the variables that say so.
    ///
    /// A leading `~/` stands for `HOME`. On Linux and macOS nothing else names the home folder.
    package init(_ environment: AWSEnvironment) {
        let home = environment.value("HOME")
        self.config = Self.path(environment.value("AWS_CONFIG_FILE"), home: home, fallback: "config")
        self.credentials = Self.path(
            environment.value("AWS_SHARED_CREDENTIALS_FILE"),
            home: home,
            fallback: "credentials"
        )
        self.profile = environment.value("AWS_PROFILE") ?? environment.value("AWS_DEFAULT_PROFILE")
    }

    /// The path with a leading `~` replaced by the home folder.
    static func expand(_ path: String, home: String?) -> String? {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        guard let home else { return nil }
        return home + path.dropFirst()
    }

    private static func path(_ given: String?, home: String?, fallback: String) -> String? {
        Self.expand(given ?? "~/.aws/\(fallback)", home: home)
    }
}
