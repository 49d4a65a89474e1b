//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import CredentialExchange
internal import Groundwork
internal import Logging

/// Asks IAM Identity Center for credentials, with the token that `aws sso login` has left in a file.
struct SSOClient {
    private static let source = "SSO"
    /// A token is refreshed this many seconds before it expires.
    private static let margin: Int64 = 300

    let context: CredentialsContext
    let settings: SSOSettings
    let services: AWSServiceSettings

    /// The credentials of the account and role that the profile names.
    func credentials() async throws -> AWSCredentials {
        guard let account = self.settings.accountID, let role = self.settings.roleName else {
            throw Self.error(
                .invalidConfiguration,
                "selected profile will resolve an access token instead of credentials; add `sso_account_id` and "
                    + "`sso_role_name`"
            )
        }
        let token = try await self.token()
        let base = try self.services.url(of: .sso, region: self.settings.region, source: Self.source)
        let query = "account_id=\(URIEncoding.encode(account))&role_name=\(URIEncoding.encode(role))"
        let request = CredentialsRequest(
            url: base.appending("/federation/credentials?\(query)"),
            headers: [("Host", base.authority), ("x-amz-sso_bearer_token", token.value)],
            certificateBundle: self.services.certificateBundle
        )
        let response = try await self.context.send(source: Self.source, through: self.context.transport) { request }
        switch response.status {
        case 200: break
        case 401: throw Self.error(.refused, "the session has expired; run aws sso login")
        default:
            throw Self.error(
                CredentialsContext.isPassing(response.status) ? .unavailable : .refused,
                "an error occurred while loading credentials: the portal answered \(response.status)"
            )
        }
        guard let credentials = Self.credentials(in: response.body) else {
            throw Self.error(.invalidResponse, "the portal answered 200, but not with credentials")
        }
        return credentials
    }

    /// The token in the file, refreshed if it has expired and can be.
    func token() async throws -> SSOToken {
        let path = try self.path()
        var file = try await self.read(path)
        let now = self.context.now()
        let isFresh = file.expiration.map { $0 - Self.margin > now } ?? false
        if !isFresh, let request = try self.refreshRequest(file, now: now) {
            do {
                try await self.refresh(&file, request: request, path: path, now: now)
            } catch let error as AWSCredentialsError where file.expiration.map({ $0 > now }) ?? false {
                self.context.logger.warning(
                    "The SSO token could not be refreshed; it is still good and stays in use",
                    metadata: ["error": "\(error)"]
                )
            }
        }
        guard let token = file.accessToken, let expiration = file.expiration, expiration > now else {
            throw Self.error(.refused, "the token in \(path) has expired; run aws sso login")
        }
        return SSOToken(secret: token, expiration: expiration)
    }

    private func path() throws(AWSCredentialsError) -> String {
        let name = SSOTokenFile.name(for: self.settings)
        let home = self.context.environment.value("HOME")
        guard let path = ConfigurationFiles.expand("~/.aws/sso/cache/\(name)", home: home) else {
            throw Self.error(.invalidConfiguration, "HOME is not set, so there is no token to be found")
        }
        return path
    }

    private func read(_ path: String) async throws -> SSOTokenFile {
        let bytes: [UInt8]?
        do {
            bytes = try await self.context.environment.files.contents(atPath: path)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw AWSCredentialsError(.unavailable, source: Self.source, "failed to read `\(path)`", cause: error)
        }
        guard let bytes else {
            throw Self.error(.refused, "failed to read `\(path)`: there is no such file; run aws sso login")
        }
        guard let file = SSOTokenFile(bytes) else {
            throw Self.error(.invalidResponse, "`\(path)` is not a JSON object; run aws sso login")
        }
        return file
    }

    /// Nil if the token cannot be refreshed: the older form of the configuration, or a registration that has expired.
    private func refreshRequest(_ file: SSOTokenFile, now: Int64) throws -> CredentialsRequest? {
        guard self.settings.session != nil, let refreshToken = file.refreshToken, let clientID = file.clientID,
            let clientSecret = file.clientSecret, file.registrationExpiration.map({ $0 > now }) ?? true
        else { return nil }
        let url = try self.services.url(of: .ssoOIDC, region: self.settings.region, source: Self.source)
        let body = JSONValue.object([
            .init(key: "clientId", value: .string(clientID.value)),
            .init(key: "clientSecret", value: .string(clientSecret.value)),
            .init(key: "grantType", value: .string("refresh_token")),
            .init(key: "refreshToken", value: .string(refreshToken.value)),
        ])
        return CredentialsRequest(
            method: "POST",
            url: url.appending("/token"),
            headers: [("Host", url.authority), ("Content-Type", "application/json")],
            body: body.bytes,
            certificateBundle: self.services.certificateBundle
        )
    }

    private func refresh(
        _ file: inout SSOTokenFile,
        request: CredentialsRequest,
        path: String,
        now: Int64
    ) async throws {
        let response = try await self.context.send(source: Self.source, through: self.context.transport) { request }
        guard response.status == 200 else {
            // A token that is still good for some minutes is used; an expired one is reported by the caller.
            self.context.logger.debug(
                "The SSO token could not be refreshed",
                metadata: ["http.status": "\(response.status)"]
            )
            return
        }
        guard let answer = try? JSONValue(parsing: response.body),
            let token = answer["accessToken"]?.string, let seconds = answer["expiresIn"]?.integer
        else { throw Self.error(.invalidResponse, "the token service answered 200, but not with a token") }
        file.refresh(
            accessToken: Redacted(token),
            refreshToken: answer["refreshToken"]?.string.map(Redacted.init),
            expiration: SigningTime(secondsSince1970: now).advanced(bySeconds: seconds)
        )
        do {
            try await self.context.environment.files.replace(atPath: path, with: file.encoded)
        } catch let error as CancellationError {
            throw error
        } catch {
            // The new token works all the same, for this process.
            self.context.logger.warning(
                "The refreshed SSO token could not be written",
                metadata: ["path": "\(path)", "error": "\(error)"]
            )
        }
    }

    private static func credentials(in body: [UInt8]) -> AWSCredentials? {
        guard let answer = try? JSONValue(parsing: body), let members = answer["roleCredentials"],
            let keyID = members["accessKeyId"]?.string,
            let secret = members["secretAccessKey"]?.string, let token = members["sessionToken"]?.string,
            let milliseconds = members["expiration"]?.integer
        else { return nil }
        return AWSCredentials(
            accessKeyID: keyID,
            secretAccessKey: secret,
            sessionToken: token,
            expiration: milliseconds / 1_000
        )
    }

    private static func error(_ code: AWSCredentialsError.Code, _ message: String) -> AWSCredentialsError {
        AWSCredentialsError(code, source: Self.source, message)
    }
}
