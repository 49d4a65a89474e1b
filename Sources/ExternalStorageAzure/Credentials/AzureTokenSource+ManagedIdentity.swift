//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import Groundwork

extension AzureTokenSource {
    private static let source = "managed identity"
    private static let resource = "https://storage.azure.com/"

    /// A token of the machine's identity.
    ///
    /// - Parameters:
    ///   - clientID: Which identity; nil for the machine's own.
    ///   - isSearching: Whether it is not known that there is one: then it is looked for first, and not for long.
    /// - Returns: The token.
    /// - Throws: ``CredentialsError``; `CancellationError`.
    func managedIdentity(_ clientID: String?, isSearching: Bool) async throws -> Token {
        if let address = self.machine.value("IDENTITY_ENDPOINT") {
            if self.machine.value("IDENTITY_SERVER_THUMBPRINT") != nil { throw Self.unknown("Service Fabric") }
            if let secret = self.machine.value("IDENTITY_HEADER") {
                return try await self.appService(address, secret, clientID)
            }
            if self.machine.value("IMDS_ENDPOINT") != nil { throw Self.unknown("Azure Arc") }
        } else if self.machine.value("MSI_ENDPOINT") != nil {
            throw Self.unknown("Cloud Shell and Azure ML")
        }
        return try await self.instance(clientID, isSearching: isSearching)
    }

    private static func unknown(_ place: String) -> CredentialsError {
        CredentialsError(
            .invalidConfiguration,
            source: Self.source,
            "the identity service of \(place) is not known here; use a client secret or a workload identity"
        )
    }

    /// App Service, Functions, Container Apps.
    private func appService(_ address: String, _ secret: String, _ clientID: String?) async throws -> Token {
        guard var url = ServiceURL(address) else {
            throw CredentialsError(.invalidConfiguration, source: Self.source, "IDENTITY_ENDPOINT is no URL")
        }
        url.target += url.target.contains("?") ? "&" : "?"
        url.target += Self.query("2019-08-01", clientID)
        let response = try await self.machine.send(
            CredentialsRequest(url: url, headers: [("X-IDENTITY-HEADER", secret)]),
            source: Self.source,
            isLocal: true
        )
        return self.token(try OAuthToken.grant(response, source: Self.source))
    }

    private static func query(_ version: String, _ clientID: String?) -> String {
        var query = "api-version=\(version)&resource=\(PercentEncoding.unreserved.encode(Self.resource))"
        if let clientID { query += "&client_id=\(PercentEncoding.unreserved.encode(clientID))" }
        return query
    }

    /// The instance metadata service of virtual machines.
    private func instance(_ clientID: String?, isSearching: Bool) async throws -> Token {
        let host = self.machine.value("AZURE_POD_IDENTITY_AUTHORITY_HOST") ?? "http://169.254.169.254"
        guard
            let url = ServiceURL(host)?.appending(
                "/metadata/identity/oauth2/token?\(Self.query("2018-02-01", clientID))"
            )
        else {
            throw CredentialsError(
                .invalidConfiguration,
                source: Self.source,
                "AZURE_POD_IDENTITY_AUTHORITY_HOST is no URL"
            )
        }
        if isSearching { try await self.probe(url) }
        var response = try await self.ask(url, [.milliseconds(1600), .milliseconds(3200), .milliseconds(6400)])
        // The service is being updated, which takes more than a minute.
        if response.status == 410 { response = try await self.ask(url, [.seconds(20), .seconds(40)]) }
        guard response.status != 400 else {
            throw CredentialsError(
                .notConfigured,
                source: Self.source,
                "this machine has no identity\(clientID == nil ? "" : " of that client id")"
            )
        }
        return self.token(try OAuthToken.grant(response, source: Self.source))
    }

    private func ask(_ url: ServiceURL, _ pauses: [Duration]) async throws -> CredentialsResponse {
        try await self.machine.send(
            CredentialsRequest(url: url, headers: [("Metadata", "true")]),
            source: Self.source,
            isLocal: true,
            pauses: pauses
        ) { response in
            [404, 410, 429].contains(response.status) || response.status >= 500
        }
    }

    /// Finds out whether there is a service at all: any answer will do.
    private func probe(_ url: ServiceURL) async throws {
        let request = CredentialsRequest(url: url, timeout: .seconds(1))
        do {
            let response = try await self.machine.send(request, source: Self.source, isLocal: true, pauses: [])
            // What Docker Desktop says of the address.
            guard response.status != 403 || !response.text.contains("unreachable") else {
                throw CredentialsError(.unavailable, source: Self.source, "unreachable")
            }
        } catch {
            try Task.checkCancellation()
            throw CredentialsError(
                .notConfigured,
                source: "Azure credentials",
                "nothing found: neither AZURE_CLIENT_SECRET nor AZURE_FEDERATED_TOKEN_FILE is set, and no identity service "
                    + "of a machine answers",
                cause: error
            )
        }
    }
}
