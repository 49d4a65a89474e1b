//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import CredentialRefresh
internal import Groundwork

/// Exchanges what a credential file holds for a token.
struct GoogleTokenFlow: Sendable {
    typealias Token = ExpiringCredential<String>

    let machine: CredentialMachine
    let trust: GoogleTrust
    let options: GoogleCredentials.Options

    /// A new token.
    ///
    /// - Parameters:
    ///   - kind: The credentials.
    ///   - scope: What the token is for.
    /// - Returns: The token.
    /// - Throws: ``CredentialsError``; `CancellationError`.
    func token(_ kind: GoogleCredentialFile.Kind, scope: String) async throws -> Token {
        switch kind {
        case .serviceAccount(let account): return try await self.token(account, scope: scope)
        case .authorizedUser(let user): return try await self.token(user)
        case .externalAccount(let account): return try await self.token(account, scope: scope)
        case .impersonated(let impersonation, let source):
            let token = try await self.token(source, scope: GoogleGrant.platformScope)
            return try await self.impersonate(impersonation, with: token.value, scope: scope)
        }
    }

    private func token(_ account: GoogleCredentialFile.ServiceAccount, scope: String) async throws -> Token {
        let source = "service account"
        let url = try self.trust.url(account.tokenURL, field: "token_uri", source: source)
        let assertion = JWTAssertion(
            issuer: account.email,
            subject: self.options.delegatedUser,
            scope: scope,
            audience: account.tokenURL,
            issuedAt: self.machine.now()
        )
        let jwt = try assertion.signed(withKey: account.privateKey, keyID: account.keyID)
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", jwt)]
        return try await self.grant(at: url, form, source: source) { error, _ in
            error == "invalid_grant"
                ? "Check that the key has not been deleted, and the clock of this machine" : nil
        }
    }

    private func token(_ user: GoogleCredentialFile.AuthorizedUser) async throws -> Token {
        let source = "authorised user"
        let url = try self.trust.url(user.tokenURL, field: "token_uri", source: source)
        let form = [
            ("grant_type", "refresh_token"), ("client_id", user.clientID), ("client_secret", user.clientSecret),
            ("refresh_token", user.refreshToken),
        ]
        return try await self.grant(at: url, form, source: source) { error, fields in
            guard error == "invalid_grant" else { return nil }
            return fields["error_subtype"]?.string == "invalid_rapt"
                ? "The organisation asks for a new login: run \"gcloud auth application-default login\""
                : "Run \"gcloud auth application-default login\""
        }
    }

    private func token(_ account: GoogleCredentialFile.ExternalAccount, scope: String) async throws -> Token {
        let source = "external account"
        let url = try self.trust.url(account.tokenURL, field: "token_url", source: source)
        let subject = try await SubjectToken(
            machine: self.machine,
            allowsExecutables: self.options.allowsExecutables
                ?? (self.machine.value("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES") == "1"),
            account: account
        ).token()
        var form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("audience", account.audience),
            ("scope", account.impersonation == nil ? scope : GoogleGrant.platformScope),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"), ("subject_token", subject),
            ("subject_token_type", account.subjectTokenType),
        ]
        var headers: [(name: String, value: String)] = []
        if let clientID = account.clientID {
            let pair = "\(clientID):\(account.clientSecret ?? "")"
            headers.append(("Authorization", "Basic \(Base64.encode(pair.utf8))"))
        } else if let project = account.userProject {
            let options = JSONValue.object([.init(key: "userProject", value: .string(project))])
            form.append(("options", PercentEncoding.unreserved.encode(options.text)))
        }
        let token = try await self.grant(at: url, form, headers: headers, source: source)
        guard let impersonation = account.impersonation else { return token }
        return try await self.impersonate(impersonation, with: token.value, scope: scope)
    }

    /// A token of a service account that another token may act for.
    private func impersonate(
        _ impersonation: GoogleCredentialFile.Impersonation,
        with token: String,
        scope: String
    ) async throws -> Token {
        let source = "service account impersonation"
        let url = try self.trust.url(impersonation.url, field: "service_account_impersonation_url", source: source)
        let body = JSONValue.object([
            .init(key: "delegates", value: .array(impersonation.delegates.map { .string($0) })),
            .init(key: "scope", value: .array([.string(scope)])),
            .init(key: "lifetime", value: .string("\(impersonation.lifetimeInSeconds)s")),
        ])
        let response = try await self.machine.send(
            CredentialsRequest(
                method: "POST",
                url: url,
                headers: [("Content-Type", "application/json"), ("Authorization", "Bearer \(token)")],
                body: body.bytes
            ),
            source: source
        )
        guard response.status == 200 else {
            let message = (try? JSONValue(parsing: response.body))?["error"]?["message"]?.string
            throw CredentialsError(
                OAuthToken.isPassing(response) ? .unavailable : .refused,
                source: source,
                "answered \(response.status)\(message.map { ": \(OAuthToken.line($0))" } ?? ""). The identity needs "
                    + "roles/iam.serviceAccountTokenCreator on \(impersonation.email ?? "the service account")"
            )
        }
        let fields = try? JSONValue(parsing: response.body)
        guard let value = fields?["accessToken"]?.string, let text = fields?["expireTime"]?.string,
            let expiration = Timestamp.secondsSince1970(rfc3339: text)
        else { throw CredentialsError(.invalidResponse, source: source, "the answer holds no token with a time") }
        return Token(value, expiration: expiration)
    }

    /// Asks a token endpoint.
    private func grant(
        at url: ServiceURL,
        _ form: [(String, String)],
        headers: [(name: String, value: String)] = [],
        source: String,
        advice: (_ error: String, _ fields: JSONValue) -> String? = { _, _ in nil }
    ) async throws -> Token {
        let response = try await self.machine.send(
            .form(form, to: url, headers: headers),
            source: source,
            isPassing: OAuthToken.isPassing
        )
        let grant = try OAuthToken.grant(response, source: source, advice: advice)
        return Token(grant.token, expiration: grant.lifetime.map { self.machine.now() + $0 })
    }
}
