//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange

/// Asks an instance about itself, the way that is called IMDSv2: with a token that is fetched first.
struct InstanceMetadataClient {
    private static let source = "instance metadata"
    /// How long one request may take.
    private static let timeout = Duration.seconds(1)

    let context: CredentialsContext
    let endpoint: InstanceMetadataEndpoint

    /// A session with the service: its token, or nil where it has none (IMDSv1).
    struct Session {
        var token: Redacted?
    }

    /// Fetches a token that is good for six hours.
    ///
    /// Where no token is to be had, the older protocol without one is tried, unless it is disabled.
    func open() async throws -> Session {
        let request = CredentialsRequest(
            method: "PUT",
            url: self.endpoint.tokenURL,
            headers: [
                ("Host", self.endpoint.base.authority), ("x-aws-ec2-metadata-token-ttl-seconds", "21600"),
                ("Content-Length", "0"),
            ],
            timeout: Self.timeout
        )
        let response: CredentialsResponse
        do {
            response = try await self.send(request)
        } catch let error as AWSCredentialsError where error.code == .unavailable {
            guard self.endpoint.allowsVersion1 else {
                var error = error
                error.message +=
                    "; in a container, the instance's hop limit for metadata must be 2 or more for the token to arrive"
                throw error
            }
            return Session(token: nil)
        }
        switch response.status {
        case 200: return Session(token: Redacted(response.text.trimmingASCIIWhitespace()))
        case 403, 404, 405:
            guard !self.endpoint.allowsVersion1 else { return Session(token: nil) }
            throw AWSCredentialsError(
                response.status == 403 ? .refused : .notConfigured,
                source: Self.source,
                response.status == 403
                    ? "request forbidden: IMDS is disabled" : "the token request was answered \(response.status)"
            )
        default: throw Self.failure(response, "the token request")
        }
    }

    /// The text at a path; nil if there is nothing.
    ///
    /// - Parameters:
    ///   - path: The path below the address, with its leading slash.
    ///   - session: The session; a token that has expired is replaced, once.
    /// - Returns: The text as it came.
    /// - Throws: ``AWSCredentialsError``; `CancellationError`.
    func text(at path: String, session: inout Session) async throws -> String? {
        var response = try await self.get(path, session)
        if response.status == 401 {
            session = try await self.open()
            response = try await self.get(path, session)
        }
        switch response.status {
        case 200: return response.text
        case 404: return nil
        case 403:
            throw AWSCredentialsError(.refused, source: Self.source, "request forbidden: IMDS is disabled")
        default: throw Self.failure(response, path)
        }
    }

    private func get(_ path: String, _ session: Session) async throws -> CredentialsResponse {
        var headers = [(name: "Host", value: self.endpoint.base.authority)]
        if let token = session.token { headers.append((name: "x-aws-ec2-metadata-token", value: token.value)) }
        return try await self.send(
            CredentialsRequest(url: self.endpoint.base.appending(path), headers: headers, timeout: Self.timeout)
        )
    }

    private func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        try await self.context.send(
            source: Self.source,
            through: self.context.metadataTransport,
            patience: .init(attempts: 2, pause: .milliseconds(200), backsOff: false)
        ) { request }
    }

    private static func failure(_ response: CredentialsResponse, _ what: String) -> AWSCredentialsError {
        AWSCredentialsError(
            CredentialsContext.isPassing(response.status) ? .unavailable : .refused,
            source: Self.source,
            "\(what) was answered \(response.status)"
        )
    }
}
