//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AWSSigning

/// The credentials of a role that a token in a file gives the right to assume, as in a pod of EKS.
package struct WebIdentityAWSCredentials: AWSCredentialsProvider {
    private let context: CredentialsContext
    private let region: String?

    package init(_ context: CredentialsContext, region: String? = nil) {
        self.context = context
        self.region = region
    }

    /// Reads `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and `AWS_ROLE_SESSION_NAME`, and asks STS.
    ///
    /// The token file is read anew each time: whoever issues the tokens replaces it.
    package func credentials() async throws -> AWSCredentials {
        let role = try Self.role(in: self.context.environment)
        let configuration = try await SharedConfiguration(self.context.environment)
        let profile = ConfigurationFiles(self.context.environment).profile ?? "default"
        let settings = try AWSServiceSettings(
            environment: self.context.environment,
            profile: configuration.profile(profile) ?? [:],
            configuration: configuration,
            region: self.region
        )
        return try await Self.credentials(role, settings: settings, context: self.context)
    }

    static func role(in environment: AWSEnvironment) throws(AWSCredentialsError) -> WebIdentityRole {
        guard let file = environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") else {
            throw AWSCredentialsError(
                .notConfigured,
                source: "web identity",
                "AWS_WEB_IDENTITY_TOKEN_FILE is not set"
            )
        }
        guard let arn = environment.value("AWS_ROLE_ARN") else {
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: "web identity",
                "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not"
            )
        }
        return WebIdentityRole(arn: arn, tokenFile: file, sessionName: environment.value("AWS_ROLE_SESSION_NAME"))
    }

    static func credentials(
        _ role: WebIdentityRole,
        settings: AWSServiceSettings,
        context: CredentialsContext
    ) async throws -> AWSCredentials {
        let token = try await context.token(inFile: role.tokenFile, source: "web identity")
        let client = STSClient(context: context, settings: settings, source: "web identity")
        return try await client.assume(role, token: token)
    }
}

extension CredentialsContext {
    /// A token that stands in a file.
    func token(inFile path: String, source: String) async throws -> Redacted {
        let text: String?
        do {
            text = try await self.environment.files.text(atPath: path)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw AWSCredentialsError(.unavailable, source: source, "\(path) could not be read", cause: error)
        }
        guard let text else {
            throw AWSCredentialsError(.invalidConfiguration, source: source, "\(path): there is no such file")
        }
        let token = text.trimmingASCIIWhitespace()
        guard !token.isEmpty else {
            throw AWSCredentialsError(.unavailable, source: source, "\(path) is empty")
        }
        return Redacted(token)
    }
}
