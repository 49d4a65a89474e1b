//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AWSSigning
public import AsyncHTTPClient
public import Logging

extension AWSCredentialsChain {
    /// The sources that the AWS SDKs look at, in their order, behind a cache.
    ///
    /// 1. The access key in the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    /// 2. A role for the token in a file, as on EKS: `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`.
    /// 3. The profile of the shared config and credentials files: `AWS_PROFILE`, else `default`; with `source_profile`,
    ///    `credential_source`, IAM Identity Center and, if allowed, `credential_process`.
    /// 4. The agent of ECS, or of EKS Pod Identity: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`.
    /// 5. The instance's role, from its metadata service.
    ///
    /// Nothing is read or asked before the first call of `credentials()`.
    ///
    /// - Parameters:
    ///   - profile: The profile; steps 1 and 2 are left out then. Nil for the one that the environment names.
    ///   - region: The region to ask STS in; nil for the one that the environment or the profile names.
    ///   - environment: Variables and files.
    ///   - allowsCommands: Whether `credential_process` may start a program; if not, a profile that needs one fails.
    ///   - httpClient: Sends the requests to AWS, for a proxy or trust roots of your own; it must not follow redirects,
    ///     and is not shut down. Addresses of the machine itself are never asked through it. Nil for one that all
    ///     chains share.
    ///   - logger: Is told of passing trouble.
    /// - Returns: A provider that keeps what it finds and refreshes it before it expires.
    public static func `default`(
        profile: String? = nil,
        region: String? = nil,
        environment: AWSEnvironment = .process(),
        allowsCommands: Bool = true,
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) -> CachedAWSCredentials {
        let context = CredentialsContext.live(
            environment: environment,
            allowsCommands: allowsCommands,
            httpClient: httpClient,
            logger: logger
        )
        let chain = Self(profile: profile, region: region, context: context)
        return CachedAWSCredentials(wrapping: chain, logger: logger)
    }

    /// Credentials as ``default(profile:region:environment:allowsCommands:httpClient:logger:)`` finds them, with where they
    /// came from; for people who want to know.
    package static func find(
        profile: String?,
        region: String?,
        allowsCommands: Bool,
        logger: Logger
    ) async throws -> (AWSCredentials, source: String) {
        let context = CredentialsContext.live(
            environment: .process(),
            allowsCommands: allowsCommands,
            httpClient: nil,
            logger: logger
        )
        return try await Self(profile: profile, region: region, context: context).credentialsAndSource()
    }

    /// The same chain without a cache, over a context of the caller's choice.
    package init(profile: String? = nil, region: String? = nil, context: CredentialsContext) {
        var providers: [any AWSCredentialsProvider] = []
        if profile == nil {
            providers.append(EnvironmentAWSCredentials(context.environment))
            providers.append(WebIdentityAWSCredentials(context, region: region))
        }
        providers.append(ProfileAWSCredentials(context, profile: profile, region: region))
        providers.append(ContainerAWSCredentials(context))
        providers.append(InstanceMetadataAWSCredentials(context, isLastResort: true))
        self.init(providers)
    }
}
