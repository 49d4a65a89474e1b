//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Logging

/// Which region counts where the user names none.
public enum AWSRegion {
    /// Looks where the AWS SDKs look, in their order.
    ///
    /// `AWS_REGION`, `AWS_DEFAULT_REGION`, `region` in the profile, the metadata service of the instance.
    ///
    /// - Parameters:
    ///   - profile: The profile; nil for the one that the environment names, or `default`.
    ///   - environment: Variables and files.
    ///   - logger: Is told of passing trouble.
    /// - Returns: The name of a region, as it stands there.
    /// - Throws: ``AWSCredentialsError``: `notConfigured` if nothing names a region, `invalidConfiguration` for files
    ///   that cannot be read; `CancellationError`.
    public static func resolve(
        profile: String? = nil,
        environment: AWSEnvironment = .process(),
        logger: Logger = .current
    ) async throws -> String {
        try await self.resolve(
            profile: profile,
            context: .live(environment: environment, allowsCommands: false, httpClient: nil, logger: logger)
        )
    }

    package static func resolve(profile: String?, context: CredentialsContext) async throws -> String {
        let environment = context.environment
        if let region = self.region(environment: environment, profile: [:]) { return region }
        let configuration = try await SharedConfiguration(environment)
        let name = profile ?? ConfigurationFiles(environment).profile
        let properties = try configuration.profile(name ?? "default") ?? [:]
        if let region = self.region(environment: environment, profile: properties) { return region }
        do {
            let endpoint = try InstanceMetadataEndpoint(environment: environment, profile: properties)
            let client = InstanceMetadataClient(context: context, endpoint: endpoint)
            var session = try await client.open()
            let text = try await client.text(at: "/latest/meta-data/placement/region", session: &session)
            if let region = text?.trimmingASCIIWhitespace(), !region.isEmpty { return region }
        } catch let error as AWSCredentialsError where error.code != .invalidConfiguration {
            context.logger.debug("The instance metadata service names no region", metadata: ["error": "\(error)"])
        }
        throw AWSCredentialsError(
            .notConfigured,
            source: "region",
            "none was found; name one in code, in AWS_REGION, or as `region` in the profile"
        )
    }

    /// The region that the environment or the profile names.
    static func region(environment: AWSEnvironment, profile: SharedConfiguration.Properties) -> String? {
        if let region = environment.value("AWS_REGION") ?? environment.value("AWS_DEFAULT_REGION") { return region }
        guard let region = profile["region"], !region.isEmpty else { return nil }
        return region
    }
}
