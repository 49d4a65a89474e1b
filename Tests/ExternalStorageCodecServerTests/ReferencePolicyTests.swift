//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import HTTPTypes
import NIOCore
import Testing

@testable import ExternalStorageCodecServer

@Suite("Which references are followed", .timeLimit(.minutes(1)))
struct ReferencePolicyTests {
    private static let digest = String(repeating: "0123456789abcdef", count: 4)

    private static func reason(
        _ entries: [String: String],
        namespace: String = "default",
        policy: CodecServer.ReferencePolicy = .init(places: [.init(bucket: "b")])
    ) -> String? {
        var claim = StorageDriverClaim(entries)
        claim["hash_algorithm"] = "sha256"
        if claim["hash_value"] == nil { claim["hash_value"] = Self.digest }
        do throws(RequestFailure) {
            try policy.check(StorageReference(driverName: "d", claim: claim), namespace: .init(namespace))
            return nil
        } catch {
            #expect(error.status == .forbidden)
            #expect(!error.text.contains("default") && !error.text.contains("v0/"))
            return error.reason
        }
    }

    @Test(
        "A key of the caller's namespace is followed, whoever escaped it",
        arguments: [
            ("default", "v0/ns/default/wt/T/wi/order%2F1/ri/null/d/sha256/"),
            ("default", "v0/ns/default/at/T/ai/a/ri/null/d/sha256/"),
            ("default", "v0/ns/default/d/sha256/"),
            ("null", "v0/ns/null/wt/null/wi/null/ri/null/d/sha256/"),
            ("pay ments/é", "v0/ns/pay%20ments%2F%C3%A9/d/sha256/"),
            // Google Cloud Storage keeps blanks and letters.
            ("pay ments/é", "v0/ns/pay ments%2Fé/d/sha256/"),
            ("..", "v0/ns/%2E%2E/d/sha256/"),
        ]
    )
    func own(_ namespace: String, _ key: String) {
        #expect(Self.reason(["key": key + Self.digest], namespace: namespace) == nil)
        #expect(Self.reason(["bucket": "b", "key": key + Self.digest], namespace: namespace) == nil)
        #expect(Self.reason(["bucket": "b", "object_name": key + Self.digest], namespace: namespace) == nil)
        #expect(Self.reason(["container": "b", "blob": key + Self.digest], namespace: namespace) == nil)
    }

    @Test(
        "A key of another namespace, or one that could be read in two ways, is not",
        arguments: [
            "v0/ns/other/wt/T/wi/w/ri/null/d/sha256/D", "v0/ns/Default/d/sha256/D", "v0/ns/default2/d/sha256/D",
            "v0/ns/other/../default/d/sha256/D", "v0/ns/default/../other/d/sha256/D", "v0/ns/./default/d/sha256/D",
            "v0/ns/default%2F..%2Fother/d/sha256/D", "v0/ns/%64efault/d/sha256/D", "v0/ns/default%00/d/sha256/D",
            "v0/ns//default/d/sha256/D", "/v0/ns/default/d/sha256/D", "v0/ns/default/d/sha256/D/",
            "v0/ns/default\\..\\other/d/sha256/D", "v0/ns/default/d/sha256/D\n", "v0/ns/default/\u{0}/d/sha256/D",
            "v0/ns/default/wt/T/wi/w/ri/r/x/y/d/sha256/D", "v0/ns/default/x/d/sha256/D", "v1/ns/default/d/sha256/D",
            "x/v0/ns/default/d/sha256/D", "v0/ns/default/d/sha256/0", "v0/ns/default/d/sha1/D", "secrets.txt", "",
            "v0/ns/d/sha256/D", "v0/xx/default/d/sha256/D", "v0/ns/de%fault/d/sha256/D", "v0/ns/default%/d/sha256/D",
            "v0/ns/default%2/d/sha256/D", "v0/ns/default%2f/d/sha256/D", "v0/ns/ＤＥＦＡＵＬＴ/d/sha256/D",
            "v0/ns/default/wt/" + String(repeating: "a", count: 1_024) + "/wi/w/ri/r/d/sha256/D",
        ]
    )
    func foreign(_ pattern: String) {
        let key = pattern.replacing("D", with: Self.digest)
        #expect(Self.reason(["key": key]) != nil)
        // A second key beside a good one is as bad, under whatever name a driver may look for it.
        for entry in ["object_name", "object", "blob"] {
            #expect(Self.reason(["key": "v0/ns/default/d/sha256/\(Self.digest)", entry: key]) != nil, "\(entry)")
        }
    }

    @Test("The key has to end with the digest that the claim is checked against")
    func digest() {
        let key = "v0/ns/default/d/sha256/\(Self.digest)"
        #expect(Self.reason(["key": key, "hash_value": String(Self.digest.reversed())]) == "malformedKey")
        #expect(Self.reason(["key": key, "hash_value": "x"]) == "malformedKey")
        #expect(Self.reason(["key": key, "hash_value": Self.digest.uppercased()]) == nil)
        #expect(Self.reason(["hash_value": Self.digest]) == "noKey")
    }

    @Test("A key of no namespace is followed only if that is switched on")
    func nobody() {
        let key = "v0/d/sha256/\(Self.digest)"
        #expect(Self.reason(["key": key]) == "keyWithoutNamespace")
        var policy = CodecServer.ReferencePolicy()
        policy.acceptsKeysWithoutNamespace = true
        #expect(Self.reason(["key": key], policy: policy) == nil)
        #expect(Self.reason(["key": "v0/ns/other/d/sha256/\(Self.digest)"], policy: policy) == "foreignNamespace")
    }

    @Test("A bucket that is not on the list, or a key outside of its prefix, is refused")
    func places() {
        let key = "v0/ns/default/wt/T/wi/w/ri/null/d/sha256/\(Self.digest)"
        let policy = CodecServer.ReferencePolicy(places: [
            .init(bucket: "mine"), .init(bucket: "shared", prefix: "v0/ns/default/wt/T/"),
            .init(bucket: "other", prefix: "v0/ns/x/"),
        ])
        for (bucket, reason) in [
            ("mine", nil), ("shared", nil), ("other", "foreignBucket"), ("MINE", "foreignBucket"),
            ("", "foreignBucket"),
            ("mine/", "foreignBucket"), ("arn:aws:s3:::mine", "foreignBucket"),
        ] {
            #expect(Self.reason(["bucket": bucket, "key": key], policy: policy) == reason, "\(bucket)")
        }
        #expect(Self.reason(["container": "mine", "key": key], policy: policy) == nil)
        #expect(Self.reason(["container": "mine", "bucket": "mine", "key": key], policy: policy) == "foreignBucket")
        #expect(Self.reason(["bucket": "b", "key": key], policy: .init()) == "foreignBucket")
    }

    @Test("One bad reference keeps all of the request from every driver")
    func beforeDrivers() async throws {
        let store = try Store()
        let own = try await store.references(to: [.sample(1, sizeInBytes: 5_000)])
        let foreign = try await store.references(to: [.sample(2, sizeInBytes: 5_000)], namespace: "other")
        let handler = PayloadHandler(storage: store.storage)

        for payloads in [own + foreign, foreign] {
            let failure = await #expect(throws: RequestFailure.self) { try await handler.download(payloads) }
            #expect(failure?.reason == "foreignNamespace")
            await #expect(throws: RequestFailure.self) { try await handler.decode(payloads) }
        }
        #expect(store.driver.retrieves.isEmpty)
        #expect(try await handler.download(own).count == 1)
    }
}
