//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange

/// Where a container asks for its credentials, and what it shows there.
struct ContainerEndpoint: Sendable, Hashable {
    /// Where the value of `Authorization` comes from.
    enum Authorization: Sendable, Hashable {
        /// A file that is read for every request.
        case file(String)
        case value(Redacted)
    }

    var url: ServiceURL
    var authorization: Authorization?

    private static let source = "container"
    /// Hosts that may be asked without TLS, besides this machine itself: the agents of ECS and EKS.
    private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]

    /// Reads the variables; the relative address wins over the full one.
    ///
    /// - Throws: ``AWSCredentialsError``: `notConfigured` if no address is set; `invalidConfiguration` for one that is
    ///   not an address, and for an unencrypted one that leaves the machine.
    init(_ environment: AWSEnvironment) throws(AWSCredentialsError) {
        self.url = try Self.url(environment)
        if let file = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            self.authorization = .file(file)
        } else if let value = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
            self.authorization = .value(Redacted(value))
        }
    }

    private static func url(_ environment: AWSEnvironment) throws(AWSCredentialsError) -> ServiceURL {
        if let relative = environment.value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard relative.hasPrefix("/"), let url = ServiceURL("http://169.254.170.2" + relative) else {
                throw Self.invalid("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with a slash")
            }
            return url
        }
        guard let full = environment.value("AWS_CONTAINER_CREDENTIALS_FULL_URI") else {
            throw AWSCredentialsError(
                .notConfigured,
                source: Self.source,
                "No environment variables were set to configure ECS provider"
            )
        }
        guard let url = ServiceURL(full) else {
            throw Self.invalid(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is no http or https URL: "
                    + (full.hasPrefix("/") ? "URI did not specify a host" : "it cannot be read")
            )
        }
        guard url.scheme == "https" || url.isLoopback || Self.agents.contains(url.host) else {
            throw Self.invalid(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must use https, or name this machine or the agent of ECS or EKS"
            )
        }
        return url
    }

    private static func invalid(_ message: String) -> AWSCredentialsError {
        AWSCredentialsError(.invalidConfiguration, source: Self.source, message)
    }
}
