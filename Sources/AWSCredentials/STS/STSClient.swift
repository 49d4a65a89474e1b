//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import CredentialExchange
internal import Crypto
internal import Groundwork

/// Asks the AWS Security Token Service for the credentials of a role.
struct STSClient {
    let context: CredentialsContext
    let settings: AWSServiceSettings
    /// Who asks, for errors.
    let source: String

    /// Assumes a role with credentials that are there already.
    ///
    /// - Throws: ``AWSCredentialsError``; `CancellationError`.
    func assume(_ role: AssumedRole, with credentials: AWSCredentials) async throws -> AWSCredentials {
        let region = try self.settings.requiredRegion(source: self.source)
        let url = try self.settings.url(of: .sts, region: region, source: self.source)
        var form = [
            ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", role.arn),
            ("RoleSessionName", self.sessionName(role.sessionName)),
        ]
        if let seconds = role.durationSeconds { form.append(("DurationSeconds", String(seconds))) }
        if let externalID = role.externalID { form.append(("ExternalId", externalID)) }
        let body = Self.encode(form)
        var signer = RequestSigner(credentials: credentials, addsContentHash: false)
        let response = try await self.context.send(
            source: self.source,
            through: self.context.transport,
            isPassing: Self.isThrottling
        ) {
            let signable = SignableRequest(
                method: "POST",
                path: String(url.path),
                headers: [.init("Host", url.authority), .init("Content-Type", Self.contentType)],
                payloadHash: .sha256(SHA256.hash(data: body))
            )
            let time = SigningTime(secondsSince1970: self.context.now())
            let signed = try signer.sign(signable, scope: .init(.sigV4(region: region), service: "sts", time: time))
            let headers = (signable.headers + signed.headers).map { (name: $0.name, value: $0.value) }
            return CredentialsRequest(
                method: "POST",
                url: url,
                headers: headers,
                body: body,
                certificateBundle: self.settings.certificateBundle
            )
        }
        return try self.credentials(in: response, sent: credentials.sessionToken.map { [Redacted($0)] } ?? [])
    }

    /// Assumes a role with a token that somebody else has issued.
    ///
    /// The request is not signed. A token that is refused is sent again as well: the provider of identities may just
    /// have begun to use a new key.
    ///
    /// - Throws: ``AWSCredentialsError``; `CancellationError`.
    func assume(_ role: WebIdentityRole, token: Redacted) async throws -> AWSCredentials {
        let region = try self.settings.requiredRegion(source: self.source)
        let url = try self.settings.url(of: .sts, region: region, source: self.source)
        let body = Self.encode([
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role.arn),
            ("RoleSessionName", self.sessionName(role.sessionName)), ("WebIdentityToken", token.value),
        ])
        let response = try await self.context.send(
            source: self.source,
            through: self.context.transport,
            isPassing: Self.isThrottlingOrHiccup
        ) {
            CredentialsRequest(
                method: "POST",
                url: url,
                headers: [("Host", url.authority), ("Content-Type", Self.contentType)],
                body: body,
                certificateBundle: self.settings.certificateBundle
            )
        }
        return try self.credentials(in: response, sent: [token])
    }

    private static let contentType = "application/x-www-form-urlencoded"

    private static func isThrottling(_ response: CredentialsResponse) -> Bool {
        STSFailure(response)?.isThrottling ?? false
    }

    private static func isThrottlingOrHiccup(_ response: CredentialsResponse) -> Bool {
        guard let failure = STSFailure(response) else { return false }
        return failure.isThrottling || failure.isIdentityHiccup
    }

    private static func encode(_ form: [(String, String)]) -> [UInt8] {
        Array(form.map { "\($0)=\(URIEncoding.encode($1))" }.joined(separator: "&").utf8)
    }

    /// A name that shows in audit logs who asked.
    private func sessionName(_ given: String?) -> String {
        given ?? "temporal-external-storage-\(self.context.now())"
    }

    private func credentials(
        in response: CredentialsResponse,
        sent secrets: [Redacted]
    ) throws(AWSCredentialsError) -> AWSCredentials {
        guard response.status == 200 else {
            let failure = STSFailure(response)
            let isPassing = CredentialsContext.isPassing(response.status) || failure?.isThrottling == true
            throw AWSCredentialsError(
                isPassing ? .unavailable : .refused,
                source: self.source,
                "STS answered \(response.status) \(failure?.code ?? "without a code")"
                    + (failure?.message(without: secrets).map { ": \($0)" } ?? "")
            )
        }
        // What is looked for are leaves with names that are unique in the answer, whatever the call was.
        let answer = XMLNode(parsing: response.body)
        func value(_ name: String) -> String? { answer?.first(name)?.text.trimmingASCIIWhitespace() }
        guard let keyID = value("AccessKeyId"), let secret = value("SecretAccessKey"),
            let token = value("SessionToken"),
            let expiration = value("Expiration").flatMap({ SigningTime(expiration: $0) })
        else {
            throw AWSCredentialsError(
                .invalidResponse,
                source: self.source,
                "STS answered 200 without an access key, a session token and an expiration"
            )
        }
        return AWSCredentials(
            accessKeyID: keyID,
            secretAccessKey: secret,
            sessionToken: token,
            expiration: expiration.secondsSince1970
        )
    }
}
