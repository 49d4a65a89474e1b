//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import CredentialExchange
internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP

/// What Azure Blob Storage has of its own: addresses, authorisation, and the meaning of its answers.
struct AzureService: StoreService {
    /// The version of the service: not the newest, for the sake of emulators and of clouds that come later.
    static let version = "2024-11-04"

    let endpoint: AzureEndpoint
    let grants: AzureGrants
    let now: @Sendable () -> Int64

    func credential() async throws -> AzureGrant {
        try await self.grants.grant()
    }

    func request(_ call: StoreCall, _ credential: AzureGrant) throws -> HTTPClientRequest {
        let path = self.endpoint.url.target + call.path
        var headers = call.headers
        headers.append(("x-ms-version", Self.version))
        headers.append(("x-ms-date", HTTPDate.text(secondsSince1970: self.now())))
        var query = call.encodedQuery
        switch credential {
        case .anonymous: break
        case .bearer(let token): headers.append(("Authorization", "Bearer \(token)"))
        case .sas(let token): query = query.isEmpty ? token : "\(query)&\(token)"
        case .sharedKey(let key):
            let text = key.stringToSign(
                method: call.method,
                path: path,
                query: call.query,
                headers: headers,
                contentLength: call.body.sizeInBytes
            )
            headers.append(("Authorization", key.authorization(for: text)))
        }
        let url = self.endpoint.url
        var request = HTTPClientRequest(
            url: "\(url.scheme)://\(url.authority)\(path)\(query.isEmpty ? "" : "?\(query)")"
        )
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        return request
    }

    func renew(_ credential: AzureGrant) async throws -> Bool {
        guard case .bearer(let token) = credential else { return false }
        self.grants.invalidate(token)
        guard case .bearer(let newer) = try await self.grants.grant() else { return false }
        return newer != token
    }

    func isResult(_ answer: StoreAnswer, of call: StoreCall) -> Bool {
        let code = Self.error(in: answer).code
        return switch answer.status {
        // Of a write on the condition that there is nothing: there is something.
        case 409: code == "BlobAlreadyExists"
        case 412: code == "ConditionNotMet"
        case 404: code == "BlobNotFound"
        default: true
        }
    }

    func meaning(of answer: StoreAnswer, to call: StoreCall) -> StoreMeaning {
        let error = Self.error(in: answer)
        var meaning = self.meaning(answer.status, error.code, call)
        meaning.code = error.code
        meaning.message = error.message
        meaning.requestID = answer.headers.first(name: "x-ms-request-id")
        meaning.retryAfter = Self.retryAfter(answer.headers)
        return meaning
    }

    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        for name in ["x-ms-retry-after-ms", "retry-after-ms"] {
            if let milliseconds = headers.first(name: name).flatMap({ Int64($0) }) {
                return .milliseconds(milliseconds)
            }
        }
        return headers.first(name: "Retry-After").flatMap { Int64($0) }.map { .seconds($0) }
    }

    private func meaning(_ status: Int, _ code: String?, _ call: StoreCall) -> StoreMeaning {
        switch code {
        case "Md5Mismatch", "Crc64Mismatch":
            var meaning = StoreMeaning(
                .permanent,
                .corrupted,
                advice: "The bytes arrived damaged; if it persists, look at proxies between here and the store"
            )
            meaning.isWorthOneMore = true
            return meaning
        case "BlobArchived", "BlobBeingRehydrated":
            return StoreMeaning(
                .permanent,
                .forbidden,
                advice:
                    "The blob is in the archive tier and cannot be read; rehydrate it, and keep lifecycle rules from "
                    + "archiving payloads that histories still refer to"
            )
        case "ContainerBeingDeleted": return StoreMeaning(.transient, .unavailable)
        case "ContainerDisabled", "ContainerNotFound", "ResourceNotFound", "AccountIsDisabled":
            return StoreMeaning(
                .permanent,
                .misconfigured,
                advice: "Check the names of account and container, and the endpoint if one is configured"
            )
        case "BlobNotFound":
            return StoreMeaning(
                .permanent,
                .notFound,
                advice: "The blob was never stored, or a lifecycle rule removed it: rules must keep blobs longer than "
                    + "the longest run plus the namespace's retention"
            )
        case "InvalidHeaderValue":
            return StoreMeaning(
                .permanent,
                .rejected,
                advice: "The service may not know version \(Self.version) of its interface"
            )
        case "LeaseIdMissing", "LeaseAlreadyPresent", "BlobImmutableDueToPolicy":
            return StoreMeaning(
                .permanent,
                .conflict,
                advice: "The blob is leased or immutable; nothing else may write it"
            )
        case "InvalidBlockList": return StoreMeaning(.permanent, .conflict)
        default: return self.meaning(status, code)
        }
    }

    private func meaning(_ status: Int, _ code: String?) -> StoreMeaning {
        switch status {
        case 401:
            var meaning = StoreMeaning(
                .permanent,
                .forbidden,
                advice:
                    "The credentials are not valid for this account; check where they come from, and the local clock"
            )
            meaning.isAboutCredentials = true
            return meaning
        case 403: return StoreMeaning(.permanent, .forbidden, advice: Self.advice(forbidden: code))
        case 404:
            return StoreMeaning(
                .transient,
                .unavailable,
                advice: "The answer is not one of Azure Blob Storage; look at the endpoint and the proxies before it"
            )
        case 408, 500, 502, 504: return StoreMeaning(.transient, .unavailable)
        case 429, 503:
            return StoreMeaning(
                .throttled,
                .throttled,
                advice: "The account limits the request rate; lower the number of concurrent requests or use several "
                    + "accounts"
            )
        case 409, 412: return StoreMeaning(.permanent, .conflict)
        case 413: return StoreMeaning(.permanent, .tooLarge)
        case 300..<400:
            return StoreMeaning(
                .permanent,
                .misconfigured,
                advice: "The endpoint redirects, which the store never does"
            )
        default: return StoreMeaning(.permanent, .rejected)
        }
    }

    private static func advice(forbidden code: String?) -> String {
        switch code {
        case "AuthenticationFailed":
            "Check the account's key, or the times and permissions of the shared access signature; the local clock; and "
                + "that no proxy changes the request"
        case "AuthorizationFailure", "AuthorizationSourceIPMismatch":
            "The network rules of the account do not let this address in"
        case "AuthorizationPermissionMismatch", "InsufficientAccountPermissions":
            "The identity needs the role Storage Blob Data Contributor, or a signature with the permissions c and r; a "
                + "new role takes some minutes"
        case "KeyBasedAuthenticationNotPermitted": "The account forbids shared keys; use an identity of Entra ID"
        default: "Check what the identity is allowed to do on the container"
        }
    }
}

extension AzureService {
    /// What an error says, as far as it says anything.
    struct ErrorDocument {
        var code: String?
        var message: String?
    }

    /// The error in an answer: its code stands in a header too, also where there is no body.
    static func error(in answer: StoreAnswer) -> ErrorDocument {
        var bytes = Array(answer.body.readableBytesView)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let document = XMLNode(parsing: bytes)
        let error = document?.name == "Error" ? document : nil
        return ErrorDocument(
            code: answer.headers.first(name: "x-ms-error-code") ?? error?["Code"]?.text,
            message: error?["Message"].map { OAuthToken.line($0.text) }
        )
    }
}
