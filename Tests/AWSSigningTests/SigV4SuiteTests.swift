//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@Suite("Signature version 4: AWS's own suite (awslabs/aws-c-auth, v4)")
struct SigV4SuiteTests {
    @Test("The suite is there: 38 cases")
    func count() {
        #expect(SuiteCase.all(in: "aws-sigv4").count == 38)
    }

    @Test("Header form: canonical request, string to sign, signature", arguments: SuiteCase.all(in: "aws-sigv4"))
    func header(_ vector: SuiteCase) throws {
        var signer = try vector.signer()
        let signed = try signer.sign(vector.request(), scope: vector.scope { .sigV4(region: $0) })

        #expect(try signed.canonicalRequest.text == vector.text("header-canonical-request.txt"))
        #expect(try signed.stringToSign == vector.text("header-string-to-sign.txt"))
        #expect(try signed.signature == vector.text("header-signature.txt"))
        let authorization = try #require(signed.headers.last)
        #expect(authorization.name == "Authorization")
        #expect(try vector.text("header-signed-request.txt").contains("\nAuthorization:\(authorization.value)\n"))
    }

    @Test("Query form: canonical request, string to sign, signature", arguments: SuiteCase.all(in: "aws-sigv4"))
    func query(_ vector: SuiteCase) throws {
        var signer = try vector.signer()
        let signed = try signer.presign(
            vector.request(),
            scope: vector.scope { .sigV4(region: $0) },
            expiresInSeconds: vector.context().expirationInSeconds
        )

        #expect(try signed.canonicalRequest.text == vector.text("query-canonical-request.txt"))
        #expect(try signed.stringToSign == vector.text("query-string-to-sign.txt"))
        #expect(try signed.signature == vector.text("query-signature.txt"))
        #expect(signed.query.last == .init("X-Amz-Signature", signed.signature))
    }
}
