//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import CredentialExchange
internal import Groundwork

/// A signed request to AWS's token service, which Google sends to find out whose it is.
struct AWSSubjectToken: Sendable {
    private static let source = "external account (AWS)"

    let machine: CredentialMachine
    let source: GoogleCredentialFile.SubjectTokenSource.AWS
    let audience: String

    /// - Throws: ``CredentialsError``; `CancellationError`.
    func token() async throws -> String {
        var session: Session?
        let region = try await self.region(&session)
        let credentials = try await self.credentials(&session)
        return try Self.token(
            verificationURL: self.source.verificationURL.replacing("{region}", with: region),
            region: region,
            credentials: credentials,
            audience: self.audience,
            time: SigningTime(secondsSince1970: self.machine.now())
        )
    }

    /// The signed request as text.
    static func token(
        verificationURL: String,
        region: String,
        credentials: AWSCredentials,
        audience: String,
        time: SigningTime
    ) throws -> String {
        guard let url = ServiceURL(verificationURL), url.scheme == "https" else {
            throw CredentialsError(
                .invalidConfiguration,
                source: Self.source,
                "\"regional_cred_verification_url\" must be an https URL"
            )
        }
        let query = url.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        let items = query.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                String(decoding: PercentEncoding.decode($0), as: UTF8.self)
            }
            return SignableRequest.QueryItem(parts[0], parts.count > 1 ? parts[1] : "")
        }
        let request = SignableRequest(
            method: "POST",
            path: String(url.path),
            query: items,
            headers: [.init("host", url.authority), .init("x-goog-cloud-target-resource", audience)]
        )
        var signer = RequestSigner(credentials: credentials, addsContentHash: false)
        let signed = try signer.sign(
            request,
            scope: SigningScope(.sigV4(region: region), service: "sts", time: time)
        )
        let headers = (request.headers + signed.headers).map { header in
            JSONValue.object([
                .init(
                    key: "key",
                    value: .string(header.name == "Authorization" ? header.name : header.name.lowercased())
                ),
                .init(key: "value", value: .string(header.value)),
            ])
        }
        let json = JSONValue.object([
            .init(key: "headers", value: .array(headers)), .init(key: "method", value: .string("POST")),
            .init(key: "url", value: .string(verificationURL)),
        ])
        return PercentEncoding.path.encode(json.text)
    }

    /// A token of the instance's metadata service, or none because it knows none.
    private struct Session {
        var token: String?
    }

    private func region(_ session: inout Session?) async throws -> String {
        if let region = self.machine.value("AWS_REGION") ?? self.machine.value("AWS_DEFAULT_REGION") { return region }
        guard let url = self.source.regionURL else {
            throw CredentialsError(
                .invalidConfiguration,
                source: Self.source,
                "AWS_REGION is not set, and there is no region_url"
            )
        }
        // What it gives is a zone: the region and a letter.
        return String(try await self.metadata(url, field: "region_url", &session).trimmingSpace().dropLast())
    }

    private func credentials(_ session: inout Session?) async throws -> AWSCredentials {
        if let keyID = self.machine.value("AWS_ACCESS_KEY_ID"), let secret = self.machine.value("AWS_SECRET_ACCESS_KEY")
        {
            return AWSCredentials(
                accessKeyID: keyID,
                secretAccessKey: secret,
                sessionToken: self.machine.value("AWS_SESSION_TOKEN")
            )
        }
        guard let url = self.source.credentialsURL else {
            throw CredentialsError(
                .invalidConfiguration,
                source: Self.source,
                "AWS_ACCESS_KEY_ID is not set, and there is no url of a metadata service"
            )
        }
        let role = try await self.metadata(url, field: "url", &session).trimmingSpace()
        let text = try await self.metadata("\(url)/\(role)", field: "url", &session)
        let fields = try? JSONValue(parsing: text.utf8)
        guard let keyID = fields?["AccessKeyId"]?.string, let secret = fields?["SecretAccessKey"]?.string else {
            throw CredentialsError(.invalidResponse, source: Self.source, "the metadata service gave no access key")
        }
        return AWSCredentials(accessKeyID: keyID, secretAccessKey: secret, sessionToken: fields?["Token"]?.string)
    }

    private func metadata(_ address: String, field: String, _ session: inout Session?) async throws -> String {
        let url = try GoogleTrust.subjectURL(address, field: field, source: Self.source)
        let opened = try await self.opened(session)
        session = opened
        let headers = opened.token.map { [(name: "X-aws-ec2-metadata-token", value: $0)] } ?? []
        let response = try await self.machine.send(
            CredentialsRequest(url: url, headers: headers, timeout: .seconds(3)),
            source: Self.source,
            isLocal: true
        )
        guard response.status == 200 else {
            throw CredentialsError(
                OAuthToken.isPassing(response) ? .unavailable : .refused,
                source: Self.source,
                "the metadata service answered \(response.status) for \"\(field)\""
            )
        }
        return response.text
    }

    private func opened(_ session: Session?) async throws -> Session {
        if let session { return session }
        guard let address = self.source.sessionTokenURL else { return Session() }
        let url = try GoogleTrust.subjectURL(address, field: "imdsv2_session_token_url", source: Self.source)
        let response = try await self.machine.send(
            CredentialsRequest(
                method: "PUT",
                url: url,
                headers: [("X-aws-ec2-metadata-token-ttl-seconds", "300"), ("Content-Length", "0")],
                timeout: .seconds(3)
            ),
            source: Self.source,
            isLocal: true
        )
        guard response.status == 200 else {
            throw CredentialsError(.refused, source: Self.source, "no session with the metadata service")
        }
        return Session(token: response.text.trimmingSpace())
    }
}
