//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Foundation
import Testing

@Suite("Signature version 4A: AWS's own suite (awslabs/aws-c-auth, v4a)")
struct SigV4ASuiteTests {
    private struct Coordinates: Decodable {
        var x: String
        var y: String
        enum CodingKeys: String, CodingKey {
            case x = "X"
            case y = "Y"
        }
    }

    private static func publicKey(_ vector: SuiteCase) throws -> SigV4A.PublicKey {
        let data = try Data(vector.text("public-key.json").utf8)
        let coordinates = try JSONDecoder().decode(Coordinates.self, from: data)
        let x = try #require(Hex.decode(coordinates.x))
        let y = try #require(Hex.decode(coordinates.y))
        return try #require(SigV4A.PublicKey(x: x, y: y))
    }

    @Test("The suite is there: 38 cases")
    func count() {
        #expect(SuiteCase.all(in: "aws-sigv4a").count == 38)
    }

    @Test(
        "Header form: text equal, signatures verify with the derived public key",
        arguments: SuiteCase.all(in: "aws-sigv4a")
    )
    func header(_ vector: SuiteCase) throws {
        var signer = try vector.signer()
        let signed = try signer.sign(vector.request(), scope: vector.scope { .sigV4A(regionSet: $0) })

        #expect(try signed.canonicalRequest.text == vector.text("header-canonical-request.txt"))
        #expect(try signed.stringToSign == vector.text("header-string-to-sign.txt"))
        try Self.verify(signed, sample: vector.text("header-signature.txt"), vector)
    }

    @Test(
        "Query form: text equal, signatures verify with the derived public key",
        arguments: SuiteCase.all(in: "aws-sigv4a")
    )
    func query(_ vector: SuiteCase) throws {
        var signer = try vector.signer()
        let signed = try signer.presign(
            vector.request(),
            scope: vector.scope { .sigV4A(regionSet: $0) },
            expiresInSeconds: vector.context().expirationInSeconds
        )

        #expect(try signed.canonicalRequest.text == vector.text("query-canonical-request.txt"))
        #expect(try signed.stringToSign == vector.text("query-string-to-sign.txt"))
        try Self.verify(signed, sample: vector.text("query-signature.txt"), vector)
    }

    private static func verify(_ signed: RequestSigner.Signed, sample: String, _ vector: SuiteCase) throws {
        let given = try self.publicKey(vector)
        let context = try vector.context()
        let derived = try SigV4A.Key(
            accessKeyID: context.credentials.accessKeyId,
            secretAccessKey: context.credentials.secretAccessKey
        ).publicKey
        #expect(derived == given)
        #expect(derived.isValid(signed.signature, for: signed.stringToSign))
        #expect(derived.isValid(sample, for: signed.stringToSign), "AWS's own signature over our text")
    }
}
