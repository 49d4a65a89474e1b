//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Foundation
import Testing

@Suite("Requests of AWS's SDKs to a Multi-Region Access Point, as captured")
struct CapturedRequestTests {
    struct File: Decodable {
        struct Credentials: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var sessionToken: String?
        }
        struct Request: Decodable, Sendable {
            var method: String
            var target: String
            var headers: [[String]]
            var canonicalRequest: String
            var stringToSign: String
        }
        var credentials: [Credentials]
        var requests: [Request]
    }

    static func file() throws -> File { try Vectors.decode("aws-sigv4-s3/captured-mrap.json") }

    @Test(
        "ES-D6 The text rebuilt from the raw request is the signed one, and the signature verifies",
        arguments: 0..<16
    )
    func rebuild(_ index: Int) throws {
        let file = try Self.file()
        #expect(file.requests.count == 16)
        let captured = file.requests[index]
        let mark = captured.target.firstIndex(of: "?") ?? captured.target.endIndex
        let query = Vectors.query(captured.target[mark...].dropFirst())
        let headers = captured.headers.map { SignableRequest.Header($0[0], $0[1]) }
        let authorization = headers.first { $0.name.lowercased() == "authorization" }?.value
        var parts: [String: String] = [:]
        if let authorization {
            for part in authorization.split(separator: " ", maxSplits: 1)[1].split(separator: ",") {
                let pair = part.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
                parts[String(pair[0])] = String(pair[1])
            }
        } else {
            for item in query { parts[item.name.replacingOccurrences(of: "X-Amz-", with: "")] = item.value }
        }
        let signedNames = Set(try #require(parts["SignedHeaders"]).split(separator: ";").map(String.init))
        let request = SignableRequest(
            method: captured.method,
            path: String(captured.target[..<mark]),
            query: query.filter { $0.name != "X-Amz-Signature" },
            headers: headers.filter { signedNames.contains($0.name.lowercased()) },
            payloadHash: authorization == nil
                ? .unsigned
                : .verbatim(headers.first { $0.name.lowercased() == "x-amz-content-sha256" }?.value ?? "")
        )
        let canonical = CanonicalRequest(request)
        #expect(canonical.text == captured.canonicalRequest)
        let time = try #require(
            (parts["Date"] ?? headers.first { $0.name.lowercased() == "x-amz-date" }?.value)
                .flatMap { SigningTime(timestamp: $0) }
        )
        let text = SigningScope(.sigV4A(regionSet: "*"), service: "s3", time: time).stringToSign(canonical)
        #expect(text == captured.stringToSign)

        let keyID = try #require(parts["Credential"]?.split(separator: "/").first)
        let credentials = try #require(file.credentials.first { $0.accessKeyId == keyID })
        let key = try SigV4A.Key(accessKeyID: String(keyID), secretAccessKey: credentials.secretAccessKey).publicKey
        let signature = try #require(parts["Signature"])
        #expect(key.isValid(signature, for: text))
        #expect(!key.isValid(signature, for: text + " "))
    }
}
