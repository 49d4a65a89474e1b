//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto
internal import Foundation
internal import Groundwork

/// Verifies how a request to Azure Blob Storage is authorised, from the request as it came.
///
/// After "Authorize with Shared Key", "Create a service SAS" and "Create an account SAS" of Microsoft's documentation.
struct AzureRequestVerifier: Sendable {
    struct Refusal: Error {
        var status: Int
        var code: String
        var message: String
    }

    let account: String
    let key: Data

    func verify(_ request: LoopbackServer.Request, tokens: Set<String>) throws(Refusal) {
        let authorization = request.header("Authorization") ?? ""
        if authorization.hasPrefix("Bearer ") {
            guard tokens.contains(String(authorization.dropFirst(7))) else {
                throw Refusal(status: 401, code: "InvalidAuthenticationInfo", message: "the token is not good")
            }
        } else if authorization.hasPrefix("SharedKey ") {
            let text = self.sharedKeyText(request)
            guard authorization == "SharedKey \(self.account):\(self.signature(of: text))" else {
                throw Refusal(status: 403, code: "AuthenticationFailed", message: "the string to sign was \(text)")
            }
        } else if let signature = Self.query(request.query)["sig"] {
            let texts = [self.serviceSASText(request), self.accountSASText(request)]
            guard texts.contains(where: { self.signature(of: $0) == signature }) else {
                throw Refusal(status: 403, code: "AuthenticationFailed", message: "the signature is not good")
            }
        } else {
            throw Refusal(status: 401, code: "NoAuthenticationInformation", message: "nothing to go by")
        }
    }

    private func signature(of text: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: self.key))
        return Data(code).base64EncodedString()
    }

    /// Names in small letters and values, decoded; of a name that comes twice the last value.
    static func query(_ text: String) -> [String: String] {
        var query: [String: String] = [:]
        for item in text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1).map {
                String(decoding: PercentEncoding.decode($0.replacing("+", with: "%20")), as: UTF8.self)
            }
            query[parts[0].lowercased()] = parts.count > 1 ? parts[1] : ""
        }
        return query
    }

    private func sharedKeyText(_ request: LoopbackServer.Request) -> String {
        var text = request.method + "\n"
        for name in ["Content-Encoding", "Content-Language"] { text += (request.header(name) ?? "") + "\n" }
        let length = request.header("Content-Length") ?? ""
        text += (length == "0" ? "" : length) + "\n"
        for name in ["Content-MD5", "Content-Type"] { text += (request.header(name) ?? "") + "\n" }
        text += (request.header("x-ms-date") == nil ? request.header("Date") ?? "" : "") + "\n"
        for name in ["If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"] {
            text += (request.header(name) ?? "") + "\n"
        }
        var names: [String: String] = [:]
        for header in request.headers where header.name.lowercased().hasPrefix("x-ms-") {
            names[header.name.lowercased()] = header.value.trimmingCharacters(in: .whitespaces)
        }
        for name in names.keys.sorted() { text += "\(name):\(names[name] ?? "")\n" }
        text += "/\(self.account)\(request.path)"
        let query = Self.query(request.query)
        for name in query.keys.sorted() { text += "\n\(name):\(query[name] ?? "")" }
        return text
    }

    private func serviceSASText(_ request: LoopbackServer.Request) -> String {
        let query = Self.query(request.query)
        var resource = String(decoding: PercentEncoding.decode(request.path), as: UTF8.self)
        if query["sr"] == "c" {
            // The container alone: account and container are the first two segments.
            resource = "/" + resource.split(separator: "/").prefix(2).joined(separator: "/")
        }
        let names = [
            "sp", "st", "se", nil, "si", "sip", "spr", "sv", "sr", "snapshot", "ses", "rscc", "rscd", "rsce", "rscl",
            "rsct",
        ]
        return names.map { $0.map { query[$0] ?? "" } ?? "/blob\(resource)" }.joined(separator: "\n")
    }

    private func accountSASText(_ request: LoopbackServer.Request) -> String {
        let query = Self.query(request.query)
        let values = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses"].map { query[$0] ?? "" }
        return "\(self.account)\n" + values.joined(separator: "\n") + "\n"
    }
}
