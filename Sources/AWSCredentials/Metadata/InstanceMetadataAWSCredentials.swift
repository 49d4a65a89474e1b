//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AWSSigning
internal import Logging
internal import Synchronization

/// The credentials of an instance's role.
///
/// While the service cannot give new ones, the last ones stay in use beyond their expiration: AWS accepts them as long
/// as the service is in trouble ("static stability").
package final class InstanceMetadataAWSCredentials: AWSCredentialsProvider {
    private static let source = "instance metadata"

    private let context: CredentialsContext
    private let isLastResort: Bool
    private let last = Mutex<AWSCredentials?>(nil)

    /// Creates the source.
    ///
    /// - Parameters:
    ///   - context: What it works with.
    ///   - isLastResort: Whether nobody has asked for it: then a machine where nothing answers is one without a role, and
    ///     not a service in trouble.
    package init(_ context: CredentialsContext, isLastResort: Bool = false) {
        self.context = context
        self.isLastResort = isLastResort
    }

    /// Fetches a token, the role's name and its credentials.
    package func credentials() async throws -> AWSCredentials {
        let credentials: AWSCredentials
        do {
            credentials = try await self.fetch()
        } catch let error as AWSCredentialsError where error.code == .unavailable {
            if let last = self.last.withLock({ $0 }) { return self.extended(last) }
            guard self.isLastResort, error.cause != nil else { throw error }
            var absent = error
            absent.code = .notConfigured
            throw absent
        }
        self.last.withLock { $0 = credentials }
        return self.extended(credentials)
    }

    private func fetch() async throws -> AWSCredentials {
        let configuration = try await SharedConfiguration(self.context.environment)
        let profile = ConfigurationFiles(self.context.environment).profile ?? "default"
        let endpoint = try InstanceMetadataEndpoint(
            environment: self.context.environment,
            profile: configuration.profile(profile) ?? [:]
        )
        let client = InstanceMetadataClient(context: self.context, endpoint: endpoint)
        let path = "/latest/meta-data/iam/security-credentials/"
        var session = try await client.open()
        let names = try await client.text(at: path, session: &session) ?? ""
        guard let role = names.split(whereSeparator: \.isNewline).first?.trimmingASCIIWhitespace(), !role.isEmpty else {
            throw AWSCredentialsError(
                .notConfigured,
                source: Self.source,
                "the instance has no role; attach an instance profile"
            )
        }
        guard let answer = try await client.text(at: path + URIEncoding.encode(role), session: &session),
            let decoded = MetadataCredentials.decode(Array(answer.utf8))
        else {
            throw AWSCredentialsError(.invalidResponse, source: Self.source, "the answer for the role is not JSON")
        }
        if let code = decoded.code, code != "Success" {
            throw AWSCredentialsError(.refused, source: Self.source, "the answer for the role has code \(code)")
        }
        guard let credentials = decoded.credentials else {
            throw AWSCredentialsError(.invalidResponse, source: Self.source, "the answer for the role is incomplete")
        }
        return credentials
    }

    /// The same credentials, to be asked about again in 5 to 15 minutes if they have expired already.
    private func extended(_ credentials: AWSCredentials) -> AWSCredentials {
        let now = self.context.now()
        guard let expiration = credentials.expiration, expiration <= now else { return credentials }
        var credentials = credentials
        credentials.expiration = now + 300 + Int64(600 * self.context.random())
        self.context.logger.warning(
            "Using expired AWS credentials, since the instance metadata service has no new ones",
            metadata: ["aws.credentials.expired-for-seconds": "\(now - expiration)"]
        )
        return credentials
    }
}
