//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@Suite("The same requests, signed by AWS's common runtime (awscrt)")
struct CommonRuntimeTests {
    struct File: Decodable {
        struct Case: Decodable, Sendable {
            var key: String
            var method: String
            var query: [[String?]]
            var headers: [[String]]
            var hash: String
            var token: String?
            var expires: Int?
            var algorithm: String
            var host: String
            var path: String
            var canonicalRequest: String
            var stringToSign: String
            var signature: String
        }
        struct Credentials: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
        }
        var credentials: Credentials
        var timestamp: String
        var cases: [Case]
    }

    @Test("ES-D6 Canonical request and string to sign are equal, byte for byte; each signature verifies")
    func equal() throws {
        let file: File = try Vectors.decode("aws-crt/signing.json")
        #expect(file.cases.count > 300)
        let time = try #require(SigningTime(timestamp: file.timestamp))
        let pair = try SigV4A.Key(
            accessKeyID: file.credentials.accessKeyId,
            secretAccessKey: file.credentials.secretAccessKey
        ).publicKey
        for vector in file.cases {
            #expect("/" + URIEncoding.encodePath(vector.key) == vector.path)
            let isAsymmetric = vector.algorithm == "sigv4a"
            var signer = RequestSigner(
                credentials: AWSCredentials(
                    accessKeyID: file.credentials.accessKeyId,
                    secretAccessKey: file.credentials.secretAccessKey,
                    sessionToken: vector.token
                )
            )
            let request = SignableRequest(
                method: vector.method,
                path: vector.path,
                query: vector.query.map { .init($0[0] ?? "", $0[1]) },
                headers: [.init("Host", vector.host)] + vector.headers.map { .init($0[0], $0[1]) },
                payloadHash: .verbatim(vector.hash)
            )
            let scope = SigningScope(
                isAsymmetric ? .sigV4A(regionSet: "*") : .sigV4(region: "eu-central-1"),
                service: "s3",
                time: time
            )
            let signed =
                if let expires = vector.expires {
                    try signer.presign(request, scope: scope, expiresInSeconds: expires)
                } else {
                    try signer.sign(request, scope: scope)
                }
            #expect(signed.canonicalRequest.text == vector.canonicalRequest)
            #expect(signed.stringToSign == vector.stringToSign)
            if isAsymmetric {
                #expect(pair.isValid(vector.signature, for: signed.stringToSign))
                #expect(pair.isValid(signed.signature, for: vector.stringToSign))
            } else {
                #expect(signed.signature == vector.signature)
            }
        }
    }
}
