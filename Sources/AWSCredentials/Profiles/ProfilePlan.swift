//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

/// How a profile leads to credentials: where to begin, and the roles to assume from there, in order.
package struct ProfilePlan: Sendable, Hashable {
    /// Where the first credentials come from.
    enum Base: Sendable, Hashable {
        case accessKey(AWSCredentials)
        case named(NamedSource)
        case webIdentity(WebIdentityRole)
        case sso(SSOSettings)
        /// A command for the shell.
        case process(Redacted)
    }

    /// A value of `credential_source`.
    enum NamedSource: String, Sendable, Hashable {
        case environment = "Environment"
        case container = "EcsContainer"
        case instanceMetadata = "Ec2InstanceMetadata"
    }

    var base: Base
    var roles: [AssumedRole]

    /// Follows a profile and its source profiles.
    ///
    /// - Parameters:
    ///   - name: The profile to begin with.
    ///   - isNamed: Whether somebody asked for it by name; only then must it exist.
    ///   - configuration: What the shared files say.
    /// - Throws: ``AWSCredentialsError``: `notConfigured` if the profile holds no credentials and none of its properties
    ///   asks for any, else `invalidConfiguration`.
    init(
        profile name: String,
        isNamed: Bool,
        in configuration: SharedConfiguration
    ) throws(AWSCredentialsError) {
        var visited: [String] = []
        var roles: [AssumedRole] = []
        var current = try Profile(first: name, isNamed: isNamed, in: configuration)
        while true {
            guard !visited.contains(current.name) else {
                throw current.error("profile formed an infinite loop: \(visited.joined(separator: ", "))")
            }
            visited.append(current.name)
            // Behind a source_profile, an access key ends the way, even where the profile names a role of its own.
            if visited.count > 1, let key = try current.accessKey() {
                self.base = .accessKey(key)
                break
            }
            let next = try current.sourceProfile()
            guard let next else {
                guard let base = try current.base() else {
                    throw current.missing(code: visited.count == 1 ? .notConfigured : .invalidConfiguration)
                }
                if case .webIdentity = base {} else if let role = try current.role() { roles.append(role) }
                self.base = base
                break
            }
            if let role = try current.role() { roles.append(role) }
            if next == current.name {
                guard let key = try current.accessKey() else { throw current.missing(code: .invalidConfiguration) }
                self.base = .accessKey(key)
                break
            }
            current = try Profile(next, referencedFrom: current.name, in: configuration)
        }
        self.roles = roles.reversed()
    }
}

/// A role to assume with credentials that are there already.
struct AssumedRole: Sendable, Hashable {
    var arn: String
    var sessionName: String?
    var externalID: String?
    /// How long the credentials shall be good, in seconds.
    var durationSeconds: Int?
}

/// A role to assume with a token in a file.
struct WebIdentityRole: Sendable, Hashable {
    var arn: String
    var tokenFile: String
    var sessionName: String?
}

/// Whom to ask for credentials of AWS IAM Identity Center.
struct SSOSettings: Sendable, Hashable {
    /// The name of the `sso-session` section; nil for the older form, all in the profile.
    var session: String?
    var startURL: String
    var region: String
    /// Nil, like the role, if the profile is good for a bearer token only.
    var accountID: String?
    var roleName: String?
}
