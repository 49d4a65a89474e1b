//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeStores
import NIOCore
import StoreHTTP
import Testing

@testable import ExternalStorageGCS

@Suite("ES-D1 ES-D2 Names and claims: the vectors of the official drivers", .timeLimit(.minutes(3)))
struct KeyAndClaimTests {
    struct Claims: Decodable {
        struct Case: Decodable {
            var writer: String
            var driver: String
            var claim: [String: String]
        }
        var claims: [Case]
    }

    @Test("The driver writes every payload under the name the Python driver 1.35.0 writes it under")
    func names() async throws {
        let file = try StorageKeyVectors.read()
        #expect(file.cases.count == 176)
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            for vector in file.cases {
                let payload = try file.payload(of: vector)
                let claim = try await driver.store([payload], context: GCSHarness.store(vector.target?.target))[0]
                #expect(claim["object_name"]?.utf8.elementsEqual(vector.googleName.utf8) == true, "\(vector.name)")
                #expect(harness.store.has("payloads/\(vector.googleName)"), "\(vector.name)")
            }
        }
    }

    @Test("A claim in every spelling that was ever written is read")
    func spellings() async throws {
        let file: Claims = try Vectors.decode("storage-keys/claims.json")
        let cases = file.claims.filter { $0.driver == "gcp.gcsdriver" }
        #expect(cases.count == 5)
        let digest = PayloadDigest(hashing: ByteBuffer(string: "x"))
        for vector in cases {
            let entries = vector.claim.mapValues { $0.replacing("H", with: digest.hexadecimal) }
            let object = try ObjectPlace(gcsClaim: StorageDriverClaim(entries), readableBuckets: nil)
            #expect(object.bucket == "b", "\(vector.writer)")
            #expect(object.name == "v0/d/sha256/\(digest.hexadecimal)", "\(vector.writer)")
            #expect(object.digest == digest, "\(vector.writer)")
        }
    }

    @Test("What is written is Go's superset, which every other driver reads")
    func written() throws {
        let digest = PayloadDigest(hashing: ByteBuffer(string: "x"))
        let claim = ObjectPlace(bucket: "b", name: "n", digest: digest).gcsClaim
        #expect(
            claim.entries == [
                "bucket": "b", "object_name": "n", "key": "n", "hash_algorithm": "sha256",
                "hash_value": digest.hexadecimal,
            ]
        )
    }

    static let good = [
        "bucket": "b", "object_name": "n", "hash_algorithm": "sha256",
        "hash_value": PayloadDigest(hashing: ByteBuffer()).hexadecimal,
    ]

    @Test(
        "A claim that lacks something, contradicts itself or leads elsewhere is refused by name",
        arguments: [
            (["bucket": ""], "\"bucket\""), (["object_name": ""], "\"object_name\""),
            (["hash_algorithm": "md5"], "\"md5\""), (["hash_value": "00"], "\"hash_value\""),
            (["key": "m"], "differ"), (["object": "m"], "differ"), (["hashValue": "00"], "differ"),
            (["bucket": "other"], "not to be read"), (["bucket": "\u{212A}"], "not to be read"),
        ] as [([String: String], String)]
    )
    func refused(_ change: [String: String], _ text: String) {
        let claim = StorageDriverClaim(Self.good.merging(change) { $1 })
        let error = #expect(throws: ExternalStorageError.self) {
            try ObjectPlace(gcsClaim: claim, readableBuckets: ["b", "K"])
        }
        #expect(error?.code == .invalidClaim)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
}
