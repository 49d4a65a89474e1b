//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import CredentialRefresh
internal import Groundwork

/// Gets tokens of Entra ID.
struct AzureTokenSource: Sendable {
    typealias Token = ExpiringCredential<String>

    private static let scope = "https://storage.azure.com/.default"

    let machine: CredentialMachine

    /// A new token for storage.
    ///
    /// - Throws: ``CredentialsError``; what a source of the user's own throws; `CancellationError`.
    func token(_ base: AzureCredentials.Base) async throws -> Token {
        switch base {
        case .anonymous, .sharedKey, .sas:
            throw CredentialsError(.invalidConfiguration, source: "Azure", "these credentials have no tokens")
        case .environment:
            let found = try self.found()
            guard case .managedIdentity(let client) = found.base else { return try await self.token(found.base) }
            return try await self.managedIdentity(client, isSearching: !found.isNamed)
        case .clientSecret(let tenant, let client, let secret):
            return try await self.clientSecret(tenant, client, secret)
        case .workloadIdentity(let tenant, let client, let file):
            return try await self.workloadIdentity(tenant, client, file)
        case .managedIdentity(let client): return try await self.managedIdentity(client, isSearching: false)
        case .custom(let fetch):
            let token = try await fetch()
            return Token(token.value, expiration: token.expiration)
        }
    }

    /// The search of Azure's libraries, without the tools of developers.
    ///
    /// - Returns: What the environment configures, and whether it is named there: then it has to be there.
    /// - Throws: ``CredentialsError``.
    func found() throws(CredentialsError) -> (base: AzureCredentials.Base, isNamed: Bool) {
        let wanted = self.machine.value("AZURE_TOKEN_CREDENTIALS")?.lowercased()
        let names = ["environmentcredential", "workloadidentitycredential", "managedidentitycredential"]
        if let wanted, wanted != "prod", !names.contains(wanted) {
            throw CredentialsError(
                .invalidConfiguration,
                source: "AZURE_TOKEN_CREDENTIALS",
                "\"\(OAuthToken.line(wanted))\" is not known here; prod, EnvironmentCredential, "
                    + "WorkloadIdentityCredential and ManagedIdentityCredential are"
            )
        }
        func may(_ name: String) -> Bool { wanted == nil || wanted == "prod" || wanted == name }
        let (tenant, client) = (self.machine.value("AZURE_TENANT_ID"), self.machine.value("AZURE_CLIENT_ID"))
        if may(names[0]), let tenant, let client {
            if let secret = self.machine.value("AZURE_CLIENT_SECRET") {
                return (.clientSecret(tenantID: tenant, clientID: client, clientSecret: secret), wanted == names[0])
            }
            guard self.machine.value("AZURE_CLIENT_CERTIFICATE_PATH") == nil else {
                throw CredentialsError(
                    .invalidConfiguration,
                    source: "AZURE_CLIENT_CERTIFICATE_PATH",
                    "certificates of clients are not known here; use a secret, a workload identity or a managed identity"
                )
            }
        }
        if may(names[1]), self.tokenFile != nil {
            return (.workloadIdentity(tenantID: nil, clientID: nil, tokenFile: nil), wanted == names[1])
        }
        if may(names[2]) { return (.managedIdentity(clientID: client), wanted == names[2]) }
        throw CredentialsError(
            .notConfigured,
            source: "Azure credentials",
            "AZURE_TOKEN_CREDENTIALS asks for \(wanted ?? "one") whose variables are not set"
        )
    }

    /// What credentials are, in words; nothing secret.
    func words(for base: AzureCredentials.Base) throws(CredentialsError) -> String {
        switch base {
        case .anonymous: return "none: requests are anonymous"
        case .sharedKey: return "the key of the account"
        case .sas: return "a shared access signature"
        case .environment: return try self.words(for: self.found().base)
        case .clientSecret(let tenant, let client, _): return "application \(client) of \(tenant), by its secret"
        case .workloadIdentity(_, let client, let file):
            let values = [client ?? self.machine.value("AZURE_CLIENT_ID"), file ?? self.tokenFile].compactMap(\.self)
            return "workload identity \(values.joined(separator: ", "))"
        case .managedIdentity(let client):
            let kind = self.machine.value("IDENTITY_ENDPOINT") == nil ? "this machine" : "this service"
            return "managed identity of \(kind)\(client.map { ", \($0)" } ?? "")"
        case .custom: return "tokens of the program's own"
        }
    }

    private var tokenFile: String? { self.machine.value("AZURE_FEDERATED_TOKEN_FILE") }

    private func clientSecret(_ tenant: String, _ client: String, _ secret: String) async throws -> Token {
        try await self.entra(tenant, client, [("client_secret", secret)], source: "client secret")
    }

    private func workloadIdentity(_ tenant: String?, _ client: String?, _ file: String?) async throws -> Token {
        let source = "workload identity"
        func required(_ value: String?, _ name: String) throws -> String {
            guard let value = value ?? self.machine.value(name) else {
                throw CredentialsError(.invalidConfiguration, source: source, "\(name) is not set")
            }
            return value
        }
        let path = try required(file, "AZURE_FEDERATED_TOKEN_FILE")
        let (tenant, client) = try (required(tenant, "AZURE_TENANT_ID"), required(client, "AZURE_CLIENT_ID"))
        var isFirst = true
        while true {
            let assertion = try await self.machine.text(of: path, source: source).trimmingSpace()
            guard !assertion.isEmpty else {
                throw CredentialsError(.unavailable, source: source, "\(path) is empty")
            }
            let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            let proof = [("client_assertion_type", type), ("client_assertion", assertion)]
            do {
                return try await self.entra(tenant, client, proof, source: source)
            } catch let error as CredentialsError where isFirst && error.message.contains("AADSTS700024") {
                // The assertion has expired: the file may have been replaced just now.
                isFirst = false
            }
        }
    }

    /// Asks Entra ID for an application's token.
    private func entra(
        _ tenant: String,
        _ client: String,
        _ proof: [(String, String)],
        source: String
    ) async throws -> Token {
        let host = self.machine.value("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com"
        let tenant = PercentEncoding.unreserved.encode(tenant)
        let base = ServiceURL(host.contains("://") ? host : "https://\(host)")
        guard let url = base?.appending("/\(tenant)/oauth2/v2.0/token"), url.scheme == "https" || url.isLoopback else {
            throw CredentialsError(.invalidConfiguration, source: source, "AZURE_AUTHORITY_HOST must be https")
        }
        let form = [("client_id", client), ("grant_type", "client_credentials"), ("scope", Self.scope)] + proof
        let response = try await self.machine.send(
            .form(form, to: url),
            source: source,
            isPassing: OAuthToken.isPassing
        )
        let grant = try OAuthToken.grant(response, source: source) { error, fields in
            Self.advice(error, codes: fields["error_codes"]?.elements?.compactMap(\.integer) ?? [])
        }
        return self.token(grant)
    }

    private static func advice(_ error: String, codes: [Int64]) -> String? {
        if codes.contains(7_000_215) || codes.contains(7_000_222) { return "Check the secret of the application" }
        if codes.contains(90_002) { return "Check AZURE_TENANT_ID" }
        if codes.contains(700_016) { return "Check AZURE_CLIENT_ID, and that the application is in this directory" }
        if codes.contains(70_021) || codes.contains(700_213) {
            return
                "The application trusts no issuer and subject like those of the token: check its federated credentials"
        }
        return error == "invalid_client" ? "Check the application's credentials" : nil
    }

    func token(_ grant: OAuthToken.Grant) -> Token {
        let now = self.machine.now()
        let expiration = grant.expiresOn ?? grant.lifetime.map { now + $0 }
        let lifetime = expiration.map { $0 - now } ?? 0
        // Tokens that live long are replaced at half their life, as Azure's libraries do.
        let refresh = grant.refreshIn ?? (lifetime >= 7_200 ? lifetime / 2 : nil)
        return Token(grant.token, expiration: expiration, refresh: refresh.map { now + $0 })
    }
}
