//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@Suite("Secrets stay secret")
struct AWSCredentialsTests {
    @Test("No description, reflection or dump shows the secret or the token")
    func descriptions() throws {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "verysecret",
            sessionToken: "verytoken",
            expiration: 5
        )
        let signer = RequestSigner(credentials: credentials)
        let key = SigV4.Key(secretAccessKey: "verysecret", date: "20261124", region: "r", service: "s3")
        let pair = try SigV4A.Key(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "verysecret")
        var texts = ["\(credentials)", String(reflecting: credentials), "\([credentials])", "\(signer)"]
        texts += ["\(key)", String(reflecting: key), "\(pair)", String(reflecting: pair)]
        for value in [credentials, signer, key, pair] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            texts.append(dumped)
        }
        for text in texts {
            #expect(!text.contains("verysecret"))
            #expect(!text.contains("verytoken"))
        }
        #expect(texts[0].contains("AKIDEXAMPLE"))
    }

    @Test("A provider of fixed credentials gives them")
    func fixed() async {
        let credentials = AWSCredentials(accessKeyID: "a", secretAccessKey: "b")
        let provider = StaticAWSCredentialsProvider(credentials)
        await provider.invalidate(credentials)
        #expect(await provider.credentials() == credentials)
    }

    @Test("A signer keeps the key of the day and derives another for the next")
    func keyCache() throws {
        var signer = RequestSigner(credentials: AWSCredentials(accessKeyID: "a", secretAccessKey: "b"))
        let request = SignableRequest(method: "GET", path: "/", headers: [.init("host", "h")])
        for (seconds, region) in [(0, "x"), (1, "x"), (86_400, "x"), (86_400, "y"), (0, "x")] as [(Int64, String)] {
            let scope = SigningScope(
                .sigV4(region: region),
                service: "s3",
                time: SigningTime(secondsSince1970: seconds)
            )
            let signed = try signer.sign(request, scope: scope)
            let key = SigV4.Key(secretAccessKey: "b", date: scope.time.date, region: region, service: "s3")
            #expect(key.isValid(signed.signature, for: signed.stringToSign))
        }
    }
}
