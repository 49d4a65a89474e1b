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

/// What Google Cloud Storage has of its own: addresses, tokens, and the meaning of its answers.
struct GCSService: StoreService {
    let endpoint: GCSEndpoint
    let credentials: GoogleGrants

    func credential() async throws -> GoogleGrant {
        try await self.credentials.grant()
    }

    func request(_ call: StoreCall, _ credential: GoogleGrant) throws -> HTTPClientRequest {
        let url = self.endpoint.url(call.target, universe: credential.universeDomain)
        var request = HTTPClientRequest(url: url)
        for header in call.headers { request.headers.add(name: header.name, value: header.value) }
        if let token = credential.token {
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
            if let project = credential.quotaProject {
                request.headers.add(name: "x-goog-user-project", value: project)
            }
        }
        return request
    }

    func renew(_ credential: GoogleGrant) async throws -> Bool {
        guard let token = credential.token else { return false }
        self.credentials.invalidate(token)
        return try await self.credentials.grant().token != token
    }

    func isResult(_ answer: StoreAnswer, of call: StoreCall) -> Bool {
        switch answer.status {
        // Some servers report a wrong checksum as a condition that was not met.
        case 412: !Self.error(in: answer).namesChecksum
        // Not every 404 comes from the store; what proxies say of hosts is no word about an object.
        case 404: !Self.isForeign(answer)
        default: true
        }
    }

    func meaning(of answer: StoreAnswer, to call: StoreCall) -> StoreMeaning {
        let error = Self.error(in: answer)
        var meaning = self.meaning(answer, error, call)
        meaning.code = error.reason
        meaning.message = error.message
        meaning.requestID = answer.headers.first(name: "x-guploader-uploadid")
        meaning.retryAfter = answer.headers.first(name: "Retry-After").flatMap { Int64($0) }.map { .seconds($0) }
        return meaning
    }

    private func meaning(_ answer: StoreAnswer, _ error: ErrorDocument, _ call: StoreCall) -> StoreMeaning {
        let damaged = "The bytes arrived damaged; if it persists, look at proxies between here and the store"
        switch answer.status {
        case 400 where error.namesChecksum, 412 where error.namesChecksum:
            var meaning = StoreMeaning(.permanent, .corrupted, advice: damaged)
            meaning.isWorthOneMore = true
            return meaning
        case 400 where error.reason == "UserProjectMissing":
            return StoreMeaning(
                .permanent,
                .misconfigured,
                advice: "The bucket is one whose requester pays: set userProject"
            )
        case 401:
            var meaning = StoreMeaning(
                .permanent,
                .forbidden,
                advice: "The credentials are not valid for Google Cloud Storage; check where they come from, and the "
                    + "local clock"
            )
            meaning.isAboutCredentials = true
            return meaning
        case 403 where Self.throttlingReasons.contains(error.reason ?? ""), 429: return Self.throttled
        case 403: return self.forbidden(error)
        case 404 where Self.isForeign(answer):
            return StoreMeaning(
                .transient,
                .unavailable,
                advice: "The answer is not one of Google Cloud Storage; look at the endpoint and the proxies before it"
            )
        case 404: return self.missing(error, call)
        case 408, 500, 502, 503, 504: return StoreMeaning(.transient, .unavailable)
        case 412: return StoreMeaning(.permanent, .conflict)
        case 413: return StoreMeaning(.permanent, .tooLarge)
        case 300..<400:
            return StoreMeaning(
                .permanent,
                .misconfigured,
                advice: "The endpoint redirects, which the store never does; check endpointURL"
            )
        default: return StoreMeaning(.permanent, .rejected)
        }
    }

    private static let throttlingReasons: Set<String> = [
        "quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded",
    ]

    private static let throttled = StoreMeaning(
        .throttled,
        .throttled,
        advice: "The store limits the request rate; a bucket grows into higher rates within minutes. Lower the number "
            + "of concurrent requests if it persists"
    )

    private func forbidden(_ error: ErrorDocument) -> StoreMeaning {
        let advice: String =
            switch error.reason {
            case "accountDisabled": "The billing account of the project is disabled"
            case "retentionPolicyNotMet": "A retention policy or a hold of the bucket forbids it"
            default:
                "Allow storage.objects.create and storage.objects.get on the bucket (roles/storage.objectUser); "
                    + "without storage.objects.list a missing object may look the same"
            }
        return StoreMeaning(.permanent, .forbidden, advice: advice)
    }

    private func missing(_ error: ErrorDocument, _ call: StoreCall) -> StoreMeaning {
        let isBucket = error.message?.lowercased().contains("bucket does not exist") == true
        guard isBucket || call.method == "POST" || call.operation == "objects.list" else {
            return StoreMeaning(
                .permanent,
                .notFound,
                advice: "The object was never stored, or a lifecycle rule removed it: rules must keep objects longer "
                    + "than the longest run plus the namespace's retention"
            )
        }
        return StoreMeaning(
            .permanent,
            .misconfigured,
            advice: "Check the name of the bucket, and the endpoint if one is configured"
        )
    }
}

extension GCSService {
    /// What an error says, as far as it says anything.
    struct ErrorDocument {
        var reason: String?
        var message: String?

        var namesChecksum: Bool {
            let text = self.message?.lowercased() ?? ""
            return text.contains("crc32c") || text.contains("checksum") || text.contains("md5")
        }
    }

    /// The error in an answer: JSON, or a line of text where the content itself was asked for.
    static func error(in answer: StoreAnswer) -> ErrorDocument {
        let bytes = answer.body.readableBytesView
        guard let error = (try? JSONValue(parsing: bytes))?["error"] else {
            let text = OAuthToken.line(String(decoding: bytes.prefix(1024), as: UTF8.self))
            return ErrorDocument(message: text.isEmpty || text.hasPrefix("<") ? nil : text)
        }
        return ErrorDocument(
            reason: error["errors"]?.elements?.first?["reason"]?.string ?? error["status"]?.string,
            message: error["message"]?.string.map { OAuthToken.line($0) }
        )
    }

    /// Whether an answer is a page that somebody on the way wrote.
    static func isForeign(_ answer: StoreAnswer) -> Bool {
        answer.body.readableBytesView.first { $0 > 0x20 } == UInt8(ascii: "<")
    }
}
