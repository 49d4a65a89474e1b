//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Crypto
import Foundation
import Testing

@Suite("Signatures by Amazon S3's rules: paths as they are, hash of the body in a header")
struct S3SigningTests {
    struct File: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            struct Expectation: Decodable, Sendable {
                var canonicalRequest: String
                var stringToSign: String
                var signedHeaders: String
                var signature: String?
                var sampleSignature: String?
                var authorization: String?
            }
            var name: String
            var method: String
            var host: String
            var path: String
            var query: String
            var headers: [[String]]
            var payload: String
            var bodyHex: String
            var sign: String
            var sessionToken: String?
            var objectKey: String?
            var expires: Int?
            var expect: Expectation
            var testDescription: String { self.name }
        }
        struct Credentials: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
        }
        var credentials: Credentials
        var timestamp: String
        var service: String
        var region: String?
        var regionSet: String?
        var cases: [Case]
    }

    static func file(_ name: String) throws -> File { try Vectors.decode("aws-sigv4-s3/\(name).json") }

    static func cases(_ name: String) -> [File.Case] { (try? self.file(name).cases) ?? [] }

    private static func sign(
        _ vector: File.Case,
        _ file: File,
        _ algorithm: SigningScope.Algorithm
    ) throws -> RequestSigner.Signed {
        var signer = RequestSigner(
            credentials: AWSCredentials(
                accessKeyID: file.credentials.accessKeyId,
                secretAccessKey: file.credentials.secretAccessKey,
                sessionToken: vector.sessionToken
            )
        )
        let scope = try SigningScope(
            algorithm,
            service: file.service,
            time: #require(SigningTime(timestamp: file.timestamp))
        )
        let body = try #require(Hex.decode(vector.bodyHex))
        let request = SignableRequest(
            method: vector.method,
            path: vector.path,
            query: Vectors.query(vector.query),
            headers: [.init("host", vector.host)] + vector.headers.map { .init($0[0], $0[1]) },
            payloadHash: vector.payload == "hash"
                ? .sha256(SHA256.hash(data: Data(body))) : .verbatim(vector.payload)
        )
        if vector.sign == "query" {
            return try signer.presign(request, scope: scope, expiresInSeconds: #require(vector.expires))
        }
        return try signer.sign(request, scope: scope)
    }

    @Test("39 cases of each algorithm are there")
    func count() {
        #expect(Self.cases("sigv4").count == 39)
        #expect(Self.cases("sigv4a").count == 39)
    }

    @Test("ES-D6 SigV4: equal to AWS's runtime, byte for byte", arguments: Self.cases("sigv4"))
    func sigV4(_ vector: File.Case) throws {
        let file = try Self.file("sigv4")
        let signed = try Self.sign(vector, file, .sigV4(region: #require(file.region)))
        #expect(signed.canonicalRequest.text == vector.expect.canonicalRequest)
        #expect(signed.canonicalRequest.signedHeaders == vector.expect.signedHeaders)
        #expect(signed.stringToSign == vector.expect.stringToSign)
        #expect(signed.signature == vector.expect.signature)
        if let authorization = vector.expect.authorization {
            #expect(signed.headers.last?.value == authorization)
        }
        if let key = vector.objectKey {
            #expect("/" + URIEncoding.encodePath(key) == vector.path)
        }
    }

    @Test("ES-D6 SigV4A: text equal to AWS's runtime; both signatures verify", arguments: Self.cases("sigv4a"))
    func sigV4A(_ vector: File.Case) throws {
        let file = try Self.file("sigv4a")
        let signed = try Self.sign(vector, file, .sigV4A(regionSet: #require(file.regionSet)))
        #expect(signed.canonicalRequest.text == vector.expect.canonicalRequest)
        #expect(signed.stringToSign == vector.expect.stringToSign)
        let key = try SigV4A.Key(
            accessKeyID: file.credentials.accessKeyId,
            secretAccessKey: file.credentials.secretAccessKey
        ).publicKey
        #expect(key.isValid(signed.signature, for: vector.expect.stringToSign))
        let sample = try #require(vector.expect.sampleSignature)
        #expect(key.isValid(sample, for: signed.stringToSign))
    }
}
