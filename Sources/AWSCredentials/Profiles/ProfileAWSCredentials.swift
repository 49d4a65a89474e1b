//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AWSSigning

/// The credentials that a profile of the shared files leads to.
package struct ProfileAWSCredentials: AWSCredentialsProvider {
    private let context: CredentialsContext
    private let profile: String?
    private let region: String?
    private let instance: InstanceMetadataAWSCredentials

    /// Creates the source.
    ///
    /// - Parameters:
    ///   - context: What it works with.
    ///   - profile: The profile; nil for the one that the environment names, or `default`.
    ///   - region: The region to ask STS in; nil for the one that the environment or the profile names.
    package init(_ context: CredentialsContext, profile: String? = nil, region: String? = nil) {
        self.context = context
        self.profile = profile
        self.region = region
        self.instance = InstanceMetadataAWSCredentials(context)
    }

    /// Reads the files, takes the first credentials, and assumes the roles one after the other.
    package func credentials() async throws -> AWSCredentials {
        let (name, plan, settings) = try await self.plan()
        do {
            var credentials = try await self.first(plan.base, settings: settings)
            for role in plan.roles {
                let client = STSClient(context: self.context, settings: settings, source: "profile \(name)")
                credentials = try await client.assume(role, with: credentials)
            }
            return credentials
        } catch let error as AWSCredentialsError {
            throw error.asRequired()
        }
    }

    /// The bearer token that the profile leads to, for services that want one.
    ///
    /// - Throws: ``AWSCredentialsError``: `notConfigured` if the profile does not name IAM Identity Center.
    package func token() async throws -> SSOToken {
        let (name, plan, settings) = try await self.plan()
        guard case .sso(let sso) = plan.base else {
            throw AWSCredentialsError(.notConfigured, source: "profile \(name)", "the profile does not use SSO")
        }
        return try await SSOClient(context: self.context, settings: sso, services: settings).token()
    }

    private func plan() async throws -> (String, ProfilePlan, AWSServiceSettings) {
        let configuration = try await SharedConfiguration(self.context.environment)
        let named = self.profile ?? ConfigurationFiles(self.context.environment).profile
        let name = named ?? "default"
        let plan = try ProfilePlan(profile: name, isNamed: named != nil, in: configuration)
        let settings = try AWSServiceSettings(
            environment: self.context.environment,
            profile: configuration.profile(name) ?? [:],
            configuration: configuration,
            region: self.region
        )
        return (name, plan, settings)
    }

    private func first(_ base: ProfilePlan.Base, settings: AWSServiceSettings) async throws -> AWSCredentials {
        switch base {
        case .accessKey(let credentials): return credentials
        case .named(.environment): return try EnvironmentAWSCredentials.credentials(in: self.context.environment)
        case .named(.container): return try await ContainerAWSCredentials(self.context).credentials()
        case .named(.instanceMetadata): return try await self.instance.credentials()
        case .webIdentity(let role):
            return try await WebIdentityAWSCredentials.credentials(role, settings: settings, context: self.context)
        case .sso(let sso):
            return try await SSOClient(context: self.context, settings: sso, services: settings).credentials()
        case .process(let command):
            return try await ProcessCredentials(context: self.context, command: command).credentials()
        }
    }
}
