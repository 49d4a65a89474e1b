//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AWSSigning
internal import CredentialExchange

/// The credentials of a container's role, from the agent of ECS or of EKS Pod Identity.
package struct ContainerAWSCredentials: AWSCredentialsProvider {
    private static let source = "container"

    private let context: CredentialsContext

    package init(_ context: CredentialsContext) { self.context = context }

    /// Asks the agent.
    ///
    /// Each attempt gets two seconds, and there are three, one second apart.
    package func credentials() async throws -> AWSCredentials {
        let endpoint = try ContainerEndpoint(self.context.environment)
        var headers = [(name: "Host", value: endpoint.url.authority), (name: "Accept", value: "application/json")]
        if let token = try await self.authorization(endpoint) {
            headers.append((name: "Authorization", value: token.value))
        }
        let request = CredentialsRequest(url: endpoint.url, headers: headers, timeout: .seconds(2))
        let transport = endpoint.url.scheme == "https" ? self.context.transport : self.context.metadataTransport
        let response = try await self.context.send(source: Self.source, through: transport, patience: .metadata) {
            request
        }
        guard response.status == 200 else {
            throw AWSCredentialsError(
                CredentialsContext.isPassing(response.status) ? .unavailable : .refused,
                source: Self.source,
                "the credentials endpoint answered \(response.status)"
            )
        }
        guard let credentials = MetadataCredentials.decode(response.body)?.credentials else {
            throw AWSCredentialsError(
                .invalidResponse,
                source: Self.source,
                "the credentials endpoint answered 200, but not with credentials"
            )
        }
        return credentials
    }

    private func authorization(_ endpoint: ContainerEndpoint) async throws -> Redacted? {
        let token: Redacted
        switch endpoint.authorization {
        case nil: return nil
        case .value(let value): token = value
        case .file(let path): token = try await self.context.token(inFile: path, source: Self.source)
        }
        // A line end would add header fields of somebody else's choice.
        guard token.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: Self.source,
                "the authorization token holds control characters"
            )
        }
        return token
    }
}
